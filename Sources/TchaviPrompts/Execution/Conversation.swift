public import Tchavi

/// The messages of a conversation, without those of a prompt's version: each turn may use another version.
///
/// ```swift
/// var conversation = Conversation()
/// let response = try await prompt.run("Where is my order?", in: conversation)
/// conversation.append(response)
/// let next = try await prompt.run("And the other one?", in: conversation)
/// ```
///
/// A run does not change the conversation: append its response, or that of an error to keep what the run had done before
/// it failed. A conversation can be encoded and decoded. Decoding one confers no trust: each run checks the roles of its
/// messages, as those of ``RunOptions/history``.
public struct Conversation: Sendable, Hashable {
    /// The messages so far, in order.
    public private(set) var messages: [ChatMessage]
    /// The name of the model that wrote the last messages, as it was requested.
    private var model: String?

    /// Creates a conversation without messages.
    public init() { messages = [] }

    /// Creates a conversation of messages.
    public init(_ messages: [ChatMessage]) { self.messages = messages }

    /// Adds the messages of a turn.
    ///
    /// - Parameter response: The response of a run; its ``PromptResponse/newMessages`` are added.
    public mutating func append(_ response: PromptResponse) {
        messages = messages(for: response.attempts.last?.model)
        model = response.attempts.last?.model ?? model
        messages += response.newMessages
    }

    /// Adds a message, for instance one that was not written by a model.
    public mutating func append(_ message: ChatMessage) { messages.append(message) }

    /// The messages as they are sent to a model: reasoning and its signatures go back only to the model that wrote them.
    func messages(for model: String?) -> [ChatMessage] {
        guard let own = self.model, own != model else { return messages }
        return messages.map(\.withoutAdditionalFields)
    }

    /// The number of turns: of messages of the user.
    public var turnCount: Int { messages.count { $0.role == .user } }

    /// Removes the oldest turns. A turn begins with a message of the user, so that no result of a tool is separated from
    /// its call.
    ///
    /// - Parameter count: How many turns to keep; all are kept if there are fewer.
    public mutating func trim(toLast count: Int) {
        guard count > 0 else { return messages.removeAll() }
        let starts = messages.indices.filter { messages[$0].role == .user }
        guard starts.count > count else { return }
        messages.removeFirst(starts[starts.count - count])
    }
}

extension Conversation: JSONMapped {
    package mutating func map(_ json: inout JSONMapper) {
        json.field("messages", &messages)
        json.field("model", &model)
    }
}
