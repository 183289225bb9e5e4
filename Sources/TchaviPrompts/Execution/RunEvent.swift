import Tchavi

/// The end of a run.
public struct RunEvent: Sendable, Hashable {
    /// How a run ended. The response of a run that did not complete is the one so far.
    public enum Outcome: Sendable, Hashable {
        /// The run returned its response.
        case completed
        /// The run threw an error.
        case failed(Failure)
        /// The run was cancelled.
        case cancelled
        /// The iterator of the run's stream was released before the run's end.
        case abandoned
    }

    /// The kind of the error that a run threw.
    public struct Failure: Sendable, Hashable {
        /// The name of the error's code, such as `rateLimited` or `toolRounds`; `other` for errors of other types.
        public var code: String
        /// The HTTP status of the response, if there was one.
        public var statusCode: Int?

        /// Creates a failure, for tests of an observer.
        public init(code: String, statusCode: Int? = nil) {
            self.code = code
            self.statusCode = statusCode
        }

        init(_ error: any Error) {
            switch error {
            case let error as TchaviError: self.init(code: error.code.rawValue, statusCode: error.statusCode)
            case let error as PromptError: self.init(code: error.code.rawValue)
            default: self.init(code: "other")
            }
        }
    }

    /// How the run ended.
    public var outcome: Outcome
    /// The id of the prompt.
    public var promptID: String
    /// The version that was run, and why it was selected.
    public var selection: Selection
    /// How long the run took, with its tools. For a stream, from the request of its first event.
    public var duration: Duration
    /// The response, or the response so far; `nil` if the run failed before the prompt was resolved.
    ///
    /// Unless the observer asks for texts with ``PromptObserver/receivesText``, it has no texts of messages, no arguments
    /// and results of tools, and of the model parameters only numbers and Booleans. It has the usage, the attempts, and the
    /// names and durations of the tool calls.
    public var response: PromptResponse?
    /// The error that the run threw; `nil` unless the observer asks for texts with ``PromptObserver/receivesText``, because a
    /// server's message may repeat a prompt.
    public var errorDescription: String?

    /// Creates an event, for tests of an observer.
    public init(
        outcome: Outcome,
        promptID: String,
        selection: Selection,
        duration: Duration = .zero,
        response: PromptResponse? = nil,
        errorDescription: String? = nil
    ) {
        self.outcome = outcome
        self.promptID = promptID
        self.selection = selection
        self.duration = duration
        self.response = response
        self.errorDescription = errorDescription
    }

    /// The event without texts.
    var withoutText: RunEvent {
        var event = self
        event.response = response?.withoutText
        event.errorDescription = nil
        return event
    }
}

extension PromptResponse {
    fileprivate var withoutText: PromptResponse {
        var response = self
        response.choices = choices.map { choice in
            var bare = ChatChoice(
                index: choice.index,
                message: ChatMessage(role: choice.message.role, content: nil),
                finishReason: choice.finishReason
            )
            bare.message.toolCalls = choice.message.toolCalls?.map { ToolCall(id: $0.id, name: $0.name, arguments: "") }
            return bare
        }
        response.toolCallResults = toolCallResults.map { call in
            ToolCallResult(
                name: call.name,
                arguments: "",
                result: .null,
                type: call.type,
                id: call.id,
                isError: call.isError,
                duration: call.duration,
                round: call.round
            )
        }
        for index in attempts.indices { response.attempts[index].failure?.message = "" }
        response.modelParams = modelParams.filter { $0.value.double != nil || $0.value.boolean != nil }
        response.resolvedMessages = nil
        response.newMessages = []
        response.additionalFields = [:]
        return response
    }
}
