import Foundation
import Tchavi
import TestSupport
import Testing

@testable import promptctl

struct DiffTests {
    private static func prompt(_ text: String) -> String { "---\nmodel: gpt-4o-mini\n---\n\(text)\n" }

    private let before = [
        "greeting/1.md": prompt("Greet <<customer>>."),
        "greeting/2.md": prompt("Thank <<customer>>."),
        "greeting/prompt.json":
            #"{"deployments": [{"version": 2, "id": "pro", "when": {"plan": "pro"}}, {"version": 1, "id": "all"}]}"#,
        "old/1.md": prompt("Old."),
        "same/1.md": prompt("Same."),
    ]

    private var after: [String: String] {
        var files = before
        files["old/1.md"] = nil
        files["new/1.md"] = Self.prompt("New.")
        files["greeting/2.md"] = Self.prompt("Thank <<customer>> of <<company>>.")
        files["greeting/3.md"] = Self.prompt("Three.")
        files["greeting/prompt.json"] = """
            {"deployments": [
              {"version": 2, "id": "pro", "weight": 75, "when": {"plan": "pro"}},
              {"version": 3, "id": "pro-3", "weight": 25, "when": {"plan": "pro"}},
              {"version": 1, "id": "all"}
            ]}
            """
        return files
    }

    private func directories() throws -> (before: TemporaryDirectory, after: TemporaryDirectory) {
        (try TemporaryDirectory(before), try TemporaryDirectory(after))
    }

