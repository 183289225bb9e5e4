import ExampleSupport
import Tchavi
import TchaviPrompts

/// What the command line asks for.
struct Arguments {
    static let usage = """
        Usage: fetch-and-run [PROMPT] [INPUT] [options]

        Picks a version of a prompt, fills it in, runs it, and prints what came of it.

          --var NAME=VALUE         a value for a variable of the prompt
          --deployment NAME=VALUE  a deployment variable, which a deployment has to look at
          --tag NAME=VALUE         a tag
          --user KEY               the key that decides between the arms of a split
          --version N              this version, deployed or not
          --latest                 the version of the highest number, deployed or not
          --image URL              an image beside the input
          --prompts DIRECTORY      where the prompts are (the project's own, unless given)
          --explain                what kept out every other deployment; nothing is run
          --list                   the prompts there are
          --lint                   what is wrong with the deployments of any prompt; 65 if that is an error
          --json                   the PromptResponse as JSON, and nothing else
          --help                   this text

        Without any argument it runs support-reply for Ada, an enterprise customer.
        Exit codes: 0, 64 for a wrong command line, 65 for a prompt that cannot be used, 69 for the gateway.
        """

    struct UsageError: Error {
        let message: String
    }

    var prompt = "support-reply"
    var input: String?
    var query = PromptQuery()
    var variables: [String: String] = [:]
    var images: [ImageURL] = []
    var directory = ExampleGateway.prompts
    var explains = false
    var lists = false
    var lints = false
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
        var words: [String] = []
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
                    throw UsageError(message: "--version takes a number, not `\(text)`.")
                }
                query = query.version(number)
            case "--latest": query = query.latest()
            case "--image": images.append(ImageURL(try Self.value(&rest, argument)))
            case "--prompts": directory = try Self.value(&rest, argument)
            case "--explain": explains = true
            case "--list": lists = true
            case "--lint": lints = true
            case "--json": printsJSON = true
            case "--help", "-h": wantsHelp = true
            case _ where argument.hasPrefix("-") && argument.count > 1:
                throw UsageError(message: "There is no option `\(argument)`.")
            default: words.append(argument)
            }
        }
        guard words.count <= 2 else { throw UsageError(message: "Too many words: put the input in quotation marks.") }
        if let first = words.first { prompt = first }
        if words.count == 2 { input = words[1] }
    }

    private static func value(_ rest: inout ArraySlice<String>, _ option: String) throws(UsageError) -> String {
        guard let value = rest.popFirst() else { throw UsageError(message: "\(option) needs a value.") }
        return value
    }

    private static func pair(
        _ rest: inout ArraySlice<String>,
        _ option: String
    ) throws(UsageError) -> (name: String, value: String) {
        let text = try value(&rest, option)
        guard let equals = text.firstIndex(of: "="), equals > text.startIndex else {
            throw UsageError(message: "\(option) takes NAME=VALUE, not `\(text)`.")
        }
        return (String(text[..<equals]), String(text[text.index(after: equals)...]))
    }
}
