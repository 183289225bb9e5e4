public import Tchavi

/// A prompt with its variables replaced and its request complete, as a run sends it.
public struct Resolution: Sendable, Hashable {
    /// The messages: those of the version, then the history, then the user's message.
    public var messages: [ChatMessage]
    /// The request that is sent first, with the messages, the model parameters and the tools.
    public var request: ChatRequest
    /// The names of the variables that the messages use, in the order of their first appearance.
    public var usedVariables: [String]
    /// The names of the given variables that no message uses, sorted.
    public var unusedVariables: [String]
    /// The SHA-256 hash, in hexadecimal, of the request's canonical JSON (RFC 8785) without its streaming options.
    ///
    /// Equal requests have equal hashes, so it can identify a request in logs and caches.
    public var contentHash: String
    /// The message that was made of the input and the images; the last one, if there is one.
    var userMessage: ChatMessage?
    /// The index of the first message after the version's own.
    var historyStart = 0
}

extension ChatRequest {
    /// The SHA-256 hash, in hexadecimal, of the canonical JSON without its streaming options. Takes time in proportion to
    /// the request.
    var contentHash: String { SHA256.hexadecimal(body(streaming: false).canonical()) }
}
