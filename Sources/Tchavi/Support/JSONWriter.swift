public import Foundation

extension JSONValue {
    /// Returns the value as compact JSON with sorted keys, so that equal values have equal JSON.
    ///
    /// Numbers that JSON cannot represent (infinities and NaN) become `null`.
    public func serialized() -> String {
        var writer = JSONWriter(form: .compact)
        writer.write(self)
        return String(decoding: writer.bytes, as: UTF8.self)
    }

    /// Returns the value as compact JSON in UTF-8 with sorted keys.
    public func serializedData() -> Data {
        var writer = JSONWriter(form: .compact)
        writer.write(self)
        return Data(writer.bytes)
    }

    /// Returns the value as JSON on several lines, indented by two spaces, with sorted keys.
    public func prettyPrinted() -> String {
        var writer = JSONWriter(form: .pretty)
        writer.write(self)
        return String(decoding: writer.bytes, as: UTF8.self)
    }

    /// Returns the value in the canonical form of RFC 8785: keys sorted by UTF-16 code units, numbers as in ECMAScript.
    ///
    /// RFC 8785 does not support integers beyond 2⁵³; here they keep all their digits, so that different values always
    /// have different forms.
    package func canonical() -> [UInt8] {
        var writer = JSONWriter(form: .canonical)
        writer.write(self)
        return writer.bytes
    }
}

/// Writes JSON into one growing buffer.
struct JSONWriter {
    enum Form {
        case compact, pretty, canonical
    }

    private(set) var bytes: [UInt8] = []
    private let form: Form
    private var depth = 0

    init(form: Form) {
        self.form = form
    }

    mutating func write(_ value: JSONValue) {
        switch value {
        case .null: append("null")
        case .boolean(let value): append(value ? "true" : "false")
        case .integer(let value): append(String(value))
        case .unsignedInteger(let value): append(String(value))
        case .double(let value): write(number: value)
        case .string(let value): write(string: value)
        case .array(let elements):
            list(elements, between: ("[", "]")) { $0.write($1) }
        case .object(let members):
            list(sorted(members), between: ("{", "}")) { writer, member in
                writer.write(string: member.key)
                writer.append(writer.form == .pretty ? ": " : ":")
                writer.write(member.value)
            }
        }
    }

    private mutating func list<Element>(
        _ elements: [Element],
        between marks: (open: StaticString, close: StaticString),
        each: (inout JSONWriter, Element) -> Void
    ) {
        append(marks.open)
        depth += 1
        for (index, element) in elements.enumerated() {
            if index > 0 { append(",") }
            newLine()
            each(&self, element)
        }
        depth -= 1
        if !elements.isEmpty { newLine() }
        append(marks.close)
    }

    private func sorted(_ members: [String: JSONValue]) -> [(key: String, value: JSONValue)] {
        if form == .canonical {
            members.sorted { $0.key.utf16.lexicographicallyPrecedes($1.key.utf16) }
        } else {
            members.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
        }
    }

    private mutating func newLine() {
        guard form == .pretty else { return }
        bytes.append(UInt8(ascii: "\n"))
        bytes.append(contentsOf: repeatElement(UInt8(ascii: " "), count: depth * 2))
    }

    private mutating func write(number: Double) {
        guard number.isFinite else { return append("null") }
        // Outside the canonical form, `1.0` keeps its fraction, so that it is parsed as a double again.
        append(form == .canonical ? number.ecmaScriptDescription : number.description)
    }

    private mutating func write(string: String) {
        bytes.append(UInt8(ascii: "\""))
        for byte in string.utf8 {
            switch byte {
            case UInt8(ascii: "\""): append("\\\"")
            case UInt8(ascii: "\\"): append("\\\\")
            case 0x08: append("\\b")
            case 0x0C: append("\\f")
            case 0x0A: append("\\n")
            case 0x0D: append("\\r")
            case 0x09: append("\\t")
            case 0..<0x20:
                append("\\u00")
                for digit in [byte >> 4, byte & 0xF] {
                    bytes.append(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10)
                }
            default: bytes.append(byte)
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }

    private mutating func append(_ text: StaticString) {
        bytes.append(contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    private mutating func append(_ text: String) {
        bytes.append(contentsOf: text.utf8)
    }
}
