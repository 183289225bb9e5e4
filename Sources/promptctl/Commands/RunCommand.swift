import Tchavi
import TchaviPrompts
import TchaviTesting

/// `promptctl run`: a prompt's response, as the model writes it.
struct RunCommand: Command {
    static let syntax = CommandSyntax(
        name: "run",
        abstract: "Run a prompt and print the response as it arrives, with the tool calls of the model.",
        discussion: """
            Runs on LocalGateway, which is not a language model, unless --live is given: then on the gateway of TCHAVI_API_KEY
            and TCHAVI_BASE_URL, which may cost credits. Tool calls are captured and shown; nothing is called.
            """,
        arguments: ResolveCommand.syntax.arguments,
        options: CommandSyntax.Option.input + CommandSyntax.Option.query + [
            .flag("live", help: "Call the gateway of the environment."),
            .library, .syntax, .json,
        ]
    )

    static func run(_ arguments: ParsedArguments, in session: Session) async throws -> ExitCode {
        let run = try await PreparedRun(arguments)
        let isLive = arguments.has("live")
        let client = isLive ? try session.liveClient() : LocalGateway().client()
        let input = try await arguments.inputText(in: session)
        let prompt = try await run.prompt(in: session, gateway: client)
        let gateway =
            isLive
            ? client.configuration.baseURL.withoutCredentials
            : "LocalGateway, not a language model"
                + (session.variable("TCHAVI_API_KEY") == nil ? "" : " (--live calls the gateway of TCHAVI_API_KEY)")
        session.messages.write("Selected \(prompt.selection).".escapingControlCharacters)
        session.messages.write("Gateway  \(gateway)")
        run.reportUnused(in: prompt, to: session)
        let stream = prompt.stream(input, variables: run.variables, images: run.images, options: run.options)
        var response: PromptResponse?
        var endsLine = true
        let isJSON = arguments.has("json")
        do {
            for try await event in stream {
                switch event {
                case .text(let text) where !isJSON:
                    session.output.writeText(text)
                    endsLine = text.hasSuffix("\n")
                case .toolResult(let result) where !isJSON:
                    if !endsLine { session.output.write("") }
                    endsLine = true
                    session.output.write(result.line(on: session.output))
                case .response(let complete): response = complete
                default: break
                }
            }
        } catch {
            if !endsLine { session.output.write("") }
            // What the run has cost is known even if it failed.
            let partial = error.promptResponse ?? stream.partialResponse
            if isJSON, let partial {
                session.writeJSON(["gateway": .string(gateway), "isComplete": false, "response": partial.json])
            }
            if let partial { session.messages.write("Usage    \(partial.usage.line)") }
            throw error
        }
        if !endsLine { session.output.write("") }
        guard let response else { return .success }
        if isJSON {
            session.writeJSON(["gateway": .string(gateway), "isComplete": true, "response": response.json])
        }
        session.messages.write("Usage    \(response.usage.line)")
        return .success
    }
}

extension ToolCallResult {
    /// The call in one line.
    fileprivate func line(on output: Output) -> String {
        let call = "\(name)(\(arguments))" + (type == .schema ? "" : " -> \(result)") + (isError ? " (failed)" : "")
        return "\(output.styled("tool", .cyan)) \(call.escapingControlCharacters)"
    }
}

extension PromptUsage {
    /// The tokens, the time and the cost.
    fileprivate var line: String {
        let (seconds, attoseconds) = latency.components
        let milliseconds = ((Double(seconds) * 1000 + Double(attoseconds) / 1e15) * 10).rounded() / 10
        return "\(self), \(milliseconds) ms" + (creditsUsed.map { ", \($0) credits" } ?? "")
    }
}
