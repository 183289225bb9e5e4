import Tchavi

extension LocalGateway {
    /// A request that the gateway refuses, with the status and body of the response.
    struct RequestFailure: Error {
        let status: Int
        let code: String
        let message: String
        var details: JSONValue?

        static let notFound = RequestFailure(status: 404, code: "not_found", message: "The resource does not exist.")
        static func invalid(_ message: String) -> RequestFailure {
            RequestFailure(status: 400, code: "invalid_request", message: message)
        }
    }
}
