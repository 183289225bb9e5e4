/// An object being read: what is taken out by name, and what remains at the end.
///
/// `null` counts as absent for optional members. Whatever is never asked for stays in ``remaining``, so that a type
/// can keep the members it does not know.
package struct JSONObject {
    /// The members that were not taken yet.
    package private(set) var remaining: [String: JSONValue]

    package init(_ json: JSONValue) throws(JSONError) {
        guard case .object(let members) = json else {
            throw JSONError("expected an object, found \(json.kind)")
        }
        remaining = members
    }

    /// Takes a member as it is; `nil` where it is absent, `.null` where it is null.
    package mutating func take(_ name: String) -> JSONValue? {
        remaining.removeValue(forKey: name)
    }

    package mutating func optional<Value: JSONScalar>(
        _ name: String,
        as: Value.Type = Value.self
    ) throws(JSONError) -> Value? {
        guard let json = take(name), json != .null else { return nil }
        return try Self.scalar(json, at: .member(name))
    }

    package mutating func required<Value: JSONScalar>(
        _ name: String,
        as: Value.Type = Value.self
    ) throws(JSONError) -> Value {
        guard let json = take(name) else { throw JSONError("missing", at: [.member(name)]) }
        return try Self.scalar(json, at: .member(name))
    }

    package mutating func optional<Value: JSONRepresentable>(
        _ name: String,
        as: Value.Type = Value.self
    ) throws(JSONError) -> Value? {
        guard let json = take(name), json != .null else { return nil }
        return try Self.value(json, at: .member(name))
    }

    package mutating func required<Value: JSONRepresentable>(
        _ name: String,
        as: Value.Type = Value.self
    ) throws(JSONError) -> Value {
        guard let json = take(name) else { throw JSONError("missing", at: [.member(name)]) }
        return try Self.value(json, at: .member(name))
    }

    package mutating func optionalArray<Value: JSONRepresentable>(
        _ name: String,
        of: Value.Type = Value.self
    ) throws(JSONError) -> [Value]? {
        guard let json = take(name), json != .null else { return nil }
        return try Self.array(json, at: name)
    }

    package mutating func requiredArray<Value: JSONRepresentable>(
        _ name: String,
        of: Value.Type = Value.self
    ) throws(JSONError) -> [Value] {
        guard let json = take(name) else { throw JSONError("missing", at: [.member(name)]) }
        return try Self.array(json, at: name)
    }

    package mutating func optionalStrings(_ name: String) throws(JSONError) -> [String]? {
        guard let json = take(name), json != .null else { return nil }
        guard case .array(let elements) = json else {
            throw JSONError("expected an array, found \(json.kind)", at: [.member(name)])
        }
        var strings: [String] = []
        for (index, element) in elements.enumerated() {
            do {
                strings.append(try Self.scalar(element, at: .element(index)))
            } catch {
                throw error.inside(.member(name))
            }
        }
        return strings
    }

    package mutating func optionalObject(_ name: String) throws(JSONError) -> [String: JSONValue]? {
        guard let json = take(name), json != .null else { return nil }
        guard case .object(let members) = json else {
            throw JSONError("expected an object, found \(json.kind)", at: [.member(name)])
        }
        return members
    }

    private static func scalar<Value: JSONScalar>(
        _ json: JSONValue,
        at step: JSONError.Step
    ) throws(JSONError) -> Value {
        guard let value = Value(scalar: json) else {
            throw JSONError("expected \(Value.kind), found \(json.kind)", at: [step])
        }
        return value
    }

    package static func value<Value: JSONRepresentable>(
        _ json: JSONValue,
        at step: JSONError.Step
    ) throws(JSONError) -> Value {
        do {
            return try Value(json: json)
        } catch {
            throw error.inside(step)
        }
    }

    private static func array<Value: JSONRepresentable>(
        _ json: JSONValue,
        at name: String
    ) throws(JSONError) -> [Value] {
        do {
            return try elements(json)
        } catch {
            throw error.inside(.member(name))
        }
    }

    /// Reads an array whose elements are all of one type.
    package static func elements<Value: JSONRepresentable>(_ json: JSONValue) throws(JSONError) -> [Value] {
        guard case .array(let elements) = json else { throw JSONError("expected an array, found \(json.kind)") }
        var values: [Value] = []
        values.reserveCapacity(elements.count)
        for (index, element) in elements.enumerated() {
            values.append(try value(element, at: .element(index)))
        }
        return values
    }
}

/// An object being written: absent values leave no member behind.
package struct JSONObjectBuilder {
    private var members: [String: JSONValue]

    /// Starts from members that are kept as they are; a member set later replaces one of the same name.
    package init(_ members: [String: JSONValue] = [:]) {
        self.members = members
    }

    package mutating func set(_ name: String, _ value: JSONValue?) {
        if let value { members[name] = value }
    }

    package mutating func set(_ name: String, _ value: (some JSONScalar)?) {
        if let value { members[name] = value.json }
    }

    package mutating func set(_ name: String, _ value: (some JSONRepresentable)?) {
        if let value { members[name] = value.json }
    }

    package mutating func set(_ name: String, _ values: [some JSONRepresentable]?) {
        if let values { members[name] = .array(values.map(\.json)) }
    }

    package mutating func set(_ name: String, strings: [String]?) {
        if let strings { members[name] = .array(strings.map(JSONValue.string)) }
    }

    package var json: JSONValue { .object(members) }
}
