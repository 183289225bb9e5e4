import Foundation
import Tchavi
import TchaviPrompts
import TchaviTesting
import TestSupport
import Testing

@testable import promptctl

/// A library with a prompt of two versions, one of them for `plan = pro`.
private let greeting: [String: String] = [
    "greeting/1.md": "---\nmodel: gpt-4o-mini\n---\nsystem:\nGreet <<customer>>.\n",
    "greeting/2.md": "---\nmodel: gpt-4o-mini\n---\nsystem:\nGreet <<customer>> and thank them.\n",
    "greeting/prompt.json":
        #"{"deployments": [{"version": 2, "id": "pro", "when": {"plan": "pro"}}, {"version": 1, "id": "everyone"}]}"#,
]

struct CommandTests {
    // MARK: init

    @Test("The first prompt has no findings, passes its tests, is in its canonical form, and runs")
    func initialPrompt() async throws {
        let directory = try TemporaryDirectory()
        let path = directory.file("Prompts")
        let created = await Invocation("init", path)
        #expect(created.code == .success)
        #expect(
            created.output.split(separator: "\n").map(String.init)
                == ["1.md", "2.md", "cases.jsonl", "prompt.json"].map { "\(path)/greeting/\($0)" }
        )
        #expect(await Invocation("lint", path, "--strict").code == .success)
        let tested = await Invocation("test", path)
        #expect(tested.code == .success)
        #expect(tested.messages == "3 of 3 cases passed.\n")
        #expect(await Invocation("format", path, "--check").code == .success)
        let run = await Invocation("run", "greeting", "Hi", "--var", "customer=Ada", "--library", path)
        #expect(run.code == .success)
        #expect(run.output == "This is LocalGateway, not a language model. You asked: Hi\n")
    }

    @Test("The first prompt does not replace files")
    func initialPromptExists() async throws {
        let directory = try TemporaryDirectory(["greeting/1.md": "mine"])
        let invocation = await Invocation("init", directory.path)
        #expect(invocation.code == .data)
        #expect(invocation.messages.contains("nothing was written"))
        #expect(try directory.text(of: "greeting/1.md") == "mine")
        #expect(!FileManager.default.fileExists(atPath: directory.file("greeting/2.md")))
    }

    // MARK: list, show

    @Test("A list has each prompt with its folder, versions, deployments and findings")
    func list() async throws {
        let text = await Invocation("list", Fixtures.prompts)
        #expect(text.code == .success)
        #expect(text.output.contains("support-reply   customer-care"))
        let json = try await Invocation("list", Fixtures.prompts, "--json").json
        #expect(json["format"] == 1)
        let prompts = try #require(json["prompts"]?.array)
        let names = prompts.compactMap { $0["promptId"]?.string }
        #expect(names.contains("support-reply"))
        let ids = await Invocation("list", Fixtures.prompts, "--ids").output
        #expect(ids.split(separator: "\n").map(String.init) == names)
        let folder = try await Invocation("list", Fixtures.prompts, "--folder", "documents", "--json").json
        #expect(folder["prompts"]?.array?.compactMap { $0["promptId"]?.string } == ["summarise", "translate"])
    }

    @Test("A prompt is shown with its versions, deployments and findings; one that is not there is an error")
    func show() async throws {
        let directory = try TemporaryDirectory(greeting)
        let page = await Invocation("show", "greeting", "--version", "2", "--library", directory.path)
        #expect(
            page.output == """
                greeting

                Versions
                  1  openai/gpt-4o-mini; 1 message; variables customer
                  2  openai/gpt-4o-mini; 1 message; variables customer

                Deployments
                  everyone  version 1  unconditional
                  pro  version 2  plan = pro

                system:
                Greet <<customer>> and thank them.

                """
        )
        let json = try await Invocation("show", "greeting", "--library", directory.path, "--json").json
        #expect(json["prompt"]?["versions"]?.array?.count == 2)
        #expect(await Invocation("show", "greeting", "--version", "9", "--library", directory.path).code == .data)
        let missing = await Invocation("show", "greting", "--library", directory.path)
        #expect(missing.code == .data)
        #expect(missing.messages.contains("`greeting`"))
    }

    // MARK: lint

    @Test("Unreadable files are errors, named with file and line, and decide on the exit code")
    func lintUnreadable() async throws {
        var files = greeting
        files["greeting/3.md"] = "---\nmodle: x\n---\nHi\n"
        files["weather.json"] = "{ broken"
        files["notes/v2.md"] = "---\nmodel: x\n---\nHi\n"
        let directory = try TemporaryDirectory(files)
        let text = await Invocation("lint", directory.path)
        #expect(text.code == .findings)
        let places = text.output.split(separator: "\n").map { line in
            line.dropFirst(directory.path.count + 1).prefix { $0 != " " }
        }
        #expect(places.contains("greeting/3.md:1:1:"))
        #expect(places.contains("greeting/3.md:2:1:"))
        #expect(places.contains("weather.json:1:3:"))
        #expect(places.contains("notes/v2.md:1:1:"))
        let json = try await Invocation("lint", directory.path, "--json").json
        #expect(json["errors"]?.integer ?? 0 >= 4)
        let kinds = json["findings"]?.array?.compactMap { $0["kind"]?.string } ?? []
        #expect(kinds.filter { $0 == "unreadable" }.count >= 4)
    }

    @Test("Warnings fail only with --strict")
    func lintStrict() async throws {
        var files = greeting
        files["greeting/2.md"] = "---\nmodel: gpt-4o-mini\n---\nGreet {{customer}}.\n"
        let directory = try TemporaryDirectory(files)
        let text = await Invocation("lint", directory.path)
        #expect(text.code == .success)
        #expect(text.output.contains("greeting/2.md:4:1: warning: "))
        #expect(text.output.hasSuffix("[otherSyntax]\n"))
        #expect(await Invocation("lint", directory.path, "--strict").code == .findings)
        // In a library with braces, the other version is wrong.
        let braces = await Invocation("lint", directory.path, "--syntax", "braces")
        #expect(braces.output.contains("greeting/1.md:4:1: warning: "))
    }

    @Test("GitHub's annotations keep each finding on one line, whatever a file is named")
    func lintGitHub() async throws {
        let directory = try TemporaryDirectory(["a:b,c%\n::error::x/1.md": "---\nmodle: x\n---\nHi\n"])
        let output = await Invocation("lint", directory.path, "--format", "github").output
        let lines = output.split(separator: "\n")
        #expect(!lines.isEmpty)
        for line in lines { #expect(line.hasPrefix("::error file=") || line.hasPrefix("::warning file=")) }
        #expect(output.contains("a%3Ab%2Cc%25%0A%3A%3Aerror%3A%3Ax/1.md,line=1,col=1,title=unreadable::"))
    }

    @Test("An empty or missing directory is an error, not a clean bill", arguments: ["lint", "format", "test"])
    func empty(command: String) async throws {
        let directory = try TemporaryDirectory()
        #expect(await Invocation(command, directory.path).code == .data)
        let missing = await Invocation(command, directory.file("missing"))
        #expect(missing.code == .data)
        #expect(missing.messages.contains("No such file or directory"))
    }

    // MARK: format

    @Test("Formatting writes the canonical form, keeps files with errors, and is idempotent")
    func format() async throws {
        let prompt = #"{"deployments":[{"version":1,"id":"everyone"}]}"#
        let broken = "---\nmodle: x\n---\nHi\n"
        let directory = try TemporaryDirectory([
            "p/1.md": "---\nmodel:   gpt-4o-mini   \n---\n\n\nHi\n\n\n", "p/prompt.json": prompt, "q/1.md": broken,
        ])
        let checked = await Invocation("format", directory.path, "--check")
        #expect(checked.code == .findings)
        #expect(checked.output == "\(directory.path)/p/1.md\n\(directory.path)/p/prompt.json\n")
        #expect(try directory.text(of: "p/prompt.json") == prompt)
        #expect(await Invocation("format", directory.path).code == .findings)
        #expect(try directory.text(of: "p/1.md") == "---\nmodel: gpt-4o-mini\n---\nHi\n")
        #expect(try directory.text(of: "q/1.md") == broken)
        #expect(await Invocation("format", directory.path).output.isEmpty)
    }

    // MARK: explain

    @Test("--set is enforced, --tag is not, and both are strings")
    func explain() async throws {
        let directory = try TemporaryDirectory(greeting)
        let matched = try await Invocation("explain", "greeting", "--tag", "plan=pro", "-l", directory.path, "--json")
            .json
        #expect(matched["selection"]?["version"] == 2)
        #expect(matched["query"]?["conditions"] == [["field": "plan", "value": "pro", "enforced": false]])
        let text = await Invocation(
            "explain",
            "greeting",
            "--set",
            "region=eu",
            "--require-match",
            "-l",
            directory.path
        )
        #expect(text.code == .findings)
        #expect(text.output.hasPrefix("Picked no version of greeting."))
        #expect(text.output.contains("No deployment uses `region`, which the query enforces."))
    }

    // MARK: resolve, run

    @Test("What would be sent has the rendered messages and the hash of the request")
    func resolve() async throws {
        let directory = try TemporaryDirectory(greeting)
        let arguments = ["resolve", "greeting", "-", "--var", "customer=Ada", "--var", "x=1", "-l", directory.path]
        let text = await Invocation(arguments, input: "From a pipe.")
        #expect(text.code == .success)
        #expect(text.output.hasSuffix("\nsystem:\nGreet Ada.\n\nuser:\nFrom a pipe.\n"))
        #expect(text.messages.hasSuffix("No message uses x.\n"))
        let json = try await Invocation(arguments + ["--json"], input: "From a pipe.").json
        #expect(json["unusedVariables"] == ["x"])
        #expect(json["request"]?["messages"]?.array?.count == 2)
        #expect(text.output.contains(try #require(json["contentHash"]?.string)))
    }

    @Test("Missing variables are named with the option that sets them")
    func missingVariables() async throws {
        let directory = try TemporaryDirectory(greeting)
        let invocation = await Invocation("run", "greeting", "-l", directory.path)
        #expect(invocation.code == .data)
        #expect(invocation.messages.hasSuffix("Set them with --var customer=….\n"))
    }

    @Test("A run says which gateway it uses, shows captured tool calls, and calls the real one only with --live")
    func run() async throws {
        let arguments = [
            "run", "weather", "Is it high?", "--set", "coast=true", "--var", "unit=C", "-l", Fixtures.prompts,
        ]
        let text = await Invocation(
            arguments,
            environment: ["TCHAVI_API_KEY": "sk", "TCHAVI_BASE_URL": "http://127.0.0.1:1"]
        )
        #expect(text.code == .success)
        #expect(text.output.contains("tool "))
        #expect(text.messages.contains("Gateway  LocalGateway, not a language model (--live calls the gateway of"))
        let json = try await Invocation(arguments + ["--json"]).json
        #expect(json["isComplete"] == true)
        #expect(json["response"]?["toolCallResults"]?.array?.isEmpty == false)
        let live = await Invocation(
            arguments + ["--live"],
            environment: ["TCHAVI_API_KEY": "sk", "TCHAVI_BASE_URL": "http://127.0.0.1:1"]
        )
        #expect(live.code == .unavailable)
        #expect(await Invocation(arguments + ["--live"]).code == .usage)
    }

    @Test("Where nothing is picked, the exit code says it")
    func noMatch() async throws {
        let directory = try TemporaryDirectory(greeting)
        for command in ["explain", "resolve", "run"] {
            let invocation = await Invocation(command, "greeting", "--version", "7", "-l", directory.path)
            #expect(invocation.code == .findings, "\(command)")
        }
    }

    // MARK: publish, verify

    @Test("The same prompts give the same bundle, which verifies, and is a library")
    func publish() async throws {
        let directory = try TemporaryDirectory(greeting.reduce(into: [:]) { $0["Prompts/\($1.key)"] = $1.value })
        let (source, file) = (directory.file("Prompts"), directory.file("prompts.jsonl"))
        #expect(await Invocation("publish", source, file).code == .success)
        let first = try directory.text(of: "prompts.jsonl")
        #expect(await Invocation("publish", source, file).code == .success)
        #expect(try directory.text(of: "prompts.jsonl") == first)
        #expect(await Invocation("publish", source, "-").output == first)
        let verified = try await Invocation("verify", file, "--json").json
        #expect(verified["signature"] == "none")
        #expect(verified["prompts"] == 1)
        #expect(await Invocation("lint", file).code == .success)
        #expect(await Invocation("list", file, "--ids").output == "greeting\n")
        #expect(await Invocation("diff", source, file, "--exit-code").code == .success)
        try directory.write(first.replacing("thank", with: "spank"), to: "prompts.jsonl")
        let changed = await Invocation("verify", file)
        #expect(changed.code == .data)
        #expect(changed.messages.contains("truncated or changed"))
    }

    @Test("A key in the environment signs and is required")
    func signed() async throws {
        let directory = try TemporaryDirectory(greeting)
        let (file, key) = (directory.file("../\(UUID().uuidString).jsonl"), ["TCHAVI_BUNDLE_KEY": "secret-key-1"])
        defer { try? FileManager.default.removeItem(atPath: file) }
        let date = "2026-01-05T18:11:00Z"
        #expect(await Invocation("publish", directory.path, file, "--at", date, environment: key).code == .success)
        let valid = try await Invocation("verify", file, "--json", environment: key).json
        #expect(valid["signature"] == "valid")
        #expect(valid["publishedAt"]?.string == date)
        #expect(try await Invocation("verify", file, "--json").json["signature"] == "unverified")
        #expect(await Invocation("verify", file, environment: ["TCHAVI_BUNDLE_KEY": "other"]).code == .data)
        #expect(await Invocation("list", file, environment: ["TCHAVI_BUNDLE_KEY": "other"]).code == .data)
        #expect(await Invocation("publish", directory.path, file).code == .success)
        let unsigned = await Invocation("verify", file, environment: key)
        #expect(unsigned.code == .data)
        #expect(unsigned.messages.contains("not signed"))
        #expect(await Invocation("publish", directory.path, file, "--at", "yesterday").code == .usage)
    }

    @Test("A command signs and verifies; one that fails leaves the file as it was")
    func signingCommand() async throws {
        let directory = try TemporaryDirectory(greeting)
        let other = try TemporaryDirectory()
        let file = other.file("prompts.jsonl")
        let signed = await Invocation("publish", directory.path, file, "--sign-with", "cat; echo end")
        #expect(signed.code == .success)
        let check = #"{ cat; echo end; } | cmp - "$TCHAVI_SIGNATURE_FILE""#
        #expect(await Invocation("verify", file, "--verify-with", check).code == .success)
        #expect(await Invocation("verify", file, "--verify-with", "cat > /dev/null; exit 1").code == .data)
        let before = try other.text(of: "prompts.jsonl")
        let failed = await Invocation("publish", directory.path, file, "--sign-with", "echo no key >&2; exit 2")
        #expect(failed.code == .data)
        #expect(failed.messages.contains("no key"))
        #expect(await Invocation("publish", directory.path, file, "--sign-with", "cat > /dev/null").code == .data)
        #expect(try other.text(of: "prompts.jsonl") == before)
        let both = ["publish", directory.path, file, "--sign-with", "cat"]
        #expect(await Invocation(both, environment: ["TCHAVI_BUNDLE_KEY": "x"]).code == .usage)
    }

    @Test("A library with something unreadable is not published")
    func publishUnreadable() async throws {
        var files = greeting
        files["other.json"] = "{"
        let directory = try TemporaryDirectory(files)
        let file = directory.file("out.jsonl")
        let invocation = await Invocation("publish", directory.path, file)
        #expect(invocation.code == .data)
        #expect(invocation.messages.contains("other.json:1:1"))
        #expect(!FileManager.default.fileExists(atPath: file))
    }

    // MARK: convert

    @Test("Converting there and back gives the same bytes, and overwrites nothing")
    func convert() async throws {
        let directory = try TemporaryDirectory()
        let (files, records, again) = (directory.file("files"), directory.file("records"), directory.file("again"))
        #expect(await Invocation("convert", Fixtures.prompts, files).code == .success)
        #expect(await Invocation("convert", files, records, "--to", "records").code == .success)
        #expect(await Invocation("convert", records, again).code == .success)
        let first = try FileTree.reading(directory: files).files
        #expect(first.files.count > 10)
        #expect(try FileTree.reading(directory: again).files == first)
        #expect(try FileTree.reading(directory: records).files.files.allSatisfy { $0.path.hasSuffix(".json") })
        #expect(await Invocation("diff", Fixtures.prompts, records, "--exit-code").code == .success)
        let refused = await Invocation("convert", files, again)
        #expect(refused.code == .data)
        #expect(refused.messages.contains("nothing was written"))
    }

    @Test("A prompt with something unreadable is left out and reported")
    func convertUnreadable() async throws {
        var files = greeting
        files["greeting/3.md"] = "---\nmodle: x\n---\nHi\n"
        files["other/1.md"] = "---\nmodel: x\n---\nHi\n"
        let directory = try TemporaryDirectory(files)
        let output = try TemporaryDirectory()
        let invocation = await Invocation("convert", directory.path, output.file("out"), "--json")
        #expect(invocation.code == .findings)
        #expect(try invocation.json["files"] == ["other/1.md"])
        #expect(try invocation.json["leftOut"]?.array?.isEmpty == false)
    }

    // MARK: What goes wrong

    @Test("A command that is cancelled says so, and exits as interrupted")
    func cancellation() async throws {
        let received = AsyncStream.makeStream(of: Void.self)
        let server = try LoopbackServer { connection in
            _ = try connection.receiveRequest()
            received.continuation.yield()
            connection.waitForClose()
        }
        defer { server.stop() }
        let task = Task { await Invocation("lint", "http://127.0.0.1:\(server.port)/prompts.jsonl") }
        var iterator = received.stream.makeAsyncIterator()
        await iterator.next()
        task.cancel()
        let invocation = await task.value
        #expect(invocation.code == .interrupted)
        #expect(invocation.messages == "Interrupted.\n")
        #expect(invocation.output.isEmpty)
    }

    @Test("Standard input that cannot be read is an error")
    func unreadableInput() async throws {
        let directory = try TemporaryDirectory(greeting)
        let invocation = await Invocation(
            ["resolve", "greeting", "-", "-l", directory.path],
            reading: { throw CocoaError(.fileReadUnknown) }
        )
        #expect(invocation.code == .data)
        #expect(invocation.messages.hasPrefix("Error: Standard input cannot be read: "))
    }

    @Test("An empty key or path, as of a variable that a script does not set, is refused")
    func emptyValues() async throws {
        let directory = try TemporaryDirectory(greeting)
        let file = directory.file("../\(UUID().uuidString).jsonl")
        for arguments in [
            ["publish", directory.path, file], ["verify", file], ["list", file], ["list", "http://127.0.0.1:1/x"],
        ] {
            if arguments[0] == "verify" { try Data("x".utf8).write(to: URL(fileURLWithPath: file)) }
            let invocation = await Invocation(arguments, environment: ["TCHAVI_BUNDLE_KEY": ""])
            #expect(invocation.code == .usage)
            #expect(invocation.messages.hasPrefix("Error: The environment variable TCHAVI_BUNDLE_KEY is empty."))
        }
        try FileManager.default.removeItem(atPath: file)
        #expect(await Invocation("init", "").code == .usage)
        #expect(await Invocation("convert", directory.path, "").code == .usage)
        #expect(await Invocation("import", "maxim", "", environment: ["MAXIM_API_KEY": "k"]).code == .usage)
        #expect(await Invocation("show", "greeting", "--library=").code == .usage)
        // An empty text is none.
        let run = await Invocation("resolve", "greeting", "", "--var", "customer=A", "-l", directory.path)
        #expect(run.code == .success)
    }

    @Test("Neither text nor JSON nor annotations have control characters of a prompt")
    func controlCharacters() async throws {
        let id = "a\u{1B}[31mb\u{9B}31m\u{202E}"
        let record: JSONValue = [
            "promptId": .string(id),
            "versions": [["id": "v", "version": 1, "config": ["messages": [], "model": .string(id)]]],
            "rules": ["v": [["id": .string(id), "rules": ["version": 1]]]],
        ]
        let directory = try TemporaryDirectory(["\(id).json": record.serialized()])
        let commands = [
            ["list"], ["list", "--json"], ["list", "--ids"], ["lint", "--format", "github"], ["lint"],
            ["lint", "--json"],
            ["show", id], ["explain", id], ["explain", id, "--json"], ["resolve", id], ["run", id],
            ["run", id, "--json"],
        ]
        for command in commands {
            let invocation = await Invocation(command + ["--library", directory.path])
            for scalar in (invocation.output + invocation.messages).unicodeScalars where scalar != "\n" {
                #expect(!["\u{1B}", "\u{9B}", "\u{202E}"].contains(scalar), "\(command)")
            }
        }
        let json = try await Invocation("list", directory.path, "--json").json
        #expect(json["prompts"]?.array?.first?["promptId"]?.string == id)
    }

    @Test("A file that cannot be read costs its prompt, and is not published without it", .enabled(if: getuid() != 0))
    func permissions() async throws {
        let directory = try TemporaryDirectory(greeting)
        try FileManager.default.setAttributes([.posixPermissions: 0], ofItemAtPath: directory.file("greeting/2.md"))
        let lint = await Invocation("lint", directory.path)
        #expect(lint.code == .findings)
        #expect(lint.output.contains("greeting/2.md: error: "))
        #expect(await Invocation("explain", "greeting", "-l", directory.path).code == .data)
        #expect(await Invocation("publish", directory.path, directory.file("out.jsonl")).code == .data)
    }

    @Test("Variables and images can come from files")
    func inputFiles() async throws {
        let directory = try TemporaryDirectory(greeting)
        let other = try TemporaryDirectory(["vars.json": #"{"customer": "Ada", "age": 7}"#, "list.json": "[]"])
        let arguments = ["resolve", "greeting", "-l", directory.path, "--vars", other.file("vars.json")]
        #expect(await Invocation(arguments).output.hasSuffix("system:\nGreet Ada.\n"))
        #expect(await Invocation(arguments + ["--var", "customer=Bo"]).output.hasSuffix("Greet Bo.\n"))
        #expect(await Invocation(arguments).messages.contains("No message uses age."))
        let wrong = await Invocation("resolve", "greeting", "-l", directory.path, "--vars", other.file("list.json"))
        #expect(wrong.code == .data)
        let png = Data([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A])
        try png.write(to: URL(fileURLWithPath: other.file("dot.png")))
        let image = await Invocation(arguments + ["--image", other.file("dot.png"), "--json"])
        #expect(image.output.contains("data:image\\/png;base64,") || image.output.contains("data:image/png;base64,"))
    }
}
