/// The format of a response.
public struct ResponseFormat: Sendable, Hashable {
    /// The format's name: `text`, `json_object`, `json_schema`, or another.
    public var type: String
    /// The schema and its name, for `json_schema`.
    public var jsonSchema: JSONValue?
    /// Unrecognized fields of the format.
    public var additionalFields: [String: JSONValue] = [:]

    /// Creates a format by its name.
    public init(type: String, jsonSchema: JSONValue? = nil) {
        self.type = type
        self.jsonSchema = jsonSchema
    }

    /// Plain text.
    public static let text = ResponseFormat(type: "text")
    /// Any JSON object.
    public static let jsonObject = ResponseFormat(type: "json_object")

    /// Creates the format of JSON that conforms to a schema.
    ///
    /// ```swift
    /// request.responseFormat = .jsonSchema(
    ///     name: "weather_report",
    ///     .object(["city": .string(), "celsius": .number()]),
    ///     strict: true
    /// )
    /// ```
    ///
    /// - Parameters:
    ///   - name: The schema's name.
    ///   - schema: The JSON Schema.
    ///   - strict: Whether the provider has to enforce the schema, of which it then supports only a part; `nil` for the
    ///     provider's default.
    /// - Returns: The format.
    public static func jsonSchema(name: String, _ schema: JSONSchema, strict: Bool? = nil) -> ResponseFormat {
        var members: [String: JSONValue] = ["name": .string(name), "schema": schema.json]
        members["strict"] = strict?.json
        return ResponseFormat(type: "json_schema", jsonSchema: .object(members))
    }
}

extension ResponseFormat: JSONMapped {
    package init() { self.init(type: "") }

    package mutating func map(_ json: inout JSONMapper) {
        json.field("type", &type)
        json.raw("json_schema", &jsonSchema)
        json.rest(&additionalFields)
    }
}
