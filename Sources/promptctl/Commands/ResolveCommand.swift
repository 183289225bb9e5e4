import Tchavi
import TchaviPrompts

/// `promptctl resolve`: what a run would send.
struct ResolveCommand: Command {
    static let syntax = CommandSyntax(
        name: "resolve",
        abstract: "Show the request that a run would send, without sending it.",
        arguments: [
            .promptID,
            .init(name: "input", help: "The text of the user's message; '-' for standard input.", isOptional: true),
        ],
        options: CommandSyntax.Option.input + CommandSyntax.Option.query + [
            .library, .syntax, .json,
        ]
    )

    static func run(_ arguments: ParsedArguments, in session: Session) async throws -> ExitCode {
        let run = try await PreparedRun(arguments)
        let input = try await arguments.inputText(in: session)
        let prompt = try await run.prompt(in: session, gateway: nil)
        let resolution = try prompt.resolve(input, variables: run.variables, images: run.images, options: run.options)
        if arguments.has("json") {
            session.writeJSON([
                "selection": prompt.selection.json,
                "request": resolution.request.json,
                "contentHash": .string(resolution.contentHash),
                "usedVariables": .array(resolution.usedVariables.map { .string($0) }),
                "unusedVariables": .array(resolution.unusedVariables.map { .string($0) }),
            ])
            return .success
        }
        session.messages.write("Selected \(prompt.selection).".escapingControlCharacters)
        let output = session.output
        output.write("\(output.styled("model:", .cyan)) \(resolution.request.model.escapingControlCharacters)")
        for (name, value) in resolution.parameters {
            output.write("\(output.styled("\(name.escapingControlCharacters):", .cyan)) \(value.serialized())")
        }
        output.write("\(output.styled("sha256:", .cyan)) \(resolution.contentHash)")
        for message in resolution.messages {
            output.write("\n" + output.styled("\(message.role.rawValue.escapingControlCharacters):", .cyan))
            output.writeText(message.readableText + "\n")
        }
        run.reportUnused(in: prompt, to: session)
        return .success
    }
}

extension Resolution {
    /// The request's parameters, ordered by name.
    fileprivate var parameters: [(name: String, value: JSONValue)] {
        (request.json.object ?? [:]).filter { !["model", "messages"].contains($0.key) && !$0.value.isNull }
            .sorted { $0.key.precedesInBytes($1.key) }.map { ($0.key, $0.value) }
    }
}

/// What the arguments say of a run.
struct PreparedRun {
    private let arguments: ParsedArguments
    let variables: [String: String]
    let images: [ImageURL]
    let options: RunOptions
    private let query: PromptQuery

    init(_ arguments: ParsedArguments) async throws {
        self.arguments = arguments
        variables = try arguments.variables()
        images = try await arguments.images()
        query = try arguments.query()
        // The command has no tools of its own: it shows what the model calls.
        var options = RunOptions(unregisteredTools: .capture)
        options.model = arguments.value("model")
        self.options = options
    }

    /// Names the variables that were given and that no message uses.
    func reportUnused(in prompt: Prompt, to session: Session) {
        let unused = variables.keys.filter { !prompt.variableNames.contains($0) }.sorted { $0.precedesInBytes($1) }
        guard !unused.isEmpty else { return }
        session.messages.write("No message uses \(unused.joined(separator: ", ")).".escapingControlCharacters)
    }

    /// Reads the library and selects the version.
    func prompt(in session: Session, gateway: TchaviClient?) async throws -> Prompt {
        let id = try arguments.required("id")
        let library = try await LoadedLibrary.read(try arguments.library(), in: session)
        let prompts = library.library(syntax: try arguments.variableSyntax(), gateway: gateway)
        let prompt = try await prompts.prompt(id, matching: query)
        for diagnostic in try await prompts.diagnostics() where diagnostic.promptID == id {
            session.messages.write(LibraryFinding(diagnostic, in: library).text(on: session.messages))
        }
        return prompt
    }
}
