import Foundation
package import Tchavi

/// The golden files in `Fixtures/Gateway`, which verify the JSON keys independently of this package's code.
package enum Golden {
    /// A difference between a type and its golden file.
    package struct Mismatch: Error, CustomStringConvertible {
        /// The file and the difference.
        package let description: String
    }

    /// Returns the JSON of a file, which is named without its extension.
    package static func json(_ name: String) throws -> JSONValue {
        try JSONValue(parsing: try Data(contentsOf: Fixtures.directory.appendingPathComponent("Gateway/\(name).json")))
    }

    /// Decodes a file like a response, and checks that `JSONDecoder` returns the same value.
    package static func read<Value: Decodable & Equatable>(_ name: String, as type: Value.Type) throws -> Value {
        let json = try json(name)
        let value = try decode(json, as: type)
        guard try JSONDecoder().decode(type, from: json.serializedData()) == value else {
            throw Mismatch(description: "\(name): JSONDecoder returned another value")
        }
        return value
    }

    /// Decodes a value like a response.
    package static func decode<Value: Decodable>(_ json: JSONValue, as type: Value.Type) throws -> Value {
        if let mapped = type as? any JSONRepresentable.Type, let value = try mapped.init(json: json) as? Value {
            return value
        }
        return try json.decoded(as: type)
    }

    private static func encode(_ value: some Encodable) throws -> JSONValue {
        if let mapped = value as? any JSONRepresentable { return mapped.json }
        return try JSONValue(encoding: value)
    }

    /// Checks that decoding and encoding a file results in the same JSON, except for null members.
    ///
    /// - Parameters:
    ///   - name: The file's name without extension.
    ///   - type: The type to decode and encode.
    ///   - added: Keys that this package adds when it encodes the type.
    /// - Throws: ``Mismatch`` if the JSON differs, or the decoder's error.
    package static func checkRoundTrip<Value: Codable & Equatable>(
        _ name: String,
        as type: Value.Type,
        adding added: Set<String> = []
    ) throws {
        let value = try read(name, as: type)
        let written = try encode(value)
        guard written.isSame(as: try json(name), adding: added) else {
            throw Mismatch(description: "\(name): wrote \(written)")
        }
        let byEncoder = try JSONValue(parsing: JSONEncoder().encode(value))
        guard byEncoder.withoutNulls == written.withoutNulls else {
            throw Mismatch(description: "\(name): JSONEncoder wrote \(byEncoder)")
        }
    }

    /// Renames and deletes each key of a file in turn, at any depth, and checks that decoding then throws or returns
    /// another value.
    ///
    /// If a key's value in the file is also its default, the check replaces the value instead.
    ///
    /// - Returns: The number of keys, and the paths of those whose value was replaced.
    package static func mutate<Value: Decodable & Equatable>(
        _ name: String,
        as type: Value.Type
    ) throws -> (keys: Int, defaulted: [String]) {
        let json = try json(name)
        let original = try decode(json, as: type)
        func isNoticed(_ change: JSONValue) -> Bool { (try? decode(change, as: type)) != original }
        var defaulted: [String] = []
        let paths = json.keyPaths
        for path in paths {
            let isDeletionNoticed = isNoticed(json.changing(path[...]) { members, key in members[key] = nil })
            let isRenamingNoticed = isNoticed(
                json.changing(path[...]) { members, key in
                    members[key + "_"] = members.removeValue(forKey: key)
                }
            )
            if isDeletionNoticed, isRenamingNoticed { continue }
            let place = "\(name) \(path.map(\.description).joined(separator: "."))"
            let isChangeNoticed = isNoticed(
                json.changing(path[...]) { members, key in members[key] = members[key]?.another }
            )
            guard isChangeNoticed else {
                throw Mismatch(description: "\(place) can be misspelled without a test failing")
            }
            defaulted.append(place)
        }
        return (paths.count, defaulted)
    }
}

