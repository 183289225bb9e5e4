public import Tchavi

extension PromptTool {
    /// Creates a tool whose calls send an HTTP request.
    ///
    /// ```swift
    /// let orders = try PromptTool.api(
    ///     "get_order",
    ///     .get,
    ///     "https://orders.example/v1/orders/{id}",
    ///     description: "Returns an order of the shop.",
    ///     parameters: .object(["id": .string("The number of the order.")]),
    ///     headers: ["X-API-Key": Secret(key)]
    /// )
    /// ```
    ///
    /// In the URL, `{name}` stands for the argument of that name: in the path for one segment, or a part of one; in the query
    /// for a component. The other arguments become components of the query if the method is GET, HEAD or DELETE, where those
    /// of an array repeat the name and `null` is left out; the body as a JSON object otherwise. An argument that
    /// `parameters` do not allow is refused, if they have `additionalProperties: false`, as `JSONSchema.object`
    /// gives them.
    ///
    /// The model decides nothing but the arguments: these lead to no other host or path, redirects are not followed,
    /// and the request has none of the gateway's headers, cookies or credentials.
    ///
    /// The result is the response's body: as JSON, if it is; as a string, if it is other text; `"done"`, if it is empty.
    /// Of a response with a status of 400 to 499, the model receives the status and at most 1 KiB of the body as an error,
    /// of any other that is not 200 to 299 only the status. A body of more than 1 MiB is an error.
    ///
    /// - Parameters:
    ///   - name: The tool's name.
    ///   - method: The method.
    ///   - url: The https URL with its placeholders; http is allowed for this computer only.
    ///   - description: What the tool does, for the model to read.
    ///   - parameters: The arguments as a JSON Schema of an object.
    ///   - headers: The headers by name. Their values count as secrets: they are redacted in errors, and also in results if
    ///     the header's name is one of a credential or the value has at least 16 bytes. This does not apply to `Accept`,
    ///     `Accept-Language`, `Content-Type` and `User-Agent`, nor to values of less than 8 bytes.
    ///   - timeout: The time limit of a call; `nil` for ``RunOptions/toolTimeout``.
    ///   - allowsInsecureHTTP: Whether the URL may be an http URL of another computer.
    ///   - transport: Sends the requests. It must not follow redirects.
    /// - Returns: The tool.
    /// - Throws: `TchaviError` of code `invalidRequest` if the URL is not valid or has a placeholder before the path, if a
    ///   placeholder is not among the parameters, or if a header or the method is not valid. Correct the definition.
    public static func api(
        _ name: String,
        _ method: TransportMethod,
        _ url: String,
        description: String? = nil,
        parameters: JSONSchema? = nil,
        headers: [String: Secret] = [:],
        timeout: Duration? = nil,
        allowsInsecureHTTP: Bool = false,
        transport: any HTTPTransport = URLSessionTransport.shared
    ) throws(TchaviError) -> PromptTool {
        let tool = try APITool(
            method: method,
            url: URLTemplate(url, allowsInsecureHTTP: allowsInsecureHTTP),
            headers: headers,
            parameters: parameters,
            transport: transport
        )
        return PromptTool(
            definition: ToolDefinition(name: name, description: description, parameters: parameters),
            kind: .api,
            timeout: timeout
        ) { try await tool.call($0) }
    }
}
