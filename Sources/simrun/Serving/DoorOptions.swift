import ArgumentParser
import Diagnostics
import Robots
import Serving

/// Where a server listens, and whom it lets in.
struct DoorOptions: ParsableArguments {
    @Option(help: "The address to listen on; any but this machine's own needs a key.")
    var host = "127.0.0.1"

    @Option(help: "The port; 0 takes any that is free. `serve` takes 8000 by default, `plant` 0.")
    var port: Int?

    @Option(
        help: ArgumentHelp(
            "Its first line is the key that clients must send, as Authorization: Api-Key KEY.",
            valueName: "file"
        )
    )
    var apiKeyFile: String?

    @Option(
        help: ArgumentHelp(
            "Speak TLS (wss://): the server's certificate and those up to the root, in PEM.",
            valueName: "file"
        )
    )
    var certificate: String?

    @Option(help: ArgumentHelp("The certificate's private key, in PEM.", valueName: "file"))
    var certificateKey: String?

    /// Where to listen, with the key read.
    func serverOptions(port standard: Int = 0) throws(InputError) -> PolicyServerOptions {
        let key = try apiKeyFile.map { (file) throws(InputError) in try Self.key(in: file) }
        return try PolicyServerOptions(host: host, port: port ?? standard, apiKey: key)
    }

    /// What to show clients; nil where TLS is not asked for.
    func serverCertificate() throws(InputError) -> ServerCertificate? {
        switch (certificate, certificateKey) {
        case (nil, nil): return nil
        case (let certificate?, let key?):
            return try ServerCertificate(certificateFile: certificate, keyFile: key)
        default:
            throw InputError(
                key: certificate == nil ? "--certificate" : "--certificate-key",
                expected: "both, or neither",
                found: "one"
            )
        }
    }

    /// What clients are told to open.
    func address(port: Int) -> String {
        let place = host.contains(":") ? "[\(host)]" : host
        return "\(certificate == nil ? "ws" : "wss")://\(place):\(port)"
    }

    /// The key in a file, without the line's end.
    private static func key(in file: String) throws(InputError) -> String {
        let text = try InputFile.text(atPath: file)
        let line = text.split(whereSeparator: \.isNewline).first.map(String.init) ?? ""
        guard !line.isEmpty else {
            throw InputError(file: file, expected: "a key in the first line", found: "none")
        }
        return line
    }
}
