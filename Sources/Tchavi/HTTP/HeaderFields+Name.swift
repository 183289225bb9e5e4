extension HeaderFields {
    /// The name of a header field, compared without regard to case.
    ///
    /// ```swift
    /// let wait = response.headers[.retryAfter]
    /// let region = response.headers["X-Region"]
    /// ```
    public struct Name: Sendable, ExpressibleByStringLiteral, CustomStringConvertible {
        /// The name as it was written, and as it is sent.
        public let description: String
        /// The name in lower case.
        package let lowercased: String

        /// Creates a name.
        ///
        /// - Parameter name: The name in any case.
        public init(_ name: String) {
            // Most servers and HTTP libraries write names in lower case already.
            let isLowercase = name.utf8.allSatisfy {
                $0 < 0x80 && !(UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0)
            }
            self.init(name, lowercased: isLowercase ? name : name.lowercased())
        }

        /// Creates a name from a literal.
        public init(stringLiteral name: String) { self.init(name) }

        private init(_ name: String, lowercased: String) {
            description = name
            self.lowercased = lowercased
        }

        /// `Accept`.
        public static let accept = Name("Accept", lowercased: "accept")
        /// `Authorization`, which the client sets itself.
        public static let authorization = Name("Authorization", lowercased: "authorization")
        /// `Content-Length`.
        public static let contentLength = Name("Content-Length", lowercased: "content-length")
        /// `Content-Type`.
        public static let contentType = Name("Content-Type", lowercased: "content-type")
        /// `Cookie`.
        public static let cookie = Name("Cookie", lowercased: "cookie")
        /// `Idempotency-Key`, under which a gateway that honours it carries out a request only once.
        public static let idempotencyKey = Name("Idempotency-Key", lowercased: "idempotency-key")
        /// `X-Request-Id`, the server's id of a request.
        public static let requestID = Name("X-Request-Id", lowercased: "x-request-id")
        /// `Retry-After`.
        public static let retryAfter = Name("Retry-After", lowercased: "retry-after")
        /// `Set-Cookie`.
        public static let setCookie = Name("Set-Cookie", lowercased: "set-cookie")
        /// `User-Agent`, which the client sets itself.
        public static let userAgent = Name("User-Agent", lowercased: "user-agent")
    }
}

extension HeaderFields.Name: Hashable {
    /// Whether two names are the same but for case.
    public static func == (lhs: HeaderFields.Name, rhs: HeaderFields.Name) -> Bool { lhs.lowercased == rhs.lowercased }

    /// Feeds the lower-case name to a hasher.
    ///
    /// - Parameter hasher: The hasher.
    public func hash(into hasher: inout Hasher) { hasher.combine(lowercased) }
}
