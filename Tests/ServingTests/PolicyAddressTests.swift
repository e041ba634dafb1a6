import Diagnostics
import Testing

@testable import Serving

@Suite struct PolicyAddressTests {
    @Test(arguments: [
        ("ws://127.0.0.1:8000", "127.0.0.1", 8000, "/"),
        ("WS://robot-2.local:1/", "robot-2.local", 1, "/"),
        ("wss://gpu:443", "gpu", 443, "/"),
        ("ws://[::1]:65535/policy?x=1", "::1", 65_535, "/policy?x=1"),
    ])
    func `addresses are read`(text: String, host: String, port: Int, path: String) throws {
        let address = try PolicyAddress(text)
        #expect((address.host, address.port, address.path) == (host, port, path))
        #expect(try PolicyAddress(address.description) == address)
    }

    @Test(arguments: [
        "", "ws://", "ws://:8000", "ws://host", "ws://host:", "ws://host:0", "ws://host:65536",
        "ws://host:+80", "ws://host:8000/a b", "ws://ho st:80", "ws://host\r\nX: 1:80",
        "ws://[]:80",
        "ws://[host]:80", "ws://::1:80", "ws://user@host:80", "ws://host:80/#part",
        "http://host:80",
        "wss://host", "ws://höst:80", "host:80",
    ])
    func `anything else is refused`(text: String) {
        #expect(throws: InputError.self) { try PolicyAddress(text) }
    }

    @Test(arguments: ["", "two words", "line\r\nbreak", "käy"])
    func `keys that no header can carry are refused`(key: String) {
        #expect(throws: InputError.self) { try PolicyConnectionOptions(apiKey: key) }
    }
}
