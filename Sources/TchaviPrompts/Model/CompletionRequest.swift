public import Tchavi

/// A message of a prompt, by the name that it has in Maxim's SDKs.
public typealias CompletionRequest = ChatMessage
