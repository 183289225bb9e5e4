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
    // What arrives is not HTTP as it should be.
    case garbage
    case brokenChunking
    case headerNotUTF8
    case oversizeHeader
    case compressionGarbage
    case trailers
    case maximumContentLength
    case statusBelow100
    // Another response comes first.
    case continueFirst
    case processingFirst
    case earlyHintsFirst
    // A response that says no.
    case basicChallenge
    case tooManyRequests
    case badGateway
    case unavailable
    case internalError
    case redirectWithoutLocation
    case redirectToUnusableHost
    // A success that is none.
    case errorWithStatusCode429
    case errorWithCode502
    case oversizeEvent
    case errorEvent
    case completionInsteadOfStream
    // A response that takes its time.
    case stall

    /// Whether the call is to be a stream; `nil` for either.
    var isStream: Bool? {
        switch self {
        case .cutStream, .oversizeEvent, .errorEvent, .completionInsteadOfStream: true
        case .truncatedBody, .errorWithStatusCode429, .errorWithCode502: false
        default: nil
        }
    }

    /// Whether the call has to succeed; `nil` where transports may differ.
    var succeeds: Bool? {
        switch self {
        case .trailers, .continueFirst, .processingFirst, .earlyHintsFirst, .tooManyRequests, .badGateway, .unavailable,
            .stall:
            true
        // What was paid for may be delivered, or attached to the error.
        case .headerNotUTF8, .completionInsteadOfStream: nil
        default: false
        }
    }

    /// How many requests the server has to see: two where the status line of the first response says that the call was
    /// not carried out, and one otherwise.
    var requests: Int {
        switch self {
        case .tooManyRequests, .badGateway, .unavailable: 2
        default: 1
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
