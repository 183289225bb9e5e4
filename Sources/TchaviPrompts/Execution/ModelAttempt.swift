public import Tchavi

/// One call of a model in a run: which model was asked, and what came of it.
public struct ModelAttempt: Sendable, Hashable {
    /// Why a call failed.
    public struct Failure: Sendable, Hashable {
        /// The kind of the error.
        public var code: TchaviError.Code
        /// The HTTP status of the response, if there was one.
        public var statusCode: Int?
        /// What went wrong, in one sentence: the server's, if it sent one.
        public var message: String

        /// Creates a failure, for tests of code that processes one.
        public init(_ code: TchaviError.Code, statusCode: Int? = nil, message: String = "") {
            self.code = code
            self.statusCode = statusCode
            self.message = message
        }
    }

    /// The round of the run, from 1: calls of one round send the same messages to different models.
    public var round: Int
    /// The name of the model that was asked.
    public var model: String
    /// The id of the completion; `nil` if none arrived.
    public var completionID: String?
    /// The number of tokens that the call used, if the server reported it.
    public var usage: TokenUsage?
    /// How long the call took. For a stream, the time spent waiting for its chunks.
    public var latency: Duration
    /// Why the call failed; `nil` if it was answered, or cancelled.
    public var failure: Failure?

    /// Creates an attempt, for tests of code that processes one.
    public init(
        round: Int = 1,
        model: String,
        completionID: String? = nil,
        usage: TokenUsage? = nil,
        latency: Duration = .zero,
        failure: Failure? = nil
    ) {
        self.round = round
        self.model = model
        self.completionID = completionID
        self.usage = usage
        self.latency = latency
        self.failure = failure
    }
}

extension ModelAttempt: JSONMapped {
    package init() { self.init(model: "") }

    package mutating func map(_ json: inout JSONMapper) {
        json.defaulted("round", &round)
        json.field("model", &model)
        json.field("completionId", &completionID)
        json.field("usage", &usage)
        json.defaulted("latency", &latency)
        json.field("failure", &failure)
    }
}

extension ModelAttempt.Failure: JSONMapped {
    package init() { self.init("") }

    package mutating func map(_ json: inout JSONMapper) {
        json.field("code", &code)
        json.field("statusCode", &statusCode)
        json.defaulted("message", &message)
    }
}
