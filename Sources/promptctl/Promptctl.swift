import Foundation
import Tchavi
import TchaviPrompts

/// The command line of prompt libraries: `promptctl --help`.
@main
struct Promptctl {
    /// Every command, in the order of the help.
    static var commands: [any Command.Type] {
        [
            InitCommand.self, ListCommand.self, ShowCommand.self, LintCommand.self, FormatCommand.self,
            ExplainCommand.self,
            DiffCommand.self, TestCommand.self, ResolveCommand.self, RunCommand.self, PublishCommand.self,
            VerifyCommand.self, ImportMaximCommand.self, ConvertCommand.self,
        ]
    }

    static func main() async {
        let environment = ProcessInfo.processInfo.environment
        let messages = Output(.standardError, environment: environment)
        let session = Session(
            output: Output(.standardOutput, environment: environment),
            messages: messages,
            environment: environment,
            input: { try FileHandle.standardInput.readToEnd() ?? Data() }
        )
        let task = Task { await run(Array(CommandLine.arguments.dropFirst()), in: session) }
        let signals = Interruption.handle(on: messages) { task.cancel() }
        let code = await task.value
        withExtendedLifetime(signals) {}
        exit(code.rawValue)
    }

    /// Runs the command that the arguments name.
    ///
    /// - Returns: The exit code of the process.
    static func run(_ arguments: [String], in session: Session) async -> ExitCode {
        do {
            return try await dispatch(arguments, session)
        } catch {
            return report(error, in: session)
        }
    }

    private static func dispatch(_ arguments: [String], _ session: Session) async throws -> ExitCode {
        guard let first = arguments.first else {
            session.output.write(help)
            return .success
        }
        switch first {
        case "--help", "-h":
            session.output.write(help)
            return .success
        case "--version":
            session.output.write(TchaviClient.packageVersion)
            return .success
        case "--generate-completion-script":
            guard arguments.count == 2, let script = CompletionScript(rawValue: arguments[1]) else {
                throw UsageError("Expected one of 'bash', 'zsh' and 'fish' after '\(first)'.", nil)
            }
            session.output.write(script.text)
            return .success
        case "help":
            let words = arguments.dropFirst()
            guard let first = words.first, !["--help", "-h"].contains(first) else {
                session.output.write(help)
                return .success
            }
            session.output.write(try command(named: Array(words)).command.syntax.help)
            return .success
        default:
            // `import --help` asks for the help of the only command that begins with this word.
            if arguments.count == 2, ["--help", "-h"].contains(arguments[1]),
                let only = commands.first(where: { $0.syntax.name.hasPrefix(first + " ") })
            {
                session.output.write(only.syntax.help)
                return .success
            }
            let (command, rest) = try command(named: arguments)
            let parsed = try ParsedArguments(rest, of: command.syntax)
            guard !parsed.wantsHelp else {
                session.output.write(command.syntax.help)
                return .success
            }
            let code = try await command.run(parsed, in: session)
            // Work that was cancelled may have ended as if it were complete.
            try Task.checkCancellation()
            return code
        }
    }

    /// Finds the command that the first words name, and returns the words after its name.
    private static func command(
        named words: [String]
    ) throws(UsageError) -> (command: any Command.Type, rest: ArraySlice<String>) {
        for command in commands {
            let name = command.syntax.name.split(separator: " ").map(String.init)
            if words.starts(with: name) { return (command, words.dropFirst(name.count)) }
        }
        let names = commands.map { $0.syntax.name }
        let first = words.first ?? ""
        let completions = names.filter { $0.hasPrefix(first + " ") }
        if first.hasPrefix("-") {
            let nearest = KnownNames(["help", "version", "generate-completion-script"])
                .nearest(to: String(first.drop { $0 == "-" }))
            throw UsageError(
                "Unknown option '\(first)'." + (nearest.map { " Did you mean '--\($0)'?" } ?? ""),
                nil
            )
        }
        if !completions.isEmpty {
            throw UsageError("'\(first)' needs a second word: '\(completions.joined(separator: "', '"))'.", nil)
        }
        let nearest =
            KnownNames(names).nearest(to: words.prefix(2).joined(separator: " "))
            ?? KnownNames(names).nearest(to: first)
        throw UsageError("Unknown command '\(first)'." + (nearest.map { " Did you mean '\($0)'?" } ?? ""), nil)
    }

    /// The help of the program.
    static var help: String {
        """
        OVERVIEW: Checks, explains, compares, tests, runs and publishes prompt libraries.

        USAGE: promptctl <command>

        OPTIONS:
        \(CommandSyntax.table([
            ("--version", "Show the version."),
            ("-h, --help", "Show this help."),
            ("--generate-completion-script <shell>", "Print a completion script for bash, zsh or fish."),
        ]))

        COMMANDS:
        \(CommandSyntax.table(commands.map { ($0.syntax.name, $0.syntax.abstract) }))

        \(CommandSyntax.wrapped(LibraryReference.help))

        Exit codes: 0 done; 1 something was found: errors, failed tests, changes, nothing
        picked; 64 invalid arguments; 65 missing or invalid input; 69 the source or the
        gateway is unavailable; 130 interrupted.

          See 'promptctl help <command>' for detailed help.
        """
    }
}
