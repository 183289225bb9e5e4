import Foundation

/// Header fields of a request or a response. Names compare without regard to case; order and repetitions are kept.
public struct HeaderFields: Sendable, Hashable, ExpressibleByDictionaryLiteral {
    private struct Field: Sendable, Hashable {
        let name: Name
        let value: String
    }

    private var storage: [Field] = []

    /// Creates empty header fields.
    public init() {}

    /// Creates header fields in the order given.
    public init(dictionaryLiteral elements: (Name, String)...) {
        storage = elements.map { Field(name: $0.0, value: $0.1) }
    }

    /// The fields in their order, as name and value.
    public var fields: [(name: String, value: String)] { storage.map { ($0.name.description, $0.value) } }

    /// The first field of that name. Setting replaces every field of the name; setting `nil` removes them.
    public subscript(name: Name) -> String? {
        get { storage.first { $0.name == name }?.value }
        set {
            storage.removeAll { $0.name == name }
            if let newValue { storage.append(Field(name: name, value: newValue)) }
        }
    }

    /// The first field of that name. Setting replaces every field of the name; setting `nil` removes them.
    public subscript(name: String) -> String? {
        get { self[Name(name)] }
        set { self[Name(name)] = newValue }
    }

    /// Adds a field beside those there are.
    ///
    /// - Parameters:
    ///   - name: The field's name.
    ///   - value: The field's value.
    public mutating func add(_ name: String, _ value: String) {
        storage.append(Field(name: Name(name), value: value))
    }

    /// The values of every field of that name.
    func values(of name: Name) -> [String] { storage.filter { $0.name == name }.map(\.value) }

    /// Makes room for more fields.
    mutating func reserveCapacity(_ additional: Int) { storage.reserveCapacity(storage.count + additional) }

    /// Replaces the fields of the other's names by the other's fields.
    mutating func replace(with other: HeaderFields) {
        guard !other.storage.isEmpty else { return }
        storage.removeAll { field in other.storage.contains { $0.name == field.name } }
        storage += other.storage
    }

    /// The name of a field that cannot be sent: its name is not a token, or its value has a line break or a NUL.
    package var unsendable: String? {
        storage.first { field in
            let name = field.name.description
            return name.isEmpty || !name.utf8.allSatisfy(\.isHeaderTokenByte) || !field.value.isHeaderValue
        }?.name.description
    }

    /// The fields by lower-case name, those that may hold a secret replaced by ``Secret/placeholder``.
    package var redacted: [String: String] {
        var result: [String: String] = [:]
        for field in storage {
            let name = field.name.lowercased
            let value = Self.mayHoldSecret(name) ? Secret.placeholder : field.value
            result[name] = result[name].map { $0 + ", " + value } ?? value
        }
        return result
    }

    /// The credentials in the fields: what a server must not be able to place in an error or a recording by repeating
    /// it. Those shorter than ``Secret/minimumRedactedBytes`` are left out.
    package var secrets: [String] {
        storage.filter { Self.mayHoldSecret($0.name.lowercased) }.flatMap(Self.secrets)
            .map { $0.trimmingCharacters(in: .whitespaces) }
            .filter { $0.utf8.count >= Secret.minimumRedactedBytes }
    }

    /// The parts of a field with a secret that are secret.
    private static func secrets(in field: Field) -> [String] {
        switch field.name {
        case .cookie:
            // A cookie without a name is a value.
            field.value.split(separator: ";").map { cookie in
                String(cookie.firstIndex(of: "=").map { cookie[cookie.index(after: $0)...] } ?? cookie)
            }
        case .authorization, "Proxy-Authorization":
            // Not the scheme, as in `Bearer …`, unless there is none.
            [field.value.split(separator: " ", maxSplits: 1).last.map(String.init) ?? ""]
        default: [field.value]
        }
    }

    /// Whether a header of that lower-case name may carry a credential or a session.
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
        storage.map { "\($0.name): \(Self.mayHoldSecret($0.name.lowercased) ? Secret.placeholder : $0.value)" }
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
