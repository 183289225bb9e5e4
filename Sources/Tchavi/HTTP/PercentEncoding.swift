/// A part of a URL into which a value is encoded.
package enum URLComponentKind {
    case pathSegment, query

    /// Whether a byte needs no encoding.
    func keeps(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default:
            switch self {
            // RFC 3986: unreserved, sub-delims, ":" and "@".
            case .pathSegment: "-._~!$&'()*+,;=:@".utf8.contains(byte)
            case .query: "-._~".utf8.contains(byte)
            }
        }
    }
}

extension String {
    /// The string as UTF-8, with `%XX` for every byte that the component does not allow.
    package func percentEncoded(keeping kind: URLComponentKind) -> String {
        let digits = Array("0123456789ABCDEF".utf8)
        var bytes: [UInt8] = []
        for byte in utf8 {
            if kind.keeps(byte) {
                bytes.append(byte)
            } else {
                bytes += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 0xF)]]
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The string with its percent-encoded ASCII characters decoded once.
    var percentDecodedASCII: String {
        var bytes: [UInt8] = []
        var rest = Substring(self).utf8
        while let byte = rest.first {
            let digits = rest.dropFirst().prefix(2)
            if byte == UInt8(ascii: "%"), digits.count == 2, !digits.contains(where: { "+-".utf8.contains($0) }),
                let value = UInt8(String(decoding: digits, as: UTF8.self), radix: 16), value < 0x80
            {
                bytes.append(value)
                rest = rest.dropFirst(3)
            } else {
                bytes.append(byte)
                rest = rest.dropFirst()
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
