/// What can stand as a field's value in a ``JSONMapper``.
package protocol JSONConvertible {
    /// Reads the value.
    init(reading json: JSONValue) throws(JSONError)

    /// The value's JSON form.
    var json: JSONValue { get }
}

extension JSONConvertible where Self: JSONRepresentable {
    package init(reading json: JSONValue) throws(JSONError) { try self.init(json: json) }
}

extension JSONValue: JSONConvertible {
    package init(reading json: JSONValue) { self = json }
}

extension Array: JSONConvertible where Element: JSONConvertible {
    package init(reading json: JSONValue) throws(JSONError) {
        guard case .array(let elements) = json else { throw JSONError("expected an array, found \(json.kind)") }
        self.init()
        reserveCapacity(elements.count)
        for (index, element) in elements.enumerated() {
            do {
                append(try Element(reading: element))
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
        if let same = members as? Self {
            self = same
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

    package var json: JSONValue { .object((self as? [String: JSONValue]) ?? mapValues(\.json)) }
}

/// A value that is one JSON string, number or Boolean.
package protocol JSONScalar: JSONConvertible {
    init?(scalar: JSONValue)
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
    /// Without a fraction where there is none, as every JSON writer but Swift's has it.
    package var json: JSONValue {
        if magnitude < 1e15, let integer = Int64(exactly: self) { .integer(integer) } else { .double(self) }
    }
    package static var kind: String { "a number" }
}
