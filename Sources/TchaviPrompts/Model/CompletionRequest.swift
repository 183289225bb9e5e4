public import Tchavi

/// A message of a prompt, under its name in Maxim's SDKs.
public typealias CompletionRequest = ChatMessage
