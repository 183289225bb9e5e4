import Foundation
import Tchavi
import TchaviPrompts

/// A chat: reads lines, runs the prompt with them, and keeps the conversation.
struct Chat {
    static let commands = "Commands: /save FILE, /resume FILE, /quit"

    private let prompt: Prompt
    private var options: RunOptions
    private let file: String?
    private let terminal = Terminal()
    private let interruption = Interruption()
    private var conversation = Conversation()

    /// Creates a chat.
    ///
    /// - Parameters:
    ///   - prompt: The prompt that each turn runs.
    ///   - model: The model to use instead of the prompt's.
    ///   - maxTokens: The limit on the tokens of a turn.
    ///   - file: Where the conversation is saved after each turn.
    init(prompt: Prompt, model: String?, maxTokens: Int?, file: String?) {
        self.prompt = prompt
        self.file = file
        options = RunOptions(maxTotalTokens: maxTokens, model: model)
        guard terminal.isInteractive else { return }
        options.beforeToolCall = { [terminal] call in
            let question = "[run \(call.name)(\(call.function.arguments))? y/n] "
            let reply = await terminal.line(after: question)?.lowercased() ?? ""
            return ["y", "yes"].contains(reply) ? .allow : .deny(reason: "The user does not want it.")
        }
    }

    /// Goes on with the conversation in a file.
    mutating func resume(_ file: String) throws {
        conversation = try Conversation(contentsOf: file)
        terminal.write("[resumed: \(conversation.turnCount) turns]\n")
    }

    /// Runs a turn for each line, until the input ends.
    mutating func run() async {
        let signals = interruption.start()
        defer { signals.forEach { $0.cancel() } }
        while let line = await terminal.line(after: "> ") {
            let words = line.split(separator: " ", maxSplits: 1).map(String.init)
            do {
                switch (words.first, words.dropFirst().first) {
                case (nil, _): continue
                case ("/quit", nil): return
                case ("/save", let file?): try conversation.write(to: file)
                case ("/resume", let file?): try resume(file)
                case (let command?, _) where command.hasPrefix("/"): terminal.write("[\(Self.commands)]\n")
                default: try await runTurn(line)
                }
            } catch {
                terminal.write("[error: \(error.localizedDescription)]\n")
            }
        }
    }

    private mutating func runTurn(_ text: String) async throws {
        let stream = prompt.stream(text, in: conversation, variables: ["unit": "degrees Celsius"], options: options)
        let task = Task { [terminal] in try await Self.show(stream, on: terminal) }
        do {
            try await interruption.wait(for: task)
        } catch is CancellationError {
            terminal.write("[cancelled]\n")
        } catch {
            terminal.write("[error: \(error.localizedDescription)]\n")
        }
        // Also of a turn that failed or was cancelled, so that the next turn knows what had happened.
        guard let response = stream.partialResponse else { return }
        conversation.append(response)
        let credits = response.usage.creditsUsed.map { ", \($0) credits" } ?? ""
        terminal.write("[\(response.usage)\(credits)]\n")
        if let file { try conversation.write(to: file) }
    }

    /// Shows the events of a run as they come.
    private static func show(_ stream: PromptStream, on terminal: Terminal) async throws {
        // Whether text has been written since the last line feed.
        var isInLine = false
        defer { if isInLine { terminal.write("\n") } }
        for try await event in stream {
            switch event {
            case .text(let delta):
                terminal.write(delta)
                isInLine = !delta.hasSuffix("\n")
            case .toolCall:
                if isInLine { terminal.write("\n") }
                isInLine = false
            case .toolResult(let call):
                let verb = call.isError ? "failed" : "returned"
                terminal.write("[tool \(call.name)(\(call.arguments)) \(verb) \(call.result)]\n")
            case .response: break
            }
        }
    }
}
