import Tchavi

/// What the server does instead of answering a call properly.
enum Fault: String, CaseIterable, Sendable {
    // The connection ends.
    case closedWithoutResponse
    /// The same, on a connection that has served a request before.
    case closedWhenReused
    case closedAfterStatusLine
    case resetBeforeHeaders
    case resetAfterHeaders
    case truncatedBody
    case cutStream
    // The response is not valid HTTP, or more than the client accepts.
    case garbage
    case brokenChunking
    case headerNotUTF8
    case oversizeHeader
    case compressionGarbage
    case trailers
    case maximumContentLength
    case statusBelow100
    // An interim response precedes the response.
    case continueFirst
    case processingFirst
    case earlyHintsFirst
    // The status is not a success.
    case basicChallenge
    case tooManyRequests
    case badGateway
    case unavailable
    case internalError
    case redirectWithoutLocation
    case redirectToUnusableHost
    // The status is 200, but the body is an error, or not what was asked for.
    case errorWithStatusCode429
    case errorWithCode502
    case oversizeEvent
    case errorEvent
    case completionInsteadOfStream
    // The response is correct, with a pause in the body.
    case stall

    /// The calls that can meet the fault.
    var kinds: [CallKind] {
        switch self {
        case .cutStream, .oversizeEvent, .errorEvent, .completionInsteadOfStream: [.stream]
        case .truncatedBody, .errorWithStatusCode429, .errorWithCode502: [.completion, .payment, .deletion]
        default: CallKind.allCases
        }
    }

    /// How a call that meets the fault has to end. There is more than one way where transports differ.
    func outcomes(of kind: CallKind) -> Set<Outcome> {
        switch self {
        case .closedWithoutResponse, .closedWhenReused, .closedAfterStatusLine, .resetBeforeHeaders, .resetAfterHeaders,
            .truncatedBody, .cutStream, .garbage, .brokenChunking, .oversizeHeader, .maximumContentLength,
            .statusBelow100:
            [.transport]
        case .headerNotUTF8: [.completed, .transport]
        // A transport that does not decompress returns what it has received.
        case .compressionGarbage: [.transport, kind == .stream ? .stream : .failed(.decoding, status: 200)]
        case .trailers, .continueFirst, .processingFirst, .earlyHintsFirst, .stall, .tooManyRequests:
            [.completed]
        case .badGateway: isRetried(kind) ? [.completed] : [.failed(.api, status: 502)]
        case .unavailable: isRetried(kind) ? [.completed] : [.failed(.api, status: 503)]
        case .basicChallenge: [.failed(.authentication, status: 401)]
        case .internalError: [.failed(.api, status: 500)]
        case .redirectWithoutLocation, .redirectToUnusableHost: [.failed(.api, status: 302)]
        case .errorWithStatusCode429: [.failed(.rateLimited, status: 429)]
        case .errorWithCode502: [.failed(.api, status: 502)]
        case .errorEvent: [.failed(.api, status: nil)]
        case .oversizeEvent: [.stream]
        case .completionInsteadOfStream: [.failed(.stream, status: 200)]
        }
    }

    /// Whether the client retries the call, because the status says that it was not carried out.
    func isRetried(_ kind: CallKind) -> Bool {
        switch self {
        case .tooManyRequests: true
        case .badGateway, .unavailable: kind != .payment
        default: false
        }
    }

    /// How many requests of the call the server has to receive.
    func requests(of kind: CallKind) -> ClosedRange<Int> {
        switch self {
        // An HTTP library may repeat an idempotent request if a connection closes before a response (RFC 9110, section
        // 9.2.2). libcurl does so up to five times if the request has no body.
        case .closedWithoutResponse, .closedWhenReused, .resetBeforeHeaders: kind == .deletion ? 1...6 : 1...1
        default: isRetried(kind) ? 2...2 : 1...1
        }
    }

    /// Whether the response ends the process with Foundation's `URLSession` on Linux; see the article "Transports".
    var endsProcessWithURLSession: Bool {
        #if os(Linux)
        switch self {
        case .closedAfterStatusLine, .trailers, .maximumContentLength, .redirectToUnusableHost: true
        default: false
        }
        #else
        false
        #endif
    }
}
