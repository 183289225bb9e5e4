import Foundation
import Tchavi
import TestSupport
import Testing

@testable import TchaviPrompts

/// The prompts in `Fixtures/Lint`, each of which has the problem that its file is named after, and no other.
struct LintFixtureTests {
    private static let kinds = DeploymentFinding.Kind.known.map(\.rawValue).sorted()

    private func findings(_ name: String) async throws -> [DeploymentFinding] {
        let url = Fixtures.directory.appendingPathComponent("Lint/\(name).json")
        return try await PromptRecord(json: JSONValue(parsing: Data(contentsOf: url))).lint()
    }

    @Test func `Every kind of finding has a prompt`() throws {
        let files = try FileManager.default.contentsOfDirectory(
            atPath: Fixtures.directory.appendingPathComponent("Lint").path
        )
        #expect(Set(files) == Set((Self.kinds + ["none"]).map { "\($0).json" }))
    }

    @Test(arguments: kinds)
    func `A prompt with one kind of problem`(kind: String) async throws {
        let findings = try await findings(kind)
        #expect(Set(findings.map(\.kind.rawValue)) == [kind], "\(findings)")
    }

    @Test(arguments: [
        ("contradiction", 2), ("incomparable", 2), ("unknownOperator", 2), ("lexicographicComparison", 3),
        ("incompleteVersion", 3), ("invalidParameters", 4), ("versionMismatch", 2), ("unreachableSplit", 2),
        ("otherSyntax", 2), ("unknownRole", 2), ("emptyMessage", 2), ("parameterOutOfRange", 4),
        ("invalidImageURL", 2), ("negativeWeight", 1),
    ])
    func `Each of several problems is found`(kind: String, count: Int) async throws {
        let findings = try await findings(kind)
        #expect(findings.count == count, "\(findings)")
    }

    @Test(arguments: [
        ("unequalVariables", ["version 1 needs `name`", "version 2 needs `name`, `company`"]),
        ("fallbackVariable", ["The fallback needs `customer`"]), ("newVariable", ["Version 2 needs `company`"]),
        ("staleFallback", ["version 1"]), ("versionMismatch", ["is `2`", "is `v1`"]),
        (
            "invalidParameters",
            [
                "$.temperature", "`stream`", "2 choices",
                "`model`, which every run sets itself. Remove it; to use another model, set `RunOptions.model`.",
                "`stream`, which every run sets itself. Remove it; to stream the response, call `Prompt.stream`.",
            ]
        ),
        ("incompleteVersion", ["no messages", "no model", "no `config`"]),
        ("lexicographicComparison", ["`version >=`", "`version <`", "the number 18"]),
        ("unreachableSplit", ["winner", "promptVersionNumber"]), ("incomparable", ["`latest` is not a valid version"]),
        ("mixedTypes", ["with a Boolean", "with a number"]),
        ("numericVersion", ["version 2.10 ", "`\"2.10\"` or `\"2.1\"`"]),
        ("otherSyntax", ["`{{language}}` (message 1)", "`{{picture}}` (message 1)"]),
        ("unknownRole", ["Message 1 of version 1", "Did you mean `user`?", "Message 0 of version 2"]),
        ("emptyMessage", ["Message 1 of version 1", "Message 0 of version 2"]),
        ("invalidImageURL", ["is not an https:, http: or data:image/ URL", "contains white space"]),
        ("negativeWeight", ["-1"]),
        ("parameterOutOfRange", ["`temperature`", "`max_tokens`", "`top_logprobs`", "`seed`"]),
    ])
    func `Findings name what is wrong`(kind: String, parts: [String]) async throws {
        let text = try await findings(kind).map(\.description).joined(separator: "\n")
        for part in parts { #expect(text.contains(part), "\(text)") }
    }

    @Test func `Nothing is found where nothing is wrong`() async throws {
        #expect(try await findings("none") == [])
    }

    @Test func `A kind of a later version is decoded`() throws {
        let json = #"{"kind":"later","severity":"warning","promptId":"p","message":"m","advice":"a"}"#
        let finding = try JSONDecoder().decode(DeploymentFinding.self, from: Data(json.utf8))
        #expect(finding.kind == "later")
        #expect(try JSONValue(parsing: JSONEncoder().encode(finding)) == JSONValue(parsing: json))
    }

    @Test func `Findings are encoded under the keys of the prompts, and decoded`() async throws {
        let findings = try await findings("contradiction")
        let data = try JSONEncoder().encode(findings)
        #expect(try JSONDecoder().decode([DeploymentFinding].self, from: data) == findings)
        let json = try JSONValue(parsing: data)
        #expect(json[0]?["kind"] == "contradiction")
        #expect(json[0]?["severity"] == "error")
        #expect(json[0]?["promptId"] == "contradiction")
        #expect(json[0]?["versionId"] == "v1")
        #expect(json[0]?["deploymentId"] == "ages")
        #expect(json[0]?["rule"] == ["field": "age", "operator": "<", "value": 18])
    }
}
