public import Foundation

/// A request's method.
public struct TransportMethod: OpenEnum, JSONScalar {
    /// The method's name.
    public let rawValue: String
    /// A method by its name.
    public init(rawValue: String) { self.rawValue = rawValue }

    /// GET.
    public static let get: TransportMethod = "GET"
    /// POST.
    public static let post: TransportMethod = "POST"
    /// PUT.
    public static let put: TransportMethod = "PUT"
    /// PATCH.
    public static let patch: TransportMethod = "PATCH"
    /// DELETE.
    public static let delete: TransportMethod = "DELETE"
}

/// A request as a transport sends it: complete, its credentials among its headers.
public struct TransportRequest: Sendable {
    /// The method.
    public var method: TransportMethod
    /// The absolute URL.
    public var url: URL
    /// The header fields.
    public var headers: HeaderFields
    /// The body, if there is one.
    public var body: Data?
    /// How many bytes of the response's body may wait, received and unread, before the response fails.
    public var maximumBufferedBytes: Int

    /// Creates a request.
    ///
    /// - Parameters:
    ///   - method: The method.
    ///   - url: The absolute URL.
    ///   - headers: The header fields.
    ///   - body: The body, if there is one.
    ///   - maximumBufferedBytes: How many bytes of the response's body may wait unread.
    public init(
        method: TransportMethod = .get,
        url: URL,
        headers: HeaderFields = HeaderFields(),
        body: Data? = nil,
        maximumBufferedBytes: Int = 16 << 20
    ) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
        self.maximumBufferedBytes = maximumBufferedBytes
    }
}

/// A response: its status and headers, and its body as it arrives.
public struct TransportResponse: Sendable {
    /// The status.
    public var status: Int
    /// The header fields.
    public var headers: HeaderFields
    /// The body, to be read once.
    public var body: TransportBody

    /// Creates a response.
    ///
    /// - Parameters:
    ///   - status: The status.
    ///   - headers: The header fields.
    ///   - body: The body.
    public init(status: Int, headers: HeaderFields = HeaderFields(), body: TransportBody = TransportBody(Data())) {
        self.status = status
        self.headers = headers
        self.body = body
    }
}
