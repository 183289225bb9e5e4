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

    /// Refuses a parameter that is empty or holds nothing but white space.
    static func check(_ text: String, _ name: String) throws(RequestFailure) {
        guard !text.allSatisfy(\.isWhitespace) else { throw .invalid("`\(name)` is empty.") }
    }
}
