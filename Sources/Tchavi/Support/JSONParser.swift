public import Foundation

extension JSONValue {
    /// Parses one JSON value (RFC 8259).
    ///
    /// Of members with the same name, the last one is kept. The maximum nesting depth is 128.
    ///
    /// - Parameter text: The JSON, optionally surrounded by white space.
    /// - Throws: ``JSONError``, which contains the byte offset of the failure.
    public init(parsing text: String) throws(JSONError) {
        var text = text
        let result: Result<JSONValue, JSONError> = text.withUTF8 { bytes in
            JSONParser.parse(UnsafeRawBufferPointer(bytes))
        }
        self = try result.get()
    }

    /// Parses one JSON value (RFC 8259) from UTF-8.
    ///
    /// - Parameter data: The JSON in UTF-8, optionally surrounded by white space; a leading byte order mark is ignored.
    /// - Throws: ``JSONError``, which contains the byte offset of the failure.
    public init(parsing data: Data) throws(JSONError) {
        let result: Result<JSONValue, JSONError> = data.withUnsafeBytes { JSONParser.parse($0) }
        self = try result.get()
    }
}

/// A JSON value that begins within a text.
package struct JSONPrefix {
    /// The value.
    package let value: JSONValue
    /// The offset of the first byte after the value.
    package let end: Int
    /// The offsets of the member names that an object has already had. The value has the last member of each name.
    package let repeatedNames: [Int]

    /// Parses the value at the beginning of a range, and nothing after it.
    ///
    /// - Parameters:
    ///   - bytes: The text in UTF-8.
    ///   - range: The range that the value may occupy; white space at its beginning is skipped.
    ///   - maximumDepth: How deep arrays and objects may be nested.
    /// - Throws: ``JSONError`` with an offset from the beginning of `bytes`, which is the end of the range if the value is
    ///   incomplete.
    package init(
        parsing bytes: [UInt8],
        in range: Range<Int>,
        maximumDepth: Int = JSONParser.maximumDepth
    ) throws(JSONError) {
        let result: Result<JSONPrefix, JSONError> = bytes.withUnsafeBytes { bytes in
            JSONParser.parsePrefix(bytes, in: range, maximumDepth: maximumDepth)
        }
        self = try result.get()
    }

    fileprivate init(value: JSONValue, end: Int, repeatedNames: [Int]) {
        self.value = value
        self.end = end
        self.repeatedNames = repeatedNames
    }
}