/// A type with its golden files.
package struct GoldenCase: Sendable {
    private let name: String
    private let check: @Sendable (_ file: String) throws -> Void
    private let mutate: @Sendable (_ file: String) throws -> (keys: Int, defaulted: [String])

    /// - Parameters:
    ///   - name: The files' name, without `.full.json` and `.minimal.json`.
    ///   - type: The type to decode and encode.
    ///   - added: Keys that this package adds when it encodes the type.
    package init<Value: Codable & Equatable & SendableMetatype>(
        _ name: String,
        _ type: Value.Type,
        adding added: Set<String> = []
    ) {
        self.name = name
        check = { try Golden.checkRoundTrip($0, as: Value.self, adding: added) }
        mutate = { try Golden.mutate($0, as: Value.self) }
    }

    /// Checks the round trips of all files.
    package static func checkRoundTrips(_ cases: [GoldenCase]) throws {
        for type in cases {
            for form in ["full", "minimal"] { try type.check("\(type.name).\(form)") }
        }
    }

    /// Renames and deletes each key of all files.
    ///
    /// - Returns: The number of keys, and the names of those whose value in a file is also their default.
    package static func mutateAll(_ cases: [GoldenCase]) throws -> (keys: Int, defaulted: Set<String>) {
        var keys = 0
        var defaulted: Set<String> = []
        for type in cases {
            for form in ["full", "minimal"] {
                let result = try type.mutate("\(type.name).\(form)")
                keys += result.keys
                defaulted.formUnion(
                    result.defaulted.compactMap { $0.split { ". ".contains($0) }.last.map(String.init) }
                )
            }
        }
        return (keys, defaulted)
    }
}

/// One element of a path into a JSON value.
private enum JSONStep: CustomStringConvertible {
    case key(String)
    case index(Int)

    var description: String {
        switch self {
        case .key(let key): key
        case .index(let index): String(index)
        }
    }
}

extension JSONValue {
    /// The value without null members, at any depth.
    package var withoutNulls: JSONValue {
        switch self {
        case .array(let elements): .array(elements.map(\.withoutNulls))
        case .object(let members): .object(members.filter { !$0.value.isNull }.mapValues(\.withoutNulls))
        default: self
        }
    }

    /// Returns whether the values are equal, apart from additional members with these names.
    fileprivate func isSame(as other: JSONValue, adding added: Set<String>) -> Bool {
        switch (self, other) {
        case (.object(let members), .object(let others)):
            others.allSatisfy { key, value in members[key]?.isSame(as: value, adding: added) ?? value.isNull }
                && members.keys.allSatisfy { others[$0] != nil || added.contains($0) }
        case (.array(let elements), .array(let others)):
            elements.count == others.count && zip(elements, others).allSatisfy { $0.isSame(as: $1, adding: added) }
        default: self == other
        }
    }

    /// The paths of all members that are not null, at any depth.
    fileprivate var keyPaths: [[JSONStep]] {
        switch self {
        case .array(let elements):
            elements.enumerated().flatMap { index, element in element.keyPaths.map { [.index(index)] + $0 } }
        case .object(let members):
            members.sorted { $0.key < $1.key }.filter { !$0.value.isNull }.flatMap { key, value in
                [[.key(key)]] + value.keyPaths.map { [.key(key)] + $0 }
            }
        default: []
        }
    }

    fileprivate func changing(
        _ path: ArraySlice<JSONStep>,
        _ change: (inout [String: JSONValue], String) -> Void
    ) -> JSONValue {
        switch (self, path.first) {
        case (.object(var members), .key(let key)):
            if path.count == 1 {
                change(&members, key)
            } else {
                members[key] = members[key]?.changing(path.dropFirst(), change)
            }
            return .object(members)
        case (.array(var elements), .index(let index)):
            elements[index] = elements[index].changing(path.dropFirst(), change)
            return .array(elements)
        default: return self
        }
    }

    /// A different value, of the same type where possible.
    fileprivate var another: JSONValue {
        switch self {
        case .string(let text): .string(text + "-other")
        case .integer(let number): .integer(number + 1)
        case .double(let number): .double(number + 1)
        case .boolean(let value): .boolean(!value)
        case .object(let members): .object(members.merging(["other": 1]) { $1 })
        case .array(let elements): .array(elements + ["other"])
        case .null, .unsignedInteger: "other"
        }
    }
}
