/// A type that declares each field of its JSON object once, for both reading and writing.
///
/// For types of billable calls, types that keep unrecognized fields, and types that are decoded often. All other types
/// are plain `Codable`.
package protocol JSONMapped: JSONRepresentable, JSONConvertible {
    /// Creates a value whose fields have the values that apply if they are missing.
    init()

    /// Maps each field to its property, and last the unrecognized fields.
    mutating func map(_ json: inout JSONMapper)
}

extension JSONMapped {
    /// Creates a value from its JSON object.
    ///
    /// - Parameter json: The JSON form.
    /// - Throws: ``JSONError`` with the path to the first field that is missing or of the wrong kind.
    public init(json: JSONValue) throws(JSONError) { try self.init(reading: json, leniently: false) }

    package init(reading json: JSONValue, leniently: Bool) throws(JSONError) {
        self.init()
        var mapper = try JSONMapper(reading: json)
        mapper.isLenient = leniently
        map(&mapper)
        if let error = mapper.error { throw error }
    }

    /// The value as a JSON object, its unrecognized fields included.
    public var json: JSONValue {
        var mapper = JSONMapper()
        // `map` is mutating because it also reads; writing does not change the value.
        var value = self
        value.map(&mapper)
        return .object(mapper.members)
    }
}

/// Reads or writes the fields of a JSON object: the same calls do both.
///
/// When reading, only the first error is kept, and the value is then discarded. `null` counts as missing. Fields that
/// no call has read are the unrecognized ones, which ``rest(_:)`` takes. A field is read once.
package struct JSONMapper {
    /// Whether the mapper reads fields; otherwise it writes them.
    package let isReading: Bool
    /// Whether an optional field that is invalid leaves its property unchanged and is kept as an unrecognized one,
    /// instead of being an error. Responses are read this way, because they were paid for: their types set it, so that
    /// each can also be read on its own. The values inside inherit it, which matters to types that requests have too.
    package var isLenient = false
    /// The object's members, or those that have been written.
    package private(set) var members: [String: JSONValue]
    /// The names of the members that have been read. Removing these from ``members`` would copy all of them, which other
    /// values share.
    private var readNames: [String] = []
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
        readNames.reserveCapacity(members.count)
    }

    /// Records an error, unless one is already recorded.
    package mutating func fail(_ error: JSONError) {
        if self.error == nil { self.error = error }
    }

    /// Records an error within a field, unless one is already recorded.
    private mutating func fail(_ error: JSONError, in name: String) { fail(error.inside(.member(name))) }

    // MARK: Fields

    /// Maps a required field.
    package mutating func field<Value: JSONConvertible>(_ name: String, _ value: inout Value) {
        guard isReading else {
            members[name] = value.json
            return
        }
        guard let json = takeMember(name) else { return fail(JSONError("missing", at: [.member(name)])) }
        do {
            value = try Value(reading: json, leniently: isLenient)
        } catch {
            fail(error, in: name)
        }
    }

    /// Maps an optional field; `nil` is not written.
    package mutating func field<Value: JSONConvertible>(_ name: String, _ value: inout Value?) {
        guard isReading else {
            if let value { members[name] = value.json }
            return
        }
        if let read: Value = read(name) { value = read }
    }

    /// Maps an optional field, which is also read by another name.
    package mutating func field<Value: JSONConvertible>(_ name: String, alias: String, _ value: inout Value?) {
        if isReading { field(alias, &value) }
        field(name, &value)
    }

    /// Maps an optional field; `nil` is written as `null`.
    package mutating func nullable<Value: JSONConvertible>(_ name: String, _ value: inout Value?) {
        guard isReading else {
            members[name] = value?.json ?? .null
            return
        }
        field(name, &value)
    }

    /// Maps a field that is required when reading, unless leniently, although its property is optional.
    package mutating func required<Value: JSONConvertible>(_ name: String, _ value: inout Value?) {
        if isReading, !isLenient, members[name] == nil { fail(JSONError("missing", at: [.member(name)])) }
        field(name, &value)
    }

    /// Maps an optional field; if it is missing, the value is unchanged.
    package mutating func defaulted<Value: JSONConvertible>(_ name: String, _ value: inout Value) {
        guard isReading else {
            members[name] = value.json
            return
        }
        if let read: Value = read(name) { value = read }
    }

    /// Maps an optional field, which is also read by another name; if it is missing, the value is unchanged.
    package mutating func defaulted<Value: JSONConvertible>(_ name: String, alias: String, _ value: inout Value) {
        if isReading { defaulted(alias, &value) }
        defaulted(name, &value)
    }

    /// Maps an optional field that is not essential, as if ``isLenient`` were set.
    package mutating func lenient<Value: JSONConvertible>(_ name: String, _ value: inout Value?) {
        let wasLenient = isLenient
        isLenient = true
        field(name, &value)
        isLenient = wasLenient
    }

    /// Maps an optional whole number, which some servers send with a fraction or as a string.
    package mutating func wholeNumber(_ name: String, _ value: inout Int?) {
        var number = value.map { WholeNumber(value: $0) }
        field(name, &number)
        value = number?.value
    }

    /// Maps a whole number, which some servers send with a fraction or as a string; if it is missing, the value is
    /// unchanged.
    package mutating func wholeNumber(_ name: String, _ value: inout Int) {
        var number = WholeNumber(value: value)
        defaulted(name, &number)
        value = number.value
    }

    /// Maps an optional field whose JSON is kept unchanged, including `null`.
    package mutating func raw(_ name: String, _ value: inout JSONValue?) {
        if isReading {
            value = takeMember(name)
        } else if let value {
            members[name] = value
        }
    }

    /// Maps an optional field with custom conversions; if it is missing, the value is unchanged.
    ///
    /// - Parameters:
    ///   - name: The field's name.
    ///   - value: The value.
    ///   - reading: Creates the value from JSON.
    ///   - writing: Returns the value's JSON, or `nil` to omit the field.
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
            reject(json, error, in: name)
        }
    }

    /// Maps a required field that is an object, whose fields the closure maps.
    package mutating func object(_ name: String, _ fields: (inout JSONMapper) -> Void) {
        guard isReading else {
            var inner = JSONMapper()
            fields(&inner)
            members[name] = .object(inner.members)
            return
        }
        guard let json = takeMember(name) else { return fail(JSONError("missing", at: [.member(name)])) }
        do throws(JSONError) {
            var inner = try JSONMapper(reading: json)
            inner.isLenient = isLenient
            fields(&inner)
            if let error = inner.error { throw error }
        } catch {
            fail(error, in: name)
        }
    }

    /// Maps the unrecognized fields; must be called last. They do not replace fields that have been written, except for
    /// `null`.
    package mutating func rest(_ fields: inout [String: JSONValue]) {
        if isReading {
            fields = readNames.count == members.count ? [:] : members.filter { !readNames.contains($0.key) }
        } else if !fields.isEmpty {
            members.merge(fields) { written, kept in written.isNull ? kept : written }
        }
    }

    /// Keeps a member that was read as an unrecognized field.
    package mutating func keep(_ name: String, _ json: JSONValue) {
        members[name] = json
        readNames.removeAll { $0 == name }
    }

    // MARK: Reading

    /// Returns a member, which then counts as read; `nil` if it is missing.
    private mutating func takeMember(_ name: String) -> JSONValue? {
        guard let json = members[name] else { return nil }
        readNames.append(name)
        return json
    }

    /// Returns a member, which then counts as read; `nil` if it is missing or `null`.
    private mutating func take(_ name: String) -> JSONValue? {
        guard let json = takeMember(name) else { return nil }
        if case .null = json { return nil }
        return json
    }

    /// Reads an optional member; `nil` if it is missing, `null` or invalid.
    private mutating func read<Value: JSONConvertible>(_ name: String) -> Value? {
        guard let json = take(name) else { return nil }
        do {
            return try Value(reading: json, leniently: isLenient)
        } catch {
            reject(json, error, in: name)
            return nil
        }
    }

    private mutating func reject(_ json: JSONValue, _ error: JSONError, in name: String) {
        if isLenient { keep(name, json) } else { fail(error, in: name) }
    }
}
