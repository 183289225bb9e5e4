import Foundation
import Tchavi
import TchaviPrompts

/// `promptctl init`: a first prompt.
struct InitCommand: Command {
    static let syntax = CommandSyntax(
        name: "init",
        abstract: "Write a first prompt with two versions and a test, ready to run.",
        arguments: [
            .init(
                name: "directory",
                help: "The directory of the prompts. (default: Prompts)",
                isOptional: true,
                completion: .directories
            )
        ],
        options: [.json]
    )

    static func run(_ arguments: ParsedArguments, in session: Session) async throws -> ExitCode {
        let directory = arguments.argument("directory") ?? "Prompts"
        try FileWriter.write(FileTree(files), to: directory, overwrites: false)
        let paths = files.keys.sorted().map { "\(directory)/\($0)" }
        if arguments.has("json") {
            session.writeJSON(["files": .array(paths.map { .string($0) })])
            return .success
        }
        for path in paths { session.output.write(path.escapingControlCharacters) }
        // The default directory need not be named, as long as it is this one.
        let isDefault = directory == "Prompts"
        let argument = isDefault ? "" : " " + directory.shellQuoted
        let option = isDefault ? "" : " --library " + directory.shellQuoted
        session.messages.write(
            """

            Version 2 goes to queries with plan = pro, version 1 to all others. Try:

              promptctl run greeting "I am back." --var customer=Ada --tag plan=pro\(option)
              promptctl explain greeting --tag plan=pro\(option)
              promptctl test\(argument)

            Then edit \(directory)/greeting/2.md, and check it with: promptctl lint\(argument)
            """
        )
        return .success
    }

    /// The files by their paths.
    private static var files: [String: Data] {
        [
            "greeting/1.md": """
            ---
            model: gpt-4o-mini
            temperature: 0.5
            ---
            system:
            Greet <<customer>> in one sentence.

            """,
            "greeting/2.md": """
            ---
            model: gpt-4o-mini
            description: Thanks paying customers
            temperature: 0.5
            ---
            system:
            Greet <<customer>> in one sentence, and thank them for being a paying customer.

            """,
            "greeting/prompt.json": """
            {
              "deployments": [
                {"version": 2, "id": "pro", "when": {"plan": "pro"}},
                {"version": 1, "id": "everyone"}
              ]
            }

            """,
            "greeting/cases.jsonl": #"""
            {"name": "paying customers get version 2", "query": {"tag": {"plan": "pro"}}, "expected": {"version": 2, "reason": "matched"}}
            {"name": "all others get version 1", "variables": {"customer": "Ada"}, "input": "Hello!", "expected": {"version": 1, "messages": [{"role": "system", "content": "Greet Ada in one sentence."}, {"role": "user", "content": "Hello!"}]}}
            {"name": "the customer's name is required", "expected": {"fails": "missingVariables"}}

            """#,
        ].mapValues { Data($0.utf8) }
    }
}

extension String {
    /// The text as one word of a shell's command.
    var shellQuoted: String {
        let isPlain = utf8.allSatisfy { byte in
            "-_./:".utf8.contains(byte) || (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte)
                || (0x61...0x7A).contains(byte)
        }
        return isPlain && !isEmpty ? self : "'\(replacing("'", with: "'\\''"))'"
    }
}
