import Tchavi

extension LocalGateway {
    static func read<Value: Decodable>(
        _ json: JSONValue,
        _ type: Value.Type
    ) throws(RequestFailure) -> Value {
        do {
            return try json.decoded()
        } catch {
            throw .invalid("The request body is not valid: \(error.description).")
        }
    }

    static func json(_ json: JSONValue, status: Int = 200) -> TransportResponse {
        TransportResponse(
            status: status,
            headers: [.contentType: "application/json"],
            body: TransportBody(json.serializedData())
        )
    }

    static func error(
        _ status: Int,
        _ code: String,
        _ message: String,
        headers: HeaderFields = HeaderFields(),
        details: JSONValue? = nil
    ) -> TransportResponse {
        var headers = headers
        headers[.contentType] = "application/json"
        var body: JSONValue = [
            "error": .string(code), "message": .string(message), "statusCode": .integer(Int64(status)),
        ]
        if let details, case .object(var members) = body {
            members["details"] = details
            body = .object(members)
        }
        return TransportResponse(status: status, headers: headers, body: TransportBody(body.serializedData()))
    }
}
