/// The offsets of the values and member names of a JSON text, which ``JSONValue`` does not keep.
///
/// Created when an error has to name a line; the text is one that the parser has accepted.
package struct JSONPlaces {
    private struct Node {
        /// The offset of the value's first byte.
        let start: Int
        /// Of an object, the members in the order of the text; of an array, the elements, which have no name.
        var children: [(name: String?, start: Int, node: Node)] = []
        /// The index of the last member of each name.
        var indices: [String: Int] = [:]

        func child(_ step: JSONError.Step) -> (name: String?, start: Int, node: Node)? {
            switch step {
            case .member(let name): indices[name].map { children[$0] }
            case .element(let index): indices.isEmpty && children.indices.contains(index) ? children[index] : nil
            }
        }
    }

    private let root: Node

    /// Scans the value at an offset.
    ///
    /// - Parameters:
    ///   - bytes: A text that contains a valid value.
    ///   - offset: Where the value begins, or white space before it.
    package init(_ bytes: [UInt8], at offset: Int) {
        var scanner = Scanner(bytes: bytes, position: offset)
        root = scanner.node()
    }

    /// Returns the offset of the value at a path, or of the innermost value on the path that exists.
    package func value(at path: some Sequence<JSONError.Step>) -> Int {
        var node = root
        for step in path {
            guard let child = node.child(step) else { break }
            node = child.node
        }
        return node.start
    }

    /// Returns the offset of the name of the member at a path, or of the innermost value on the path that exists.
    package func name(at path: [JSONError.Step]) -> Int {
        var node = root
        for (index, step) in path.enumerated() {
            guard let child = node.child(step) else { break }
            if index == path.count - 1 { return child.start }
            node = child.node
        }
        return node.start
    }

    /// Returns the path to the innermost member or element that contains an offset.
    package func path(to offset: Int) -> [JSONError.Step] {
        var path: [JSONError.Step] = []
        var node = root
        while true {
            var (low, high) = (-1, node.children.count)
            while high - low > 1 {
                let middle = (low + high) / 2
                if node.children[middle].start <= offset { low = middle } else { high = middle }
            }
            guard low >= 0 else { return path }
            let child = node.children[low]
            path.append(child.name.map { .member($0) } ?? .element(low))
            node = child.node
        }
    }

    /// Scans a valid text; anything else ends the scan early.
    private struct Scanner {
        let bytes: [UInt8]
        var position: Int

        mutating func node() -> Node {
            skipWhiteSpace()
            var node = Node(start: position)
            switch current {
            case UInt8(ascii: "{"):
                position += 1
                children { scanner in
                    let start = scanner.position
                    let name = scanner.string()
                    scanner.skipWhiteSpace()
                    scanner.position += 1
                    node.indices[name] = node.children.count
                    node.children.append((name, start, scanner.node()))
                }
            case UInt8(ascii: "["):
                position += 1
                children { scanner in
                    let element = scanner.node()
                    node.children.append((nil, element.start, element))
                }
            case UInt8(ascii: "\""): _ = string()
            default:
                while let byte = current, !Self.delimiters.contains(byte) { position += 1 }
            }
            return node
        }

        private static let delimiters = Set(",]} \n\r\t".utf8)

        private mutating func children(_ each: (inout Scanner) -> Void) {
            while true {
                skipWhiteSpace()
                switch current {
                case nil: return
                case UInt8(ascii: "}"), UInt8(ascii: "]"):
                    position += 1
                    return
                case UInt8(ascii: ","): position += 1
                default:
                    let start = position
                    each(&self)
                    guard position > start else { return }
                }
            }
        }

        private mutating func string() -> String {
            let start = position
            position += 1
            while let byte = current, byte != UInt8(ascii: "\"") {
                position += byte == UInt8(ascii: "\\") ? 2 : 1
            }
            position = min(position + 1, bytes.count)
            guard start < position, let name = try? JSONPrefix(parsing: bytes, in: start..<position) else { return "" }
            return name.value.string ?? ""
        }

        private mutating func skipWhiteSpace() {
            while let byte = current, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { position += 1 }
        }

        private var current: UInt8? { position < bytes.count ? bytes[position] : nil }
    }
}
