import ExampleSupport
import Foundation

/// The parsed command-line arguments.
struct Arguments {
    static let usage = """
        Usage: conversation [options]

        Chats about the weather and the tides of some ports in Brittany, with the prompt `weather` of Fixtures/Prompts.

          --file FILE     resume the conversation in this file, if it exists, and save it there after each turn
          --model MODEL   use this model instead of the prompt's
          --max-tokens N  end a turn that has used more tokens than this before it calls the model again
          --help          print this help

        \(Chat.commands)
        Control-C cancels the response in progress, and ends the program when there is none.
        Exit codes: 0 success, 64 invalid arguments, 65 the conversation, the prompt or a setting cannot be read.
        """

    struct UsageError: Error {
        let message: String
    }

    var file: String?
    var model: String?
    var maxTokens: Int?
    var wantsHelp = false

    init(_ arguments: [String]) throws(UsageError) {
        var rest = arguments[...]
        while let argument = rest.popFirst() {
            switch argument {
            case "--file": file = try Self.value(&rest, argument)
            case "--model": model = try Self.value(&rest, argument)
            case "--max-tokens":
                guard let number = Int(try Self.value(&rest, argument)), number > 0 else {
                    throw UsageError(message: "--max-tokens expects a number above 0.")
                }
                maxTokens = number
            case "--help", "-h": wantsHelp = true
            default: throw UsageError(message: "Unknown argument `\(argument)`.")
            }
        }
    }

    private static func value(_ rest: inout ArraySlice<String>, _ option: String) throws(UsageError) -> String {
        guard let value = rest.popFirst() else { throw UsageError(message: "\(option) expects a value.") }
        return value
    }
}
