/// Header fields of a request or an answer. Names compare without regard to case; order and repetitions are kept.
public struct HeaderFields: Sendable, Hashable, ExpressibleByDictionaryLiteral {
    private struct Field: Sendable, Hashable {
        let name: String
        let key: String
        let value: String
    }

    private var storage: [Field] = []

    /// No header fields.
    public init() {}

    /// Header fields in the order given.
    public init(dictionaryLiteral elements: (String, String)...) {
        for (name, value) in elements { add(name, value) }
    }

    /// The fields in their order, as name and value.
    public var fields: [(name: String, value: String)] { storage.map { ($0.name, $0.value) } }

    /// The first field of that name. Setting replaces every field of the name; setting `nil` removes them.
    public subscript(name: String) -> String? {
        get {
            let key = name.lowercased()
            return storage.first { $0.key == key }?.value
        }
        set {
            let key = name.lowercased()
            storage.removeAll { $0.key == key }
            if let newValue { storage.append(Field(name: name, key: key, value: newValue)) }
        }
    }

    /// Adds a field beside those there are.
    ///
    /// - Parameters:
    ///   - name: The field's name.
    ///   - value: The field's value.
    public mutating func add(_ name: String, _ value: String) {
        storage.append(Field(name: name, key: name.lowercased(), value: value))
    }

    /// The name of a field that cannot be sent: its name is no token, or its value has a line break or a NUL.
    package var unsendable: String? {
        storage.first { field in
            field.name.isEmpty || !field.name.utf8.allSatisfy(\.isHeaderTokenByte) || !field.value.isHeaderValue
        }?.name
    }

    /// The fields by lower-case name, those that may hold a secret replaced by ``Secret/placeholder``.
    package var redacted: [String: String] {
        var result: [String: String] = [:]
        for field in storage {
            let value = Self.mayHoldSecret(field.key) ? Secret.placeholder : field.value
            result[field.key] = result[field.key].map { $0 + ", " + value } ?? value
        }
        return result
    }

    /// Whether a header of that lower-case name is of the kind that carries credentials or sessions.
    package static func mayHoldSecret(_ name: String) -> Bool {
        let parts = [
            "authorization", "authenticate", "cookie", "api-key", "apikey", "secret", "password", "credential",
        ]
        return name.hasSuffix("token") || parts.contains { name.contains($0) }
    }
}

extension HeaderFields: CustomStringConvertible, CustomReflectable {
    /// The fields, those that may hold a secret redacted.
    public var description: String {
        storage.map { "\($0.name): \(Self.mayHoldSecret($0.key) ? Secret.placeholder : $0.value)" }
            .joined(separator: "\n")
    }

    /// A mirror of the redacted fields.
    public var customMirror: Mirror { Mirror(self, children: ["fields": redacted]) }
}

extension UInt8 {
    /// A byte of a token (RFC 9110, section 5.6.2).
    fileprivate var isHeaderTokenByte: Bool {
        switch self {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: "!#$%&'*+-.^_`|~".utf8.contains(self)
        }
    }
}

extension String {
    /// Whether this can stand as a header's value: it has no line break and no NUL.
    package var isHeaderValue: Bool {
        utf8.allSatisfy { $0 != 0x0A && $0 != 0x0D && $0 != 0 }
    }
}
