import ExampleSupport
import Foundation
import Tchavi
import TchaviPrompts

/// The parsed command-line arguments.
struct Arguments {
    static let usage = """
        Usage: fetch-and-run [PROMPT] [INPUT] [options]

        Selects a version of a prompt, renders and runs it, and prints the response.

          --var NAME=VALUE         set a variable of the prompt
          --deployment NAME=VALUE  set a deployment variable, which the deployment's rules must use
          --tag NAME=VALUE         set a tag
          --user KEY               set the key that selects the arm of a split
          --version N              use version N, deployed or not
          --latest                 use the version with the highest number, deployed or not
          --image URL              add an image to the input
          --source SOURCE          read the prompts from this directory, from the bundle at this URL, or from maxim: (the
                                   workspace of MAXIM_API_KEY at MAXIM_BASE_URL); the default is Fixtures/Prompts
          --json                   print only the PromptResponse, as JSON
          --help                   print this help

        Without arguments it runs support-reply for Ada, an enterprise customer. `swift run promptctl` lists, checks, explains
        and publishes prompts.
        Exit codes: 0 success, 64 invalid arguments, 65 prompt error, 69 gateway error, 70 other error.
        """

    struct UsageError: Error {
        let message: String
    }

    var prompt = "support-reply"
    var input: String?
    var query = PromptQuery()
    var variables: [String: String] = [:]
    var images: [ImageURL] = []
    var source = ExampleGateway.prompts
    var printsJSON = false
    var wantsHelp = false

    init(_ arguments: [String]) throws(UsageError) {
        guard arguments.contains(where: { $0 != "--json" }) else {
            self = try Arguments([
                "support-reply", "--var", "customer=Ada", "--deployment", "environment=production",
                "--tag", "plan=enterprise", "Where is my order?",
            ])
            printsJSON = !arguments.isEmpty
            return
        }
        var rest = arguments[...]
        var positional: [String] = []
        while let argument = rest.popFirst() {
            switch argument {
            case "--var":
                let (name, value) = try Self.pair(&rest, argument)
                variables[name] = value
            case "--deployment":
                let (name, value) = try Self.pair(&rest, argument)
                query = query.deploymentVariable(name, value)
            case "--tag":
                let (name, value) = try Self.pair(&rest, argument)
                query = query.tag(name, value)
            case "--user": query = query.bucketed(by: try Self.value(&rest, argument))
            case "--version":
                let text = try Self.value(&rest, argument)
                guard let number = Int(text) else {
                    throw UsageError(message: "--version expects a number, not `\(text)`.")
                }
                query = query.version(number)
            case "--latest": query = query.latest()
            case "--image": images.append(ImageURL(try Self.value(&rest, argument)))
            case "--source": source = try Self.value(&rest, argument)
            case "--json": printsJSON = true
            case "--help", "-h": wantsHelp = true
            case _ where argument.hasPrefix("-") && argument.count > 1:
                throw UsageError(message: "Unknown option `\(argument)`.")
            default: positional.append(argument)
            }
        }
        guard positional.count <= 2 else {
            throw UsageError(message: "Too many arguments. Put the input in quotation marks.")
        }
        if let first = positional.first { prompt = first }
        if positional.count == 2 { input = positional[1] }
    }

    private static func value(_ rest: inout ArraySlice<String>, _ option: String) throws(UsageError) -> String {
        guard let value = rest.popFirst() else { throw UsageError(message: "\(option) expects a value.") }
        return value
    }

    private static func pair(
        _ rest: inout ArraySlice<String>,
        _ option: String
    ) throws(UsageError) -> (name: String, value: String) {
        let text = try value(&rest, option)
        guard let equals = text.firstIndex(of: "="), equals > text.startIndex else {
            throw UsageError(message: "\(option) expects NAME=VALUE, not `\(text)`.")
        }
        return (String(text[..<equals]), String(text[text.index(after: equals)...]))
    }
}
