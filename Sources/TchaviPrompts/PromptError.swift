public import Foundation
public import Tchavi

/// A prompt that could not be found, selected, resolved or run: what failed, on which prompt, and what to do about it.
///
/// Errors of the gateway pass through as `TchaviError`; cancelling throws `CancellationError`.
public struct PromptError: Error, Sendable {
    /// What kind of failure this is. The set is open: later versions may add to it.
    public struct Code: OpenEnum, JSONScalar {
        /// The name of the kind.
        public let rawValue: String
        /// A kind by its name.
        public init(rawValue: String) { self.rawValue = rawValue }

        /// There is no prompt of that name; ``PromptError/availablePrompts`` lists those that there are.
        public static let notFound: Code = "notFound"
        /// The prompt has no version for this query.
        public static let noMatch: Code = "noMatch"
        /// The messages have variables without a value: ``PromptError/missingVariables``.
        public static let missingVariables: Code = "missingVariables"
        /// A stored prompt cannot be used as it is.
        public static let invalidRecord: Code = "invalidRecord"
        /// What the caller gave cannot be used: an image's URL, a role in the history, a parameter.
        public static let invalidInput: Code = "invalidInput"
        /// The model still asked for tools after the last round; ``PromptError/response`` is what there is so far.
        public static let toolRounds: Code = "toolRounds"
        /// A limit was reached.
        public static let limit: Code = "limit"
        /// The prompts are older than what was allowed.
        public static let stale: Code = "stale"
    }

    /// A variable without a value, and where it stands.
    public struct MissingVariable: Sendable, Hashable {
        /// The variable's name.
        public let name: String
        /// The message that it stands in, from 0; the first one, where it stands in several.
        public let messageIndex: Int
    }

    /// What kind of failure this is.
    public var code: Code
    /// What went wrong, in one sentence.
    public var message: String
    /// What to do about it, in one sentence.
    public var advice: String?
    /// The prompt.
    public var promptID: String?
    /// The names of the prompts that there are, where the one asked for is none of them.
    public var availablePrompts: [String] = []
    /// The variables without a value, by name.
    public var missingVariables: [MissingVariable] = []
    /// The response so far, where a run had begun.
    public var response: PromptResponse?

    /// Makes an error.
    ///
    /// - Parameters:
    ///   - code: What kind of failure this is.
    ///   - message: What went wrong, in one sentence.
    ///   - advice: What to do about it.
    ///   - promptID: The prompt.
    public init(_ code: Code, _ message: String, advice: String? = nil, promptID: String? = nil) {
        self.code = code
        self.message = message
        self.advice = advice
        self.promptID = promptID
    }
}

extension PromptError: CustomStringConvertible, LocalizedError {
    /// The whole error in one line: kind, message, and what to do.
    public var description: String { "Prompt error (\(code)): \(message)" + (advice.map { " " + $0 } ?? "") }

    /// The same as ``description``.
    public var errorDescription: String? { description }
}
