import Foundation
import Tchavi

/// The HTTP request of a tool, and what the model receives of the response.
struct APITool: Sendable {
    private static let maximumBytes = 1 << 20
    private static let maximumErrorBytes = 1 << 10
    /// Those whose arguments stand in the query.
    private static let methodsWithoutBody: Set<TransportMethod> = [.get, .delete, "HEAD"]
    /// Headers that hold no credential.
    private static let publicHeaders: Set<HeaderFields.Name> = [
        .accept, .contentType, .userAgent, "Accept-Language",
    ]

    private let method: TransportMethod
    private let url: URLTemplate
    private let headers: HeaderFields
    /// The arguments that are allowed; `nil` for all.
    private let allowedNames: Set<String>?
    private let transport: any HTTPTransport
    private let errorRedaction: SecretRedaction
    /// Spares short values of headers whose name is not one of a credential: a version or region may also be part of a result.
    private let resultRedaction: SecretRedaction

    init(
        method: TransportMethod,
        url: URLTemplate,
        headers: [String: Secret],
        parameters: JSONSchema?,
        transport: any HTTPTransport
    ) throws(TchaviError) {
        var fields = HeaderFields()
        for (name, value) in headers.sorted(by: { $0.key < $1.key }) { fields.add(name, value.revealed()) }
        if let name = fields.unsendable {
            throw Self.invalid("the header `\(name)` has a line break or a name that is not valid")
        }
        guard !method.rawValue.isEmpty, method.rawValue.utf8.allSatisfy({ (0x41...0x5A).contains($0) }) else {
            throw Self.invalid("the method `\(method)` is not in capital letters")
        }
        allowedNames =
            parameters?.json["additionalProperties"] == false
            ? Set((parameters?.json["properties"]?.object ?? [:]).keys) : nil
        if let allowedNames, let name = url.names.subtracting(allowedNames).min() {
            throw Self.invalid("the URL's placeholder `\(name)` is not among the properties of the parameters")
        }
        let values = fields.fields.filter { !Self.publicHeaders.contains(HeaderFields.Name($0.name)) }
            .flatMap { [$0.value] + $0.value.split(separator: " ").dropFirst().map(String.init) }
        errorRedaction = SecretRedaction(fields.secrets + values)
        resultRedaction = SecretRedaction(fields.secrets + values.filter { $0.utf8.count >= 16 })
        if fields[.accept] == nil { fields[.accept] = "application/json, */*;q=0.5" }
        if !Self.methodsWithoutBody.contains(method), fields[.contentType] == nil {
            fields[.contentType] = "application/json"
        }
        self.method = method
        self.url = url
        self.headers = fields
        self.transport = transport
    }

    private static func invalid(_ reason: String) -> TchaviError {
        TchaviError(.invalidRequest, "The tool cannot be called: \(reason).", advice: "Correct its definition.")
    }

    /// Runs a call.
    ///
    /// - Parameter arguments: The arguments as the model wrote them.
    /// - Returns: The result.
    /// - Throws: `CancellationError`, or an error worded for the model.
    func call(_ arguments: Data) async throws -> JSONValue {
        let request = try request(PromptTool.json(arguments))
        do {
            let response = try await transport.send(request)
            switch response.status {
            case 200..<300: return try await result(response.body.collect(upTo: Self.maximumBytes), response.headers)
            case 400..<500: throw try await refusal(response)
            default: throw PromptToolError("The server responded with status \(response.status).")
            }
        } catch let error where !(error is CancellationError || error is PromptToolError) {
            throw Self.worded(error)
        }
    }

    // MARK: Request

    private func request(_ arguments: JSONValue) throws -> TransportRequest {
        guard var arguments = arguments.object else {
            throw PromptToolError.arguments(JSONError("expected an object, found \(arguments.kind)"))
        }
        if let allowedNames, let name = Set(arguments.keys).subtracting(allowedNames).min() {
            throw PromptToolError("The argument `\(name)` is not allowed.")
        }
        var values: [String: String] = [:]
        for name in url.names {
            guard let value = arguments.removeValue(forKey: name), !value.isNull else { continue }
            values[name] = try Self.text(of: value, name)
        }
        let hasBody = !Self.methodsWithoutBody.contains(method)
        do {
            return .external(
                method,
                try url.url(values, query: hasBody ? [] : Self.query(arguments)),
                headers: headers,
                body: hasBody ? JSONValue.object(arguments).serializedData() : nil,
                maximumBytes: Self.maximumBytes
            )
        } catch let error as TchaviError {
            throw PromptToolError(error.message)
        }
    }

    private static func query(_ arguments: [String: JSONValue]) throws -> [(name: String, value: String)] {
        try arguments.filter { !$0.value.isNull }.sorted { $0.key < $1.key }.flatMap { name, value in
            try (value.array ?? [value]).map { (name, try text(of: $0, name)) }
        }
    }

    private static func text(of value: JSONValue, _ name: String) throws -> String {
        switch value {
        case .string(let text): text
        case .boolean, .integer, .unsignedInteger, .double: value.serialized()
        case .null, .array, .object:
            throw PromptToolError("The argument `\(name)` must be a string, number or Boolean, not \(value.kind).")
        }
    }

    // MARK: Response

    private func result(_ body: Data, _ headers: HeaderFields) async throws -> JSONValue {
        let saysJSON = headers[.contentType]?.lowercased().contains("json") ?? false
        return try await LargeData.process(body, bytes: body.count) { [resultRedaction] body in
            if body.isEmpty { return PromptTool.done }
            if let json = try? JSONValue(parsing: body), saysJSON || json.object != nil || json.array != nil {
                return resultRedaction.redacted(json)
            }
            guard let text = String(bytes: body, encoding: .utf8) else {
                throw PromptToolError("The response is not text.")
            }
            return .string(resultRedaction.redacted(text))
        }
    }

    /// The error of a request that the server refuses. A body that cannot be read does not change it.
    private func refusal(_ response: TransportResponse) async throws -> PromptToolError {
        let status = "The server responded with status \(response.status)"
        let readBytes = 16 * Self.maximumErrorBytes
        var body = Data()
        var isCut = true
        do {
            for try await chunk in response.body {
                body.append(chunk)
                if body.count > readBytes { break }
            }
            isCut = body.count > readBytes
        } catch let error where !(error is CancellationError) {
            // Its beginning is of use, too.
        }
        // Parsed, so that no escape sequence hides a secret.
        let text =
            (isCut ? nil : try? JSONValue(parsing: body)).map { errorRedaction.redacted($0).serialized() }
            ?? errorRedaction.redacted(String(decoding: body.prefix(readBytes), as: UTF8.self), isCut: isCut)
        let shown = String(decoding: text.utf8.prefix(Self.maximumErrorBytes), as: UTF8.self)
        return PromptToolError(shown.allSatisfy(\.isWhitespace) ? "\(status)." : "\(status): \(shown)")
    }

    /// Words a failure of the transport for the model, without anything about the network.
    private static func worded(_ error: any Error) -> PromptToolError {
        let error = error as? TchaviError
        // Of the limits, a transport knows only the one on bytes that wait to be read.
        if error?.code == .transport, error?.isRepeatable == false {
            return PromptToolError("The response is larger than 1 MiB.")
        }
        if let error, error.isConnectFailure || error.code == .invalidRequest {
            return PromptToolError("The server could not be reached.")
        }
        return PromptToolError(
            "The server could not be reached, or its response was lost. The request may have been carried out."
        )
    }
}