/// A recursive-descent parser for UTF-8 that copies nothing but the values it returns.
package struct JSONParser {
    /// How deep arrays and objects may be nested. Values are compared, hashed, written and released recursively, which
    /// must not overflow the 512 KiB stack of a thread.
    package static let maximumDepth = 128

    private let bytes: UnsafeRawBufferPointer
    private var position = 0
    private var maximumDepth = Self.maximumDepth
    private var repeatedNames: [Int] = []
    /// The members of the objects that are being parsed, the innermost last: when an object ends, its dictionary is
    /// created in its final size.
    private var members: [(name: String, offset: Int, value: JSONValue)] = []

    static func parse(_ bytes: UnsafeRawBufferPointer) -> Result<JSONValue, JSONError> {
        var parser = JSONParser(bytes: bytes)
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { parser.position = 3 }
        return Result { () throws(JSONError) in try parser.document() }
    }

    static func parsePrefix(
        _ bytes: UnsafeRawBufferPointer,
        in range: Range<Int>,
        maximumDepth: Int
    ) -> Result<JSONPrefix, JSONError> {
        var parser = JSONParser(bytes: UnsafeRawBufferPointer(rebasing: bytes[..<range.upperBound]))
        parser.position = range.lowerBound
        parser.maximumDepth = maximumDepth
        return Result { () throws(JSONError) in
            let value = try parser.value(depth: 0)
            return JSONPrefix(value: value, end: parser.position, repeatedNames: parser.repeatedNames)
        }
    }

    private init(bytes: UnsafeRawBufferPointer) {
        self.bytes = bytes
    }

    private mutating func document() throws(JSONError) -> JSONValue {
        let value = try value(depth: 0)
        skipWhiteSpace()
        guard position == bytes.count else { throw failure("unexpected text after the value") }
        return value
    }

    private mutating func value(depth: Int) throws(JSONError) -> JSONValue {
        skipWhiteSpace()
        guard let byte = current else { throw failure("unexpected end of input where a value was expected") }
        switch byte {
        case UInt8(ascii: "{"), UInt8(ascii: "["):
            guard depth < maximumDepth else { throw failure(JSONValue.tooDeep) }
            return byte == UInt8(ascii: "{") ? try object(depth: depth) : try array(depth: depth)
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try literal("true", .boolean(true))
        case UInt8(ascii: "f"): return try literal("false", .boolean(false))
        case UInt8(ascii: "n"): return try literal("null", .null)
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try number()
        default: throw failure("unexpected character where a value was expected")
        }
    }

    private mutating func object(depth: Int) throws(JSONError) -> JSONValue {
        position += 1
        let first = members.count
        skipWhiteSpace()
        if take(UInt8(ascii: "}")) { return .object([:]) }
        while true {
            skipWhiteSpace()
            guard current == UInt8(ascii: "\"") else { throw failure("expected a member name in double quotes") }
            let start = position
            let name = try string()
            skipWhiteSpace()
            guard take(UInt8(ascii: ":")) else { throw failure("expected a colon after a member name") }
            members.append((name, start, try value(depth: depth + 1)))
            skipWhiteSpace()
            if take(UInt8(ascii: ",")) { continue }
            guard take(UInt8(ascii: "}")) else { throw failure("expected a comma or the end of the object") }
            return .object(takeMembers(from: first))
        }
    }

    /// Removes the members of the innermost object.
    private mutating func takeMembers(from first: Int) -> [String: JSONValue] {
        var object = [String: JSONValue](minimumCapacity: members.count - first)
        for (name, offset, value) in members[first...] where object.updateValue(value, forKey: name) != nil {
            repeatedNames.append(offset)
        }
        members.removeSubrange(first...)
        return object
    }

    private mutating func array(depth: Int) throws(JSONError) -> JSONValue {
        position += 1
        var elements: [JSONValue] = []
        skipWhiteSpace()
        if take(UInt8(ascii: "]")) { return .array(elements) }
        while true {
            elements.append(try value(depth: depth + 1))
            skipWhiteSpace()
            if take(UInt8(ascii: ",")) { continue }
            guard take(UInt8(ascii: "]")) else { throw failure("expected a comma or the end of the array") }
            return .array(elements)
        }
    }

    private mutating func literal(_ text: StaticString, _ value: JSONValue) throws(JSONError) -> JSONValue {
        let end = position + text.utf8CodeUnitCount
        guard end <= bytes.count else { throw failure("unexpected character where a value was expected") }
        for offset in 0..<text.utf8CodeUnitCount where bytes[position + offset] != text.utf8Start[offset] {
            throw failure("unexpected character where a value was expected")
        }
        position = end
        return value
    }

    // MARK: Numbers

    private mutating func number() throws(JSONError) -> JSONValue {
        let start = position
        var isInteger = true
        _ = take(UInt8(ascii: "-"))
        if take(UInt8(ascii: "0")) {
            if let current, isDigit(current) { throw failure("a number must not have leading zeros") }
        } else {
            try digits()
        }
        if take(UInt8(ascii: ".")) {
            isInteger = false
            try digits()
        }
        if let byte = current, byte | 0x20 == UInt8(ascii: "e") {
            isInteger = false
            position += 1
            if current == UInt8(ascii: "+") || current == UInt8(ascii: "-") { position += 1 }
            try digits()
        }
        let slice = UnsafeRawBufferPointer(rebasing: bytes[start..<position])
        if isInteger, let integer = Self.integer(slice) { return integer }
        guard let value = Double(String(decoding: slice, as: UTF8.self)), value.isFinite else {
            position = start
            throw failure("the number is out of range of a 64-bit floating-point number")
        }
        return .double(value)
    }

    private mutating func digits() throws(JSONError) {
        let start = position
        while let byte = current, isDigit(byte) { position += 1 }
        guard position > start else { throw failure("expected a digit") }
    }

    private static func integer(_ digits: UnsafeRawBufferPointer) -> JSONValue? {
        let isNegative = digits.first == UInt8(ascii: "-")
        var magnitude: UInt64 = 0
        for byte in digits.dropFirst(isNegative ? 1 : 0) {
            let (product, overflow) = magnitude.multipliedReportingOverflow(by: 10)
            let (sum, carry) = product.addingReportingOverflow(UInt64(byte - UInt8(ascii: "0")))
            if overflow || carry { return nil }
            magnitude = sum
        }
        if isNegative {
            return magnitude <= UInt64(Int64.max) + 1 ? .integer(Int64(truncatingIfNeeded: 0 &- magnitude)) : nil
        }
        return Int64(exactly: magnitude).map { .integer($0) } ?? .unsignedInteger(magnitude)
    }

    // MARK: Strings

    private mutating func string() throws(JSONError) -> String {
        position += 1
        let start = position
        while let byte = current {
            switch byte {
            case UInt8(ascii: "\""):
                defer { position += 1 }
                return try text(UnsafeRawBufferPointer(rebasing: bytes[start..<position]))
            case UInt8(ascii: "\\"): return try escapedString(from: start)
            case 0..<0x20: throw failure("unescaped control character in a string")
            default: position += 1
            }
        }
        throw failure("unterminated string")
    }

    private mutating func escapedString(from start: Int) throws(JSONError) -> String {
        var buffer: [UInt8] = []
        var unescaped = start
        while let byte = current {
            switch byte {
            case UInt8(ascii: "\""):
                buffer.append(contentsOf: bytes[unescaped..<position])
                position += 1
                guard let text = String(validating: buffer, as: UTF8.self) else {
                    throw failure("invalid UTF-8 in a string")
                }
                return text
            case UInt8(ascii: "\\"):
                buffer.append(contentsOf: bytes[unescaped..<position])
                position += 1
                try escape(into: &buffer)
                unescaped = position
            case 0..<0x20:
                position += 1
                throw failure("unescaped control character in a string")
            default: position += 1
            }
        }
        throw failure("unterminated string")
    }

    private mutating func escape(into buffer: inout [UInt8]) throws(JSONError) {
        guard let byte = current else { throw failure("unterminated string") }
        position += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): buffer.append(byte)
        case UInt8(ascii: "b"): buffer.append(0x08)
        case UInt8(ascii: "f"): buffer.append(0x0C)
        case UInt8(ascii: "n"): buffer.append(0x0A)
        case UInt8(ascii: "r"): buffer.append(0x0D)
        case UInt8(ascii: "t"): buffer.append(0x09)
        case UInt8(ascii: "u"): buffer.append(contentsOf: Array(String(try escapedScalar()).utf8))
        default: throw failure("invalid escape sequence in a string")
        }
    }

    /// Parses the digits after `\u`, and the second half of a surrogate pair; a lone surrogate becomes U+FFFD.
    private mutating func escapedScalar() throws(JSONError) -> Unicode.Scalar {
        let first = try hexadecimal()
        if let scalar = Unicode.Scalar(first) { return scalar }
        guard first < 0xDC00, position + 1 < bytes.count, bytes[position] == UInt8(ascii: "\\"),
            bytes[position + 1] == UInt8(ascii: "u")
        else { return "\u{FFFD}" }
        let secondEscape = position
        position += 2
        let second = try hexadecimal()
        guard (0xDC00...0xDFFF).contains(second),
            let scalar = Unicode.Scalar(0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00))
        else {
            position = secondEscape
            return "\u{FFFD}"
        }
        return scalar
    }

    private mutating func hexadecimal() throws(JSONError) -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<4 {
            guard let byte = current, let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
                throw failure("expected four hexadecimal digits after \\u")
            }
            value = value << 4 | UInt32(digit)
            position += 1
        }
        return value
    }

    private func text(_ slice: UnsafeRawBufferPointer) throws(JSONError) -> String {
        guard let text = String(validating: slice, as: UTF8.self) else { throw failure("invalid UTF-8 in a string") }
        return text
    }

    // MARK: Bytes

    private var current: UInt8? { position < bytes.count ? bytes[position] : nil }

    private func isDigit(_ byte: UInt8) -> Bool { byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard current == byte else { return false }
        position += 1
        return true
    }

    private mutating func skipWhiteSpace() {
        while let byte = current, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { position += 1 }
    }

    private func failure(_ reason: String) -> JSONError { JSONError(reason, offset: position) }
}

extension JSONValue {
    /// Why a value is refused that is nested too deep.
    static let tooDeep = "nested more than \(JSONParser.maximumDepth) levels deep"
}
