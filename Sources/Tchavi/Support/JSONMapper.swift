/// A type whose JSON object is described once, with one line a field, for reading and for writing.
///
/// For what is paid for, keeps unrecognized fields, or is read often. Any other type is plain `Codable`.
package protocol JSONMapped: JSONRepresentable, JSONConvertible {
    /// Creates a value whose fields have the values that stand for their absence.
    init()

    /// Names each field to the mapper.
    mutating func map(_ json: inout JSONMapper)
}

extension JSONMapped {
    /// Reads the value from its JSON object.
    ///
    /// - Parameter json: The JSON form.
    /// - Throws: ``JSONError``, with the path to the first field that is missing or of the wrong kind.
    public init(json: JSONValue) throws(JSONError) {
        self.init()
        var mapper = try JSONMapper(reading: json)
        map(&mapper)
        if let error = mapper.error { throw error }
    }

    /// The value as a JSON object, its unrecognized fields included.
    public var json: JSONValue {
        var mapper = JSONMapper()
        // Writing changes nothing; the mapping is one for both directions.
        var value = self
        value.map(&mapper)
        return .object(mapper.members)
    }
}

/// Reads the fields of a JSON object, or writes them: the same calls do either.
///
/// While reading, the first error is kept and no further field matters; `null` counts as absent. What no call has asked
/// for remains in ``members``, and is kept by a type that ends with ``rest(_:)``.
package struct JSONMapper {
    /// Whether fields are read; otherwise they are written.
    package let isReading: Bool
    /// The members that were not read yet, or those that were written.
    package private(set) var members: [String: JSONValue]
    /// The first field that could not be read, with its path.
    package private(set) var error: JSONError?

    /// Creates a mapper that writes.
    package init() {
        isReading = false
        // Room for most objects, so that few have to grow.
        members = Dictionary(minimumCapacity: 8)
    }

    /// Creates a mapper that reads an object.
    package init(reading json: JSONValue) throws(JSONError) {
        guard case .object(let members) = json else {
            throw JSONError("expected an object, found \(json.kind)")
        }
        isReading = true
        self.members = members
    }

    /// Records an error, unless there was one before.
    package mutating func fail(_ error: JSONError) {
        if self.error == nil { self.error = error }
    }

    // MARK: Fields

    /// A field that has to be there.
    package mutating func field<Value: JSONConvertible>(_ name: String, _ value: inout Value) {
        guard isReading else {
            members[name] = value.json
            return
        }
        guard let json = members.removeValue(forKey: name) else {
            return fail(JSONError("missing", at: [.member(name)]))
        }
        read(json, name, &value)
    }

    /// A field that may be absent; `nil` is not written.
    ///
    /// - Parameters:
    ///   - name: The field's name.
    ///   - alias: Another name that is read where the field is absent.
    ///   - value: The value.
    package mutating func field<Value: JSONConvertible>(
        _ name: String,
        alias: String? = nil,
        _ value: inout Value?
    ) {
        guard isReading else {
            if let value { members[name] = value.json }
            return
        }
        let other = alias.flatMap { take($0) }
        guard let json = take(name) ?? other else { return }
        var read: Value?
        do {
            read = try Value(reading: json)
        } catch {
            fail(error.inside(.member(name)))
        }
        value = read
    }

    /// A field that may be absent; `nil` is written as `null`.
    package mutating func nullable<Value: JSONConvertible>(
        _ name: String,
        alias: String? = nil,
        _ value: inout Value?
    ) {
        field(name, alias: alias, &value)
        if !isReading, value == nil { members[name] = .null }
    }

    /// A field that has to be there while reading, though its value is optional.
    package mutating func required<Value: JSONConvertible>(_ name: String, _ value: inout Value?) {
        if isReading, members[name] == nil { fail(JSONError("missing", at: [.member(name)])) }
        field(name, &value)
    }

    /// A field whose absence leaves the value as it is.
    ///
    /// - Parameters:
    ///   - name: The field's name.
    ///   - alias: Another name that is read where the field is absent.
    ///   - value: The value.
    package mutating func defaulted<Value: JSONConvertible>(
        _ name: String,
        alias: String? = nil,
        _ value: inout Value
    ) {
        guard isReading else {
            members[name] = value.json
            return
        }
        let other = alias.flatMap { take($0) }
        if let json = take(name) ?? other { read(json, name, &value) }
    }

    /// A field that is decoration: where it cannot be read, the value stays `nil`, and the field stays among the
    /// unrecognized ones.
    package mutating func lenient<Value: JSONConvertible>(_ name: String, _ value: inout Value?) {
        guard isReading else {
            if let value { members[name] = value.json }
            return
        }
        guard let json = members[name], let read = try? Value(reading: json) else { return }
        value = read
        members[name] = nil
    }

    /// A field that is kept as it is, `null` too.
    package mutating func raw(_ name: String, _ value: inout JSONValue?) {
        if isReading {
            value = members.removeValue(forKey: name)
        } else if let value {
            members[name] = value
        }
    }

    /// A field with a form of its own. It may be absent, which leaves the value as it is.
    ///
    /// - Parameters:
    ///   - name: The field's name.
    ///   - value: The value.
    ///   - reading: Reads the value from JSON.
    ///   - writing: The value's JSON, or `nil` to write none.
    package mutating func field<Value>(
        _ name: String,
        _ value: inout Value,
        reading: (JSONValue) throws(JSONError) -> Value,
        writing: (Value) -> JSONValue?
    ) {
        guard isReading else {
            if let json = writing(value) { members[name] = json }
            return
        }
        guard let json = take(name) else { return }
        do {
            value = try reading(json)
        } catch {
            fail(error.inside(.member(name)))
        }
    }

    /// A field that has to be there and is an object with fields of its own.
    package mutating func object(_ name: String, _ fields: (inout JSONMapper) -> Void) {
        guard isReading else {
            var inner = JSONMapper()
            fields(&inner)
            members[name] = .object(inner.members)
            return
        }
        guard let json = members.removeValue(forKey: name) else {
            return fail(JSONError("missing", at: [.member(name)]))
        }
        do throws(JSONError) {
            var inner = try JSONMapper(reading: json)
            fields(&inner)
            if let error = inner.error { throw error }
        } catch {
            fail(error.inside(.member(name)))
        }
    }

    /// The unrecognized fields; called last. A field that was written keeps what it has.
    package mutating func rest(_ fields: inout [String: JSONValue]) {
        if isReading {
            // An emptied dictionary would keep its storage.
            fields = members.isEmpty ? [:] : members
        } else if !fields.isEmpty {
            members.merge(fields) { written, _ in written }
        }
    }

    /// Puts a member that was read back among the unrecognized fields.
    package mutating func keep(_ name: String, _ json: JSONValue) { members[name] = json }

    // MARK: Reading

    /// Takes a member out; `nil` where it is absent or null.
    private mutating func take(_ name: String) -> JSONValue? {
        guard let json = members.removeValue(forKey: name) else { return nil }
        if case .null = json { return nil }
        return json
    }

    private mutating func read<Value: JSONConvertible>(_ json: JSONValue, _ name: String, _ value: inout Value) {
        do {
            value = try Value(reading: json)
        } catch {
            fail(error.inside(.member(name)))
        }
    }
}
