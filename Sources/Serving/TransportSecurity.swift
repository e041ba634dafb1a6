public import Diagnostics
import NIOCore
import NIOSSL

/// A server's certificate and its private key, ready for TLS 1.2 and 1.3.
public struct ServerCertificate: Sendable {
    private let context: NIOSSLContext

    /// Reads both.
    ///
    /// - Parameters:
    ///   - certificateFile: PEM: the server's own certificate, then those between it and the root.
    ///   - keyFile: PEM: the private key, without a password.
    /// - Throws: ``Diagnostics/InputError`` naming the file that cannot be used, and for a key that is
    ///   not the certificate's.
    public init(certificateFile: String, keyFile: String) throws(InputError) {
        let chain = try TransportSecurity.certificates(in: certificateFile)
        let key: NIOSSLPrivateKey
        do {
            key = try NIOSSLPrivateKey(file: keyFile, format: .pem)
        } catch {
            throw InputError(
                file: keyFile,
                expected: "a private key in PEM, without a password",
                found: "none that can be read"
            )
        }
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: chain.map { .certificate($0) },
            privateKey: .privateKey(key)
        )
        configuration.minimumTLSVersion = .tlsv12
        do {
            context = try NIOSSLContext(configuration: configuration)
        } catch {
            throw InputError(
                file: keyFile,
                expected: "the private key of the certificate in \(certificateFile)",
                found: "another"
            )
        }
    }

    /// What a connection's bytes pass first.
    func makeHandler() -> NIOSSLServerHandler { NIOSSLServerHandler(context: context) }
}

/// What both sides of TLS share.
enum TransportSecurity {
    /// The certificates of a PEM file, at least one.
    static func certificates(in file: String) throws(InputError) -> [NIOSSLCertificate] {
        let found = (try? NIOSSLCertificate.fromPEMFile(file)) ?? []
        guard !found.isEmpty else {
            throw InputError(
                file: file,
                expected: "certificates in PEM",
                found: "none that can be read"
            )
        }
        return found
    }

    /// What a client's bytes pass first: the server must show a certificate for `host` that one of
    /// the system's authorities has signed, or that `authorities` vouch for.
    static func makeClientHandler(
        host: String,
        authorities: String?
    ) throws -> NIOSSLClientHandler {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.minimumTLSVersion = .tlsv12
        if let authorities {
            configuration.trustRoots = .certificates(try certificates(in: authorities))
        }
        let context = try NIOSSLContext(configuration: configuration)
        // A certificate names addresses apart from names, and no address may be asked for by name.
        let isAddress = (try? SocketAddress(ipAddress: host, port: 0)) != nil
        return try NIOSSLClientHandler(context: context, serverHostname: isAddress ? nil : host)
    }

    /// What a TLS error says; nil for any other error.
    static func reason(of error: any Error) -> String? {
        switch error {
        case NIOSSLError.uncleanShutdown: "it hung up without saying so"
        case NIOSSLError.handshakeFailed(let inner): short("\(inner)")
        case let error as NIOSSLError: short("\(error)")
        case let error as NIOSSLExtraError: short("\(error)")
        case let error as BoringSSLError: short("\(error)")
        default: nil
        }
    }

    /// BoringSSL's own name of what went wrong, without the line of its source that found it.
    private static func short(_ text: String) -> String {
        guard let mark = text.firstRange(of: "OPENSSL_internal:") else { return text }
        return String(text[mark.upperBound...].prefix { $0 == "_" || $0.isLetter || $0.isNumber })
    }

    /// Whether the peer has merely hung up, as those do that are killed.
    static func isHangUp(_ error: any Error) -> Bool {
        if case NIOSSLError.uncleanShutdown = error { true } else { false }
    }
}
