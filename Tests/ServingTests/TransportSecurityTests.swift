import Diagnostics
import Foundation
import NIOCore
import NIOPosix
import Runtime
import Testing

@testable import Serving

/// `wss://`: our server and our client over TLS, and those who speak it badly beside them.
@Suite struct TransportSecurityTests {
    private static func file(_ name: String) throws -> String {
        try #require(Bundle.module.path(forResource: "Fixtures/\(name)", ofType: "pem"))
    }

    private static func serve(log: PolicyServerTests.Log) throws -> PolicyServer {
        let fields = try PolicyServerTests.fields()
        return try PolicyServer(
            options: PolicyServerOptions(host: "127.0.0.1", port: 0, apiKey: nil),
            certificate: ServerCertificate(
                certificateFile: file("server"),
                keyFile: file("server-key")
            ),
            log: log.add
        ) {
            ServedPolicy(EchoPolicy(), fields: fields, period: .milliseconds(50))
        }
    }

    private static func open(
        _ server: PolicyServer,
        scheme: String = "wss",
        authorities: String
    ) throws -> PolicyConnection {
        try PolicyConnection.open(
            PolicyAddress("\(scheme)://127.0.0.1:\(server.port)"),
            options: PolicyConnectionOptions(
                authorities: file(authorities),
                openTimeout: .seconds(5)
            )
        )
    }

    @Test func `a server is spoken to whose certificate an authority vouches for`() throws {
        let log = PolicyServerTests.Log()
        let server = try Self.serve(log: log)
        let connection = try Self.open(server, authorities: "server")
        for _ in 0..<10 {
            let reply = try connection.infer(
                PolicyServerTests.observation(),
                within: .seconds(30)
            )
            #expect(reply.actions?.description == "float32 [2, 4]")
        }
        connection.close()
        #expect(log.lines.withLock { $0 } == [])
    }

    @Test func `who cannot be trusted or speaks no TLS is refused, once, and nobody else`() throws {
        let log = PolicyServerTests.Log()
        let server = try Self.serve(log: log)
        let good = try Self.open(server, authorities: "server")
        // Another authority: the client refuses, and says so.
        do {
            _ = try Self.open(server, authorities: "other")
            Issue.record("a stranger was trusted")
        } catch let error as PolicyConnectionError {
            guard case .notSecure = error else { throw error }
        }
        // Plain words to a secure door.
        #expect(throws: PolicyConnectionError.self) {
            try Self.open(server, scheme: "ws", authorities: "server")
        }
        let noise = try ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connect(host: "127.0.0.1", port: server.port).wait()
        try noise.writeAndFlush(ByteBuffer(bytes: [22, 3, 1, 0, 4, 1, 0xFF, 0xFF, 0xFF])).wait()
        try noise.closeFuture.wait()
        _ = try good.infer(PolicyServerTests.observation(), within: .seconds(30))
        let lines = log.lines.withLock { $0 }
        #expect(lines.count == 3 && lines.allSatisfy { $0.contains("no TLS") }, "\(lines)")
    }

    @Test func `a secure client and a plain server do not understand each other`() throws {
        let server = try PolicyServerTests.serve()
        do {
            _ = try Self.open(server, authorities: "server")
            Issue.record("a plain server passed for a secure one")
        } catch let error as PolicyConnectionError {
            guard case .notSecure = error else { throw error }
        }
    }

    @Test(arguments: [
        ("server", "other-key"), ("server-key", "server-key"), ("server", "server"),
    ])
    func `files that do not belong together are refused`(
        certificate: String,
        key: String
    ) throws {
        let (certificate, key) = (try Self.file(certificate), try Self.file(key))
        #expect(throws: InputError.self) {
            try ServerCertificate(certificateFile: certificate, keyFile: key)
        }
        #expect(throws: InputError.self) {
            try ServerCertificate(certificateFile: "/none.pem", keyFile: key)
        }
    }
}
