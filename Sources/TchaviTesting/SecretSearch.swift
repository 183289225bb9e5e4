import Foundation
import Tchavi

/// Finds secrets in text, as they are or escaped as in JSON or in a URL, and redacts them.
struct SecretSearch: Sendable {
    /// How a text may escape the bytes of a secret.
    private enum Escaping: CaseIterable {
        case none, json, percent
    }

    /// The secrets as UTF-8, the longest first, so that none is cut by one that it contains.
    private let secrets: [[UInt8]]

    /// Strings shorter than `Secret.minimumRedactedBytes` are left out, because they may occur by chance.
    init(_ secrets: some Sequence<String>) {
        let decoded = secrets.compactMap(\.removingPercentEncoding)
        self.secrets = Set(Array(secrets) + decoded)
            .filter { $0.utf8.count >= Secret.minimumRedactedBytes && $0 != Secret.placeholder }
            .map { Array($0.utf8) }.sorted { $0.count > $1.count }
    }

    /// Returns a text with its secrets redacted.
    func redacted(_ text: String) -> String {
        guard !secrets.isEmpty else { return text }
        let bytes = Array(text.utf8)
        var output: [UInt8] = []
        var position = 0
        var hasFound = false
        while position < bytes.count {
            if let end = endOfSecret(in: bytes, at: position) {
                output += Secret.placeholder.utf8
                position = end
                hasFound = true
            } else {
                output.append(bytes[position])
                position += 1
            }
        }
        return hasFound ? String(decoding: output, as: UTF8.self) : text
    }

    /// Where a secret that begins at a position ends.
    private func endOfSecret(in bytes: [UInt8], at start: Int) -> Int? {
        let first = bytes[start]
        let isEscaped = first == UInt8(ascii: "\\") || first == UInt8(ascii: "%") || first == UInt8(ascii: "+")
        for secret in secrets where isEscaped || first == secret[0] {
            for escaping in Escaping.allCases {
                if let end = Self.end(of: secret, in: bytes, at: start, escaping) { return end }
            }
        }
        return nil
    }

    private static func end(of secret: [UInt8], in bytes: [UInt8], at start: Int, _ escaping: Escaping) -> Int? {
        var (position, matched) = (start, 0)
        while matched < secret.count {
            guard position < bytes.count else { return nil }
            let (unescaped, length) = unescaped(bytes, at: position, escaping)
            guard secret[matched...].starts(with: unescaped) else { return nil }
            matched += unescaped.count
            position += length
        }
        return position
    }

    /// The bytes that stand at a position, and how many bytes they take there.
    private static func unescaped(_ bytes: [UInt8], at position: Int, _ escaping: Escaping) -> ([UInt8], length: Int) {
        let byte = bytes[position]
        switch (escaping, byte) {
        case (.percent, UInt8(ascii: "+")): return ([UInt8(ascii: " ")], 1)
        case (.percent, UInt8(ascii: "%")):
            guard let value = hexadecimal(bytes, at: position + 1, digits: 2) else { return ([byte], 1) }
            return ([UInt8(truncatingIfNeeded: value)], 3)
        case (.json, UInt8(ascii: "\\")):
            guard position + 1 < bytes.count else { return ([byte], 1) }
            switch bytes[position + 1] {
            case UInt8(ascii: "b"): return ([0x08], 2)
            case UInt8(ascii: "f"): return ([0x0C], 2)
            case UInt8(ascii: "n"): return ([0x0A], 2)
            case UInt8(ascii: "r"): return ([0x0D], 2)
            case UInt8(ascii: "t"): return ([0x09], 2)
            case UInt8(ascii: "u"): return unescapedUnits(bytes, at: position) ?? ([byte], 1)
            case let other: return ([other], 2)
            }
        default: return ([byte], 1)
        }
    }

    /// The character of `\uXXXX`, or of two of them that are a surrogate pair.
    private static func unescapedUnits(_ bytes: [UInt8], at position: Int) -> ([UInt8], length: Int)? {
        guard let first = hexadecimal(bytes, at: position + 2, digits: 4) else { return nil }
        var units = [first]
        if UTF16.isLeadSurrogate(first), bytes[(position + 6)...].starts(with: Array("\\u".utf8)),
            let second = hexadecimal(bytes, at: position + 8, digits: 4)
        {
            units.append(second)
        }
        return (Array(String(decoding: units, as: UTF16.self).utf8), 6 * units.count)
    }

    private static func hexadecimal(_ bytes: [UInt8], at position: Int, digits: Int) -> UInt16? {
        guard position + digits <= bytes.count else { return nil }
        return UInt16(String(decoding: bytes[position..<position + digits], as: UTF8.self), radix: 16)
    }
}
