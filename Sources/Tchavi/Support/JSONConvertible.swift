/// A type that ``JSONMapper`` can read and write as the value of a field.
package protocol JSONConvertible {
    /// Creates a value from its JSON form.
    init(reading json: JSONValue) throws(JSONError)

    /// Creates a value from its JSON form, for types with optional fields: see ``JSONMapper/isLenient``.
    init(reading json: JSONValue, leniently: Bool) throws(JSONError)

    /// The value's JSON form.
    var json: JSONValue { get }
}

extension JSONConvertible {
    package init(reading json: JSONValue, leniently: Bool) throws(JSONError) { try self.init(reading: json) }
}

extension JSONConvertible where Self: JSONRepresentable {
    package init(reading json: JSONValue) throws(JSONError) { try self.init(json: json) }
}

extension JSONValue: JSONConvertible {
    package init(reading json: JSONValue) { self = json }
}

extension Array: JSONConvertible where Element: JSONConvertible {
    package init(reading json: JSONValue) throws(JSONError) { try self.init(reading: json, leniently: false) }

    package init(reading json: JSONValue, leniently: Bool) throws(JSONError) {
        guard case .array(let elements) = json else { throw JSONError("expected an array, found \(json.kind)") }
        self.init()
        reserveCapacity(elements.count)
        for (index, element) in elements.enumerated() {
            do {
                append(try Element(reading: element, leniently: leniently))
            } catch {
                throw error.inside(.element(index))
            }
        }
    }

    package var json: JSONValue { .array(map(\.json)) }
}

extension Dictionary: JSONConvertible where Key == String, Value: JSONConvertible {
    package init(reading json: JSONValue) throws(JSONError) {
        guard case .object(let members) = json else { throw JSONError("expected an object, found \(json.kind)") }
        // A cast between other types would convert each value.
        if Value.self == JSONValue.self, let values = members as? Self {
            self = values
            return
        }
        self.init(minimumCapacity: members.count)
        for (name, member) in members {
            do {
                self[name] = try Value(reading: member)
            } catch {
                throw error.inside(.member(name))
            }
        }
    }

    package var json: JSONValue {
        if Value.self == JSONValue.self, let members = self as? [String: JSONValue] { return .object(members) }
        return .object(mapValues(\.json))
    }
}

/// A type whose JSON form is a single string, number or Boolean.
package protocol JSONScalar: JSONConvertible {
    /// Creates a value from its JSON form, or returns `nil` if that is of another kind.
    init?(scalar: JSONValue)

    /// The kind of JSON value, in the words of an error message: "a string", "an integer".
    static var kind: String { get }
}

extension JSONScalar {
    package init(reading json: JSONValue) throws(JSONError) {
        guard let value = Self(scalar: json) else { throw JSONError("expected \(Self.kind), found \(json.kind)") }
        self = value
    }
}

extension String: JSONScalar {
    package init?(scalar: JSONValue) {
        guard let value = scalar.string else { return nil }
        self = value
    }
    package var json: JSONValue { .string(self) }
    package static var kind: String { "a string" }
}

extension Bool: JSONScalar {
    package init?(scalar: JSONValue) {
        guard let value = scalar.boolean else { return nil }
        self = value
    }
    package var json: JSONValue { .boolean(self) }
    package static var kind: String { "a Boolean" }
}

extension Int: JSONScalar {
    package init?(scalar: JSONValue) {
        guard let value = scalar.integer else { return nil }
        self = value
    }
    package var json: JSONValue { .integer(Int64(self)) }
    package static var kind: String { "an integer" }
}

extension Double: JSONScalar {
    package init?(scalar: JSONValue) {
        guard let value = scalar.double else { return nil }
        self = value
    }
    /// Whole numbers are written without a fraction, as other JSON encoders write them.
    package var json: JSONValue {
        if magnitude < 1e15, let integer = Int64(exactly: self) { .integer(integer) } else { .double(self) }
    }
    package static var kind: String { "a number" }
}
