import Foundation
import Tchavi
import Testing

@testable import TchaviPrompts

struct WrittenFormTests {
    private static func text(_ files: FileTree, _ path: String) -> String {
        files[path].map { String(decoding: $0, as: UTF8.self) } ?? ""
    }

    @Test func `A version reads like one that a person wrote`() throws {
        var config = PromptVersionConfig(
            id: "",
            messages: [
                .system("You answer <<customer>>.\n\nuser:\nBe brief."),
                .user(.parts([.text("What is this?"), .image(ImageURL("<<photo>>", detail: .low))])),
                .tool("42", callID: "c1"),
                .assistant(""),
            ],
            model: "gpt-4o-mini",
            modelParameters: [
                "temperature": 0.2, "stop": "END", "reasoning_effort": "low", "max_tokens": "many",
                "tools": [
                    ["type": "function", "function": ["name": "f"]], ["type": "function", "function": ["name": "g"]],
                ],
            ],
            tags: ["plan": "enterprise", "beta": true]
        )
        config.additionalFields = ["outputSchema": [:]]
        var version = PromptVersion(id: "p@1", version: 1, promptID: "p", config: config)
        version.description = "yes"
        version.createdAt = Timestamp("2026-01-04T09:00:00.000Z")
        version.additionalFields = ["author": "Ada"]
        let files = try FileTree(writing: [PromptRecord(promptID: "p", versions: [version])])
        #expect(files.files.map(\.path) == ["p/1.md"])
        #expect(
            Self.text(files, "p/1.md") == """
                ---
                model: gpt-4o-mini
                description: "yes"
                createdAt: "2026-01-04T09:00:00.000Z"
                tags: {"beta": true, "plan": "enterprise"}
                temperature: 0.2
                stop: END
                tools: [
                  {"function": {"name": "f"}, "type": "function"},
                  {"function": {"name": "g"}, "type": "function"}
                ]
                parameters: {"max_tokens": "many", "reasoning_effort": "low"}
                extra: {"author": "Ada"}
                configExtra: {"outputSchema": {}}
                ---
                system:
                You answer <<customer>>.

                \\user:
                Be brief.

                user:
                What is this?
                ![low](<<photo>>)

                message:
                {"content": "42", "role": "tool", "tool_call_id": "c1"}

                assistant:

                """
        )
    }

    @Test func `Deployments have the short form where that says the same`() throws {
        let version = { (number: Int) in
            PromptVersion(
                id: "p@\(number)",
                version: number,
                promptID: "p",
                config: PromptVersionConfig(id: "", messages: [.user("Hi.")], model: "m")
            )
        }
        func deployment(_ number: Int, _ id: String, _ query: RuleGroup? = nil, weight: Double? = nil) -> Deployment {
            var deployment = Deployment(id: id, query: query, weight: weight)
            deployment.version = number
            return deployment
        }
        var record = PromptRecord(promptID: "p", folderID: "f", versions: [version(1), version(2)])
        record.deployments = [
            "p@1": [
                deployment(1, "v1"),
                deployment(
                    1,
                    "rollout",
                    RuleGroup(
                        .and,
                        [
                            .rule(Rule("age", .less, 65)), .rule(Rule("age", .atLeast, 18)),
                            .rule(Rule("plan", .equal, "pro")),
                        ]
                    )
                ),
                deployment(1, "v1-2", RuleGroup(.and, [.rule(Rule("country", .includes, ["FR", "BE"]))])),
                deployment(1, "or", RuleGroup(.or, [.rule(Rule("plan", .equal, "pro"))])),
            ],
            "p@2": [deployment(2, "v2", weight: 50)],
            "gone": [deployment(7, "x")],
        ]
        record.fallbackVersion = version(1)
        record.variableSyntax = .braces
        record.additionalFields = ["description": "d", "owner": "Ada"]
        #expect(
            Self.text(try FileTree(writing: [record]), "f/p/prompt.json") == """
                {
                  "variableSyntax": "braces",
                  "description": "d",
                  "deployments": [
                    {"version": 1},
                    {"version": 1, "id": "rollout", "when": {"age": {"<": 65, ">=": 18}, "plan": "pro"}},
                    {"version": 1, "when": {"country": ["FR", "BE"]}},
                    {
                      "version": 1,
                      "id": "or",
                      "query": {
                        "combinator": "OR",
                        "not": false,
                        "rules": [{"field": "plan", "operator": "=", "value": "pro"}]
                      }
                    },
                    {"version": 2, "id": "v2", "weight": 50}
                  ],
                  "fallback": 1,
                  "rules": {"gone": [{"id": "x", "isFallback": false, "rules": {"version": 7}}]},
                  "extra": {"owner": "Ada"}
                }

                """
        )
    }

    @Test func `A prompt without anything is an empty prompt json`() throws {
        let files = try FileTree(writing: [PromptRecord(promptID: "p", versions: [])])
        #expect(files == FileTree(["p/prompt.json": Data("{}\n".utf8)]))
    }

    @Test func `The names of the known parameters are those that a request reads`() throws {
        for name in FrontMatterKey.parameters where name != "tool_choice" {
            #expect(ChatRequest.error(inParameters: [name: [[]]]) != nil, "\(name)")
        }
        let request = try ChatRequest(json: ["model": "m", "messages": [], "tool_choice": "auto"])
        #expect(request.additionalFields.isEmpty)
    }
}
