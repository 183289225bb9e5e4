import Tchavi

extension AuthoredJSON {
    /// Creates the layout of the value at an offset of a text, with its keys in their order and its scalars as they are.
    ///
    /// - Parameters:
    ///   - bytes: A text that contains a valid value there.
    ///   - offset: Where the value begins, or white space before it.
    ///   - expanded: The keys of a root object whose arrays have a line for each element; `nil` if the root itself can
    ///     stand on one line.
    ///   - isExpanded: Whether a root array has a line for each element.
    init(parsing bytes: [UInt8], at offset: Int, expanding expanded: Set<String>? = nil, isExpanded: Bool = false) {
        var scanner = Scanner(bytes: bytes, position: offset)
        self = scanner.value(isExpanded: isExpanded, expanding: expanded)
    }

    /// Scans a valid text; anything else ends the scan early.
    private struct Scanner {
        let bytes: [UInt8]
        var position: Int

        mutating func value(isExpanded: Bool, expanding expanded: Set<String>? = nil) -> AuthoredJSON {
            skip { $0 <= 0x20 }
            let start = position
            switch current {
            case UInt8(ascii: "{"):
                position += 1
                var members: [(key: String, value: AuthoredJSON)] = []
                while next() {
                    let key = string()
                    skip { $0 <= 0x20 || $0 == UInt8(ascii: ":") }
                    let name = String(key.dropFirst().dropLast())
                    members.append((key, value(isExpanded: expanded?.contains(name) == true)))
                }
                return .object(rawKeys: members, isExpanded: expanded != nil)
            case UInt8(ascii: "["):
                position += 1
                var elements: [AuthoredJSON] = []
                while next() { elements.append(value(isExpanded: false)) }
                return .array(elements, isExpanded: isExpanded)
            case UInt8(ascii: "\""): return .scalar(string())
            default:
                skip { $0 > 0x20 && !",]}".utf8.contains($0) }
                return .scalar(text(from: start))
            }
        }

        /// Moves to the next member or element, or past the end of the object or array.
        private mutating func next() -> Bool {
            skip { $0 <= 0x20 || $0 == UInt8(ascii: ",") }
            guard let byte = current else { return false }
            guard byte == UInt8(ascii: "}") || byte == UInt8(ascii: "]") else { return true }
            position += 1
            return false
        }

        private mutating func string() -> String {
            let start = position
            position += 1
            while let byte = current, byte != UInt8(ascii: "\"") { position += byte == UInt8(ascii: "\\") ? 2 : 1 }
            position = min(position + 1, bytes.count)
            return text(from: start)
        }

        private func text(from start: Int) -> String { String(decoding: bytes[start..<position], as: UTF8.self) }

        private mutating func skip(_ predicate: (UInt8) -> Bool) {
            while let byte = current, predicate(byte) { position += 1 }
        }

        private var current: UInt8? { position < bytes.count ? bytes[position] : nil }
    }
}
