private import CDigest
public import Diagnostics
private import Foundation

/// SHA-256 of the files that a result rests on, so that it can be traced to them.
public enum ContentHash {
    /// The digest of some bytes, as 64 hexadecimal digits.
    public static func sha256(_ data: [UInt8]) -> String {
        var digest = [UInt8](repeating: 0, count: 32)
        let done = data.withUnsafeBytes { cd_sha256($0.baseAddress, $0.count, &digest) }
        precondition(done == 1, "libcrypto has no SHA-256")
        return digest.map { byte in
            let text = String(byte, radix: 16)
            return byte < 16 ? "0" + text : text
        }.joined()
    }

    /// The digest of a file's content.
    ///
    /// - Throws: ``Diagnostics/InputError`` when the file cannot be read.
    public static func sha256(ofFile path: String) throws(InputError) -> String {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw InputError(file: path, expected: "a readable file", found: "none")
        }
        return sha256([UInt8](data))
    }

    /// One digest over the names and contents of several files in a folder, in the order given.
    public static func sha256(ofFiles names: [String], in folder: String) throws(InputError)
        -> String
    {
        var lines = ""
        for name in names {
            lines += try sha256(ofFile: folder + "/" + name) + "  " + name + "\n"
        }
        return sha256([UInt8](lines.utf8))
    }
}
