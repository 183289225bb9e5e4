/// A JSON Schema: of the arguments of a tool, or of a structured response.
///
/// ```swift
/// let schema: JSONSchema = .object(
///     ["city": .string("The city's name."), "days": .integer("How far ahead to look.", minimum: 1, maximum: 14)],
///     optional: ["unit": .enumeration(of: Unit.self)]
/// )
/// ```
///
/// The factories cover what models understand. Everything else can be written as JSON, also within a schema:
/// `["type": "string", "pattern": "^[0-9]+$"]`.
public struct JSONSchema: Sendable, Hashable {
    /// The schema as JSON.
    public var json: JSONValue

    /// Creates a schema from JSON, which is not checked.
    public init(_ json: JSONValue) { self.json = json }
}

extension JSONSchema: JSONRepresentable {
    /// Creates a schema from JSON, which is not checked.
    public init(json: JSONValue) { self.init(json) }
}

extension JSONSchema: ExpressibleByDictionaryLiteral {
    /// Creates a schema from its keywords; of keywords with the same name, the last one is kept.
    public init(dictionaryLiteral elements: (String, JSONValue)...) {
        self.init(.object(Dictionary(elements, uniquingKeysWith: { $1 })))
    }
}

// MARK: Kinds of values

extension JSONSchema {
    /// An object.
    ///
    /// The strict mode of providers allows neither optional properties nor other ones. There, make a property
    /// ``nullable()`` instead of optional.
    ///
    /// - Parameters:
    ///   - properties: The properties that the object must have.
    ///   - optional: The properties that it may have.
    ///   - description: What the object is, for the model to read.
    ///   - additionalProperties: Whether the object may have other properties as well.
    /// - Returns: The schema.
    public static func object(
        _ properties: [String: JSONSchema],
        optional: [String: JSONSchema] = [:],
        description: String? = nil,
        additionalProperties: Bool = false
    ) -> JSONSchema {
        JSONSchema([
            "type": "object",
            "properties": .object(properties.merging(optional) { required, _ in required }.mapValues(\.json)),
            "required": .array(properties.keys.sorted().map { .string($0) }),
            "additionalProperties": .boolean(additionalProperties),
        ]).adding(["description": description?.json])
    }

    /// An array.
    ///
    /// - Parameters:
    ///   - element: The schema of each element.
    ///   - description: What the array is, for the model to read.
    ///   - minimum: The smallest number of elements.
    ///   - maximum: The largest number of elements.
    /// - Returns: The schema.
    public static func array(
        of element: JSONSchema,
        _ description: String? = nil,
        minimum: Int? = nil,
        maximum: Int? = nil
    ) -> JSONSchema {
        JSONSchema(["type": "array", "items": element.json])
            .adding(["description": description?.json, "minItems": minimum?.json, "maxItems": maximum?.json])
    }

    /// A string.
    ///
    /// - Parameters:
    ///   - description: What the string is, for the model to read.
    ///   - format: The name of a format: `date-time`, `date`, `email`, `uuid` and so on.
    ///   - allowed: The strings that are allowed; `nil` for any.
    /// - Returns: The schema.
    public static func string(
        _ description: String? = nil,
        format: String? = nil,
        allowed: [String]? = nil
    ) -> JSONSchema {
        JSONSchema(["type": "string"])
            .adding(["description": description?.json, "format": format?.json, "enum": allowed?.json])
    }

    /// A string that is one of the raw values of a Swift enumeration.
    ///
    /// - Parameters:
    ///   - type: The enumeration.
    ///   - description: What the value is, for the model to read.
    /// - Returns: The schema.
    public static func enumeration<Value: CaseIterable & RawRepresentable>(
        of type: Value.Type,
        _ description: String? = nil
    ) -> JSONSchema where Value.RawValue == String {
        .string(description, allowed: type.allCases.map(\.rawValue))
    }

    /// A whole number.
    ///
    /// - Parameters:
    ///   - description: What the number is, for the model to read.
    ///   - minimum: The smallest number that is allowed.
    ///   - maximum: The largest number that is allowed.
    /// - Returns: The schema.
    public static func integer(
        _ description: String? = nil,
        minimum: Int? = nil,
        maximum: Int? = nil
    ) -> JSONSchema {
        JSONSchema(["type": "integer"])
            .adding(["description": description?.json, "minimum": minimum?.json, "maximum": maximum?.json])
    }

    /// A number.
    ///
    /// - Parameters:
    ///   - description: What the number is, for the model to read.
    ///   - minimum: The smallest number that is allowed. A bound that is not finite is none.
    ///   - maximum: The largest number that is allowed. A bound that is not finite is none.
    /// - Returns: The schema.
    public static func number(
        _ description: String? = nil,
        minimum: Double? = nil,
        maximum: Double? = nil
    ) -> JSONSchema {
        func bound(_ number: Double?) -> JSONValue? { number.flatMap { $0.isFinite ? $0 : nil }?.json }
        return JSONSchema(["type": "number"])
            .adding(["description": description?.json, "minimum": bound(minimum), "maximum": bound(maximum)])
    }

    /// A Boolean.
    ///
    /// - Parameter description: What it means, for the model to read.
    /// - Returns: The schema.
    public static func boolean(_ description: String? = nil) -> JSONSchema {
        JSONSchema(["type": "boolean"]).adding(["description": description?.json])
    }

    /// A value that conforms to at least one of several schemas.
    ///
    /// - Parameters:
    ///   - schemas: The schemas.
    ///   - description: What the value is, for the model to read.
    /// - Returns: The schema.
    public static func anyOf(_ schemas: [JSONSchema], _ description: String? = nil) -> JSONSchema {
        JSONSchema(["anyOf": .array(schemas.map(\.json))]).adding(["description": description?.json])
    }
}

// MARK: Changes

extension JSONSchema {
    /// Returns the schema of a value that may also be `null`.
    public func nullable() -> JSONSchema {
        // Beside these, another type is not enough to make `null` valid.
        let restricting = ["const", "anyOf", "oneOf", "allOf", "not", "if", "$ref"]
        guard let type = json["type"], type.string != nil, restricting.allSatisfy({ json[$0] == nil }) else {
            return .anyOf([self, ["type": "null"]])
        }
        return adding(["type": [type, "null"], "enum": json["enum"]?.array.map { .array($0 + [.null]) }])
    }

    /// Returns the schema with another description.
    ///
    /// - Parameter description: What the value is, for the model to read.
    /// - Returns: The schema.
    public func described(_ description: String) -> JSONSchema { adding(["description": .string(description)]) }

    /// Returns the schema with more keywords; those that are `nil` are left out.
    private func adding(_ keywords: [String: JSONValue?]) -> JSONSchema {
        JSONSchema(.object((json.object ?? [:]).merging(keywords.compactMapValues(\.self)) { $1 }))
    }
}
