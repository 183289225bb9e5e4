import Testing

@testable import promptctl

struct ArgumentTests {
    private static let syntax = CommandSyntax(
        name: "sample",
        abstract: "A sample.",
        arguments: [.init(name: "first", help: ""), .init(name: "second", help: "", isOptional: true)],
        options: [
            .value("name", short: "n", "name", help: ""),
            .value("set", "name=value", isRepeating: true, help: ""),
            .flag("verbose", short: "v", help: ""),
            .value("form", "form", help: "", completion: .values(["x", "y"])),
        ]
    )

    private func parsed(_ arguments: [String]) throws(UsageError) -> ParsedArguments {
        try ParsedArguments(arguments, of: Self.syntax)
    }

    @Test("Options may stand before, between and after arguments, with a space or an equals sign")
    func places() throws {
        let forms: [[String]] = [
            ["--name", "x", "a", "b"], ["a", "--name=x", "b"], ["a", "b", "-n", "x"], ["a", "b", "-nx"],
            ["-n=x", "a", "b"],
        ]
        for form in forms {
            let arguments = try parsed(form)
            #expect(arguments.argument("first") == "a")
            #expect(arguments.argument("second") == "b")
            #expect(arguments.value("name") == "x")
        }
    }

    @Test("What follows -- is an argument, also if it looks like an option")
    func terminator() throws {
        let arguments = try parsed(["--verbose", "--", "--name", "--help"])
        #expect(arguments.argument("first") == "--name")
        #expect(arguments.argument("second") == "--help")
        #expect(arguments.has("verbose"))
        #expect(!arguments.wantsHelp)
    }

    @Test("A value may be empty, begin with an equals sign, or be a negative number or a single hyphen")
    func values() throws {
        #expect(try parsed(["a", "--name="]).value("name") == "")
        #expect(try parsed(["a", "--name==x"]).value("name") == "=x")
        #expect(try parsed(["a", "--name", "-5"]).value("name") == "-5")
        #expect(try parsed(["a", "--name", "-"]).value("name") == "-")
        #expect(try parsed(["-"]).argument("first") == "-")
        let pairs = try parsed(["a", "--set", "x=1=2", "--set", "y="]).pairs("set")
        #expect(pairs.map(\.name) == ["x", "y"])
        #expect(pairs.map(\.value) == ["1=2", ""])
    }

    @Test(
        "What the command does not accept is refused with a reason",
        arguments: [
            ([], "Missing expected argument '<first>'."),
            (["a", "b", "c"], "Unexpected argument 'c'."),
            (["a", "b", "c", "d"], "2 unexpected arguments: 'c', 'd'."),
            (["a", "--nme", "x"], "Unknown option '--nme'. Did you mean '--name'?"),
            (["a", "--qqqqqq"], "Unknown option '--qqqqqq'."),
            (["a", "-q"], "Unknown option '-q'."),
            (["a", "--name"], "Missing value for '--name <name>'."),
            (["a", "--name", "--verbose"], "Missing value for '--name <name>'."),
            (["a", "--name", "x", "--name", "y"], "The option '--name <name>' can only be given once."),
            (["a", "--verbose=1"], "The option '--verbose' does not take any value, but '1' was specified."),
        ] as [([String], String)]
    )
    func refusals(arguments: [String], message: String) {
        #expect {
            try parsed(arguments)
        } throws: { error in
            (error as? UsageError)?.message == message
        }
    }

    @Test("A pair needs a name and an equals sign, a number has to be whole, a choice one of its words")
    func invalidValues() throws {
        for text in ["x", "=1", ""] {
            #expect(throws: UsageError.self) { try parsed(["a", "--set=\(text)"]).pairs("set") }
        }
        for text in ["x", "1.5", "99999999999999999999", ""] {
            #expect(throws: UsageError.self) { try parsed(["a", "--name=\(text)"]).integer("name") }
        }
        #expect(try parsed(["a", "--name=-3"]).integer("name") == -3)
        #expect(throws: UsageError.self) { try parsed(["a", "--form=z"]).choice("form") }
        #expect(try parsed(["a", "--form=y"]).choice("form") == "y")
        #expect(try parsed(["a"]).choice("form") == "x")
    }

    @Test(
        "Every command has help that names its arguments and options",
        arguments: Promptctl.commands.map { $0.syntax.name }
    )
    func help(name: String) async throws {
        let syntax = try #require(Promptctl.commands.first { $0.syntax.name == name }).syntax
        let words = name.split(separator: " ").map(String.init)
        let help = await Invocation(words + ["--help"])
        #expect(help.code == .success)
        #expect(help.messages.isEmpty)
        #expect(await Invocation(["help"] + words).output == help.output)
        for option in syntax.allOptions { #expect(help.output.contains("--\(option.name)")) }
        for argument in syntax.arguments { #expect(help.output.contains("<\(argument.name)>")) }
        for line in help.output.split(separator: "\n") { #expect(line.count <= 80, "\(line)") }
        // A name is given once.
        #expect(Set(syntax.allOptions.map(\.name)).count == syntax.allOptions.count)
        let shorts = syntax.allOptions.compactMap(\.short)
        #expect(Set(shorts).count == shorts.count)
    }

    @Test("Without a command, and with --help, the commands are listed")
    func root() async {
        let help = await Invocation()
        #expect(help.code == .success)
        for command in Promptctl.commands { #expect(help.output.contains("  \(command.syntax.name) ")) }
        #expect(await Invocation("--help").output == help.output)
        #expect(await Invocation("help").output == help.output)
        #expect(await Invocation("-h").output == help.output)
    }

    @Test(
        "Unknown commands are refused with a suggestion",
        arguments: [
            ("lnt", "Error: Unknown command 'lnt'. Did you mean 'lint'?"),
            ("qqqqqqqqq", "Error: Unknown command 'qqqqqqqqq'."),
            ("import", "Error: 'import' needs a second word: 'import maxim'."),
            ("--vrsion", "Error: Unknown option '--vrsion'. Did you mean '--version'?"),
            ("", "Error: Unknown command ''."),
        ]
    )
    func unknownCommand(word: String, message: String) async {
        let invocation = await Invocation(word)
        #expect(invocation.code == .usage)
        #expect(invocation.output.isEmpty)
        #expect(invocation.messages.hasPrefix(message + "\n"))
    }

    @Test("A usage error names the command's usage and its help")
    func usage() async {
        let invocation = await Invocation("verify")
        #expect(invocation.code == .usage)
        #expect(
            invocation.messages == """
                Error: Missing expected argument '<bundle>'.
                Usage: promptctl verify <bundle> [--verify-with <command>] [--json]
                  See 'promptctl help verify' for more information.

                """
        )
    }

    @Test("Completion scripts name every command and option", arguments: CompletionScript.allCases)
    func completion(shell: CompletionScript) async throws {
        let script = await Invocation("--generate-completion-script", shell.rawValue)
        #expect(script.code == .success)
        for command in Promptctl.commands {
            let syntax = command.syntax
            #expect(script.output.contains(syntax.name.split(separator: " ").last ?? ""))
            for option in syntax.allOptions {
                #expect(script.output.contains(shell == .fish ? "-l \(option.name)" : "--\(option.name)"))
            }
        }
        #expect(await Invocation("--generate-completion-script", "powershell").code == .usage)
    }
}
