import Tchavi

/// The arguments of a run.
struct RunInput: Sendable {
    let text: String?
    let conversation: Conversation
    let variables: [String: String]
    let images: [ImageURL]
    var options: RunOptions

    init(
        _ text: String?,
        _ conversation: Conversation,
        _ variables: [String: any VariableConvertible],
        _ images: [ImageURL],
        _ options: RunOptions
    ) {
        self.text = text
        self.conversation = conversation
        self.variables = variables.texts
        self.images = images
        self.options = options
    }
}
