import Foundation
public import Tchavi

/// Recorded exchanges with a gateway, with their secrets redacted.
///
/// ```swift
/// // Once, against a real gateway:
/// configuration.transport = CassetteRecorder(to: "Fixtures/Gateway/support.json")
/// // Afterwards, without a network:
/// configuration.transport = try CassettePlayer("Fixtures/Gateway/support.json")
/// ```
public struct Cassette: Codable, Sendable, Hashable {
    /// A request and its response.
    public struct Exchange: Codable, Sendable, Hashable {
        /// The recorded parts of a request.
        public struct Request: Codable, Sendable, Hashable {
            /// The HTTP method.
            public var method: TransportMethod
            /// The path and query of the URL.
            public var target: String
            /// The body as JSON, or as a string if it is not JSON; `nil` if it is empty.
            public var body: JSONValue?
        }

        /// The recorded parts of a response.
        public struct Response: Codable, Sendable, Hashable {
            /// The HTTP status code.
            public var status: Int
            /// The header fields by their lowercased names.
            public var headers: [String: String]
            /// The body as JSON, or as a string if it is not JSON; `nil` if it is empty.
            public var body: JSONValue?
        }

        /// The request as it was sent, with its secrets redacted.
        public var request: Request
        /// The response as it was received, with its secrets redacted.
        public var response: Response
    }

    /// The version of the file format.
    private(set) var version = 1

    /// The exchanges, in the order in which their responses ended.
    public var exchanges: [Exchange] = []

    /// Creates an empty cassette.
    init() {}

    /// Returns the bytes of a recorded body.
    static func data(_ body: JSONValue?) -> Data {
        switch body {
        case nil: Data()
        case .string(let text): Data(text.utf8)
        case .some(let json): json.serializedData()
        }
    }
}