    @Test("A report says who gets another version, what was edited, and which callers miss a variable")
    func report() async throws {
        let (before, after) = try directories()
        let diff = await Invocation("diff", before.path, after.path)
        #expect(diff.code == .success)
        #expect(diff.messages == "1 added, 1 removed, 1 changed, 1 unchanged.\n")
        let lines = diff.output.split(separator: "\n").map(String.init)
        #expect(lines.first == "greeting: changed")
        #expect(lines.contains("  Version 3 was added."))
        #expect(lines.contains("  Version 2 was edited in place."))
        #expect(
            lines.contains(
                "  warning: Callers that get version 2 have to pass `company`, for instance those with `plan = pro`."
            )
        )
        #expect(
            lines.contains {
                $0.hasPrefix("  plan = pro, 25 % of users: version 2 (pro, ") && $0.contains("-> version 3 (pro-3, ")
            }
        )
        #expect(
            lines.contains {
                $0.hasPrefix("  plan = pro, 75 % of users: version 2 (pro, ") && $0.contains("-> version 2 (pro, ")
            }
        )
        #expect(lines.suffix(2) == ["new: added, with 1 version", "old: removed"])
        #expect(await Invocation("diff", before.path, after.path, "--exit-code").code == .findings)
        #expect(await Invocation("diff", before.path, before.path, "--exit-code").code == .success)
    }

    @Test("The report as JSON has the same, with queries and shares")
    func json() async throws {
        let (before, after) = try directories()
        let json = try await Invocation("diff", before.path, after.path, "--json").json
        #expect(json["format"] == 1)
        #expect(json["unchanged"] == 1)
        let prompts = try #require(json["prompts"]?.array)
        #expect(prompts.compactMap { $0["kind"]?.string } == ["changed", "added", "removed"])
        let greeting = prompts[0]
        #expect(greeting["editedVersions"] == [2])
        #expect(greeting["addedVersions"] == [3])
        let shares = greeting["changes"]?.array?.compactMap { $0["share"]?.double } ?? []
        #expect(shares.sorted() == [0.25, 0.75])
        #expect(greeting["missingVariables"]?.array?.first?["variables"] == ["company"])
    }

    @Test("Recorded queries are counted, and each line has to be readable")
    func recordedQueries() async throws {
        let (before, after) = try directories()
        let file = after.file("queries.jsonl")
        try after.write(
            """
            {"promptId": "greeting", "query": {"tag": {"plan": "pro"}, "user": "1"}}

            {"promptId": "greeting", "query": {"conditions": [{"field": "plan", "value": "free"}]}}
            {"promptId": "same"}
            """,
            to: "queries.jsonl"
        )
        let diff = await Invocation("diff", before.path, after.path, "--queries", file)
        #expect(diff.messages.hasSuffix(" 1 of 3 recorded queries gets another version or content.\n"))
        #expect(diff.output.contains("\n  plan = pro, for key 1, 1 of 2: version 2 (pro, "))
        try after.write(
            #"{"promptId": "old"}"# + "\n" + #"{"promptId": "new"}"# + "\n" + #"{"promptId": "odl"}"#,
            to: "queries.jsonl"
        )
        let lost = await Invocation("diff", before.path, after.path, "--queries", file)
        #expect(
            lost.messages.hasSuffix(
                " 2 of 3 recorded queries get another version or content; neither library has `odl`.\n"
            )
        )
        #expect(await Invocation("diff", before.path, after.path, "--queries", file, "--limit", "9").code == .usage)
        for (line, reason) in [
            (#"{"query": {}}"#, "expected the prompt's id as a string"),
            (#"{"promptId": "greeting", "query": {"tags": {}}}"#, "unknown member: did you mean `tag`?"),
            (#"{"promptId": "greeting", "query": {"set": {"a": {}}}}"#, "$.query.set.a"), ("{", "at byte 1"),
            ("[]", "promptId"),
        ] {
            try after.write("\n\(line)\n", to: "queries.jsonl")
            let refused = await Invocation("diff", before.path, after.path, "--queries", file)
            #expect(refused.code == .data)
            #expect(refused.messages.contains("queries.jsonl:2: "), "\(refused.messages)")
            #expect(refused.messages.contains(reason), "\(refused.messages)")
        }
        #expect(await Invocation("diff", before.path, after.path, "--queries", "missing.jsonl").code == .data)
    }

    @Test("Markdown is a comment in which no text of a prompt becomes markup")
    func markdown() async throws {
        let (before, after) = try directories()
        let markdown = await Invocation("diff", before.path, after.path, "--markdown").output
        #expect(markdown.hasPrefix("## Prompts: `\(before.path)` → `\(after.path)`\n\n1 added, 1 removed, 1 changed"))
        #expect(markdown.contains("| query | users | before | after |\n|---|---|---|---|\n"))
        #expect(markdown.contains("| `plan = pro` | 25 % of users | version 2 (`pro`, "))
        let hostile = ["`x` | @team <img src=x>", "**bold**\n# heading"]
        for value in hostile {
            let json = JSONValue.object([
                "deployments": [
                    ["version": 3, "id": .string(value), "when": ["plan": .string(value)]], ["version": 1],
                ]
            ])
            try after.write(json.serialized(), to: "greeting/prompt.json")
            let output = await Invocation("diff", before.path, after.path, "--markdown").output
            for line in output.split(separator: "\n") where line.hasPrefix("|") {
                // The bars within cells are escaped.
                #expect(line.replacing("\\|", with: "").count { $0 == "|" } == 5, "\(line)")
            }
            #expect(!output.contains("\n# heading"))
        }
        #expect(await Invocation("diff", before.path, after.path, "--markdown", "--json").code == .usage)
    }

    @Test("A comment stays below the size that GitHub accepts")
    func longMarkdown() async throws {
        var files: [String: String] = [:]
        for index in 0..<3000 { files["prompt-\(index)/1.md"] = Self.prompt("Text.") }
        let (before, after) = (
            try TemporaryDirectory(["prompt-0/1.md": Self.prompt("Text.")]), try TemporaryDirectory(files)
        )
        let output = await Invocation("diff", before.path, after.path, "--markdown").output
        #expect(output.count < 65_536)
        #expect(output.contains("more prompts.\n"))
    }

    @Test("A prompt that cannot be read any more is no removed prompt")
    func unreadable() async throws {
        let (before, after) = try directories()
        try before.write(#"{"promptId": "weather", "versions": []}"#, to: "weather.json")
        try after.write("---\nmodle: x\n---\nHi\n", to: "same/1.md")
        try after.write("{", to: "weather.json")
        let diff = await Invocation("diff", before.path, after.path, "--exit-code")
        #expect(diff.code == .findings)
        #expect(diff.output.contains("same: cannot be compared: "))
        #expect(diff.output.contains("weather: cannot be compared: "))
        #expect(diff.output.contains("weather.json:1:1: error: "))
        #expect(diff.messages.contains("2 unreadable, 0 unchanged."))
        let markdown = await Invocation("diff", before.path, after.path, "--markdown").output
        #expect(markdown.contains(":x: Not everything can be read:\n\n- `\(after.path)/weather.json`: "))
    }

    @Test("A new file that cannot be read is a change, although it belongs to no prompt")
    func unreadableFile() async throws {
        let (before, after) = (try TemporaryDirectory(self.before), try TemporaryDirectory(self.before))
        try after.write("{", to: "weather.json")
        let diff = await Invocation("diff", before.path, after.path, "--exit-code", "--json")
        #expect(diff.code == .findings)
        #expect(try diff.json["findings"]?.array?.count == 1)
        #expect(try diff.json["unchanged"] == 3)
        try before.write("{", to: "weather.json")
        #expect(await Invocation("diff", before.path, after.path, "--exit-code").code == .success)
    }

    @Test("Moves, deployments and the normalization of a text are changes, too")
    func otherChanges() async throws {
        var files = before
        files["care/same/1.md"] = files.removeValue(forKey: "same/1.md")
        files["greeting/prompt.json"] =
            #"{"deployments": [{"version": 2, "id": "paid", "when": {"plan": "pro"}}, {"version": 1, "id": "all"}]}"#
        files["old/1.md"] = Self.prompt("Cafe\u{301}.")
        let (before, after) = (try TemporaryDirectory(before), try TemporaryDirectory(files))
        try before.write(Self.prompt("Caf\u{E9}."), to: "old/1.md")
        let lines = await Invocation("diff", before.path, after.path).output.split(separator: "\n").map(String.init)
        #expect(lines.contains("  It was moved from the folder `` to `care`."))
        #expect(lines.contains("  The deployments were changed."))
        #expect(lines.contains("old: changed"))
    }
}
