import Foundation

/// A successful response whose body was collected and is JSON.
package struct JSONResponse: AttemptResponse {
    package let json: JSONValue
    let status: Int
    package let headers: HeaderFields
    /// What an error of this response is completed with.
    let origin: ResponseOrigin
    private let bodyBytes: Int

    /// Parses a response's body.
    ///
    /// - Throws: ``TchaviError`` of code ``TchaviError/Code/decoding`` where it is not JSON, or what the JSON reports in
    ///   spite of the status.
    init(
        _ response: TransportResponse,
        body: Data,
        to call: HTTPPipeline.Call,
        sent: HeaderFields
    ) async throws(TchaviError) {
        status = response.status
        headers = response.headers
        origin = ResponseOrigin(call, sent: sent, received: response.headers)
        bodyBytes = body.count
        do {
            // A 204, for instance, is a success without a body.
            json = body.isEmpty ? .null : try await LargeData.process(body, bytes: body.count, Self.parse)
        } catch {
            var failure = TchaviError(
                .decoding,
                "The response is not JSON: \(error.reason).",
                advice: "Check that the base URL is a gateway's, and that no proxy responds in its place.",
                statusCode: response.status
            )
            if !call.returnsSecret { failure.body = ErrorReader.text(body) }
            throw failure
        }
        if var error = ErrorReader.reported(in: json, status: response.status) {
            // The status line says that the request was carried out.
            error.isRepeatable = false
            if call.returnsSecret { error.details = nil }
            throw error
        }
    }

    /// Decodes a value from the JSON.
    func value<Value: Sendable>(
        _ decode: @escaping @Sendable (JSONValue) throws(JSONError) -> Value
    ) async throws(JSONError) -> Value {
        try await LargeData.process(json, bytes: bodyBytes, decode)
    }

    private static func parse(_ body: Data) throws(JSONError) -> JSONValue { try JSONValue(parsing: body) }
}
