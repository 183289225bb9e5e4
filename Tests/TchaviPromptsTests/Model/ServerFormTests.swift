import Foundation
import Tchavi
import Testing

@testable import TchaviPrompts

/// What servers send beside the plain form of a prompt.
struct ServerFormTests {
    private static func version(_ number: Int, _ more: String = "", messages: String = "[]") -> String {
        #"{"id":"v\#(number)","version":\#(number),"promptId":"p",\#(more)"#
            + #""config":{"id":"c","messages":\#(messages),"model":"m"}}"#
    }

    private static func record(_ versions: [String], _ more: String = "") throws -> PromptRecord {
        try PromptRecord(
            json: JSONValue(parsing: #"{"promptId":"p",\#(more)"versions":[\#(versions.joined(separator: ","))]}"#)
        )
    }

    @Test func `A message within payload is the message, and is hashed like it`() throws {
        let wrapped = try Self.record(
            [Self.version(1, messages: #"[{"id":"m1","type":"chat","payload":{"role":"system","content":"Hi"}}]"#)]
        )
        let plain = try Self.record([Self.version(1, messages: #"[{"role":"system","content":"Hi"}]"#)])
        #expect(wrapped == plain)
        #expect(wrapped.versions[0].contentHash == plain.versions[0].contentHash)
        #expect(wrapped.versions[0].config?.messages == [.system("Hi")])
    }

    @Test func `The role of a wrapped message may stand beside payload`() throws {
        let record = try Self.record([Self.version(1, messages: #"[{"role":"user","payload":{"content":"Hi"}}]"#)])
        #expect(record.versions[0].config?.messages == [.user("Hi")])
    }

    @Test func `The error of a wrapped message has the path to it`() throws {
        let error = #expect(throws: JSONError.self) {
            try Self.record([Self.version(1, messages: #"[{"payload":{"role":7,"content":"Hi"}}]"#)])
        }
        #expect(error?.path == "$.versions[0].config.messages[0].payload.role")
    }

    @Test func `Messages that are missing or null are still errors`() {
        for config in [#"{"id":"c","model":"m"}"#, #"{"id":"c","model":"m","messages":null}"#] {
            #expect(throws: JSONError.self) {
                try Self.record([#"{"id":"v1","version":1,"promptId":"p","config":\#(config)}"#])
            }
        }
    }

    @Test func `What is marked as deleted is not read, also where it could not be`() throws {
        let deleted = #""deletedAt":"2026-01-01T00:00:00.000Z","#
        let record = try Self.record(
            [
                Self.version(1, deleted), Self.version(2, #""deletedAt":null,"#),
                #"{\#(deleted)"id":7}"#,
            ],
            #""rules":{"v2":[{\#(deleted)"id":"d1","rules":7},{"id":"d2","rules":{}}]},"#
                + #""fallbackVersion":\#(Self.version(1, deleted)),"#
        )
        #expect(record.versions.map(\.version) == [2])
        #expect(record.deployments.mapValues { $0.map(\.id) } == ["v2": ["d2"]])
        #expect(record.fallbackVersion == nil)
    }

    @Test func `A file keeps the places of errors behind what is deleted`() throws {
        let text =
            #"{"data":[{"deletedAt":"2026","promptId":7},{"promptId":"p","versions":[{"deletedAt":"2026"},"#
            + #"{"id":"v1","version":1,"config":7}],"rules":{"v1":[{"deletedAt":"2026"},{"id":"d","rules":7}]}}]}"#
        let directory = PromptDirectory(reading: FileTree([.init(path: "p.json", content: .init(text.utf8))]))
        #expect(directory.prompts.map(\.id) == ["p"])
        #expect(directory.diagnostics.map(\.reason).first?.contains("`data[1].versions[1].config`") == true)
        #expect(directory.prompts[0].record.versions.map(\.version) == [1])
        let deployment = try #require(directory.prompts[0].record.deployments["v1"]?.first)
        #expect(deployment.unreadableReason?.contains("data[1].rules.v1[1].rules") == true)
    }

    @Test(arguments: ["=", "!=", "includes", ">"], [true, false])
    func `A rule whose value is null satisfies nothing, and is encoded as it was`(name: String, not: Bool) throws {
        let rules =
            #"{"v1":[{"id":"d","rules":{"query":{"not":\#(not),"combinator":"AND","rules":["#
            + #"{"field":"plan","operator":"\#(name)","value":null,"valueSource":"value"}]}}}]}"#
        let record = try Self.record([Self.version(1)], #""rules":\#(rules),"#)
        let selector = CompiledSelector(record)
        for value in ["", "pro", "null"] {
            #expect(selector.select(PromptQuery().deploymentVariable("plan", value)).version == nil)
        }
        let rule = try #require(record.json["rules"]?["v1"]?[0]?["rules"]?["query"]?["rules"]?[0])
        #expect(
            rule == ["field": "plan", "operator": .string(name), "value": nil, "valueSource": "value"]
        )
        #expect(try PromptRecord(json: record.json) == record)
    }

    @Test func `A prompt chain is refused by name`() {
        let text =
            #"{"data":[{"promptChainId":"chain","versions":[]},{"promptId":"p","versions":["#
            + #"{"id":"v1","version":1,"config":{"id":"c","nodes":[]}}]}]}"#
        let directory = PromptDirectory(reading: FileTree([.init(path: "p.json", content: .init(text.utf8))]))
        #expect(directory.diagnostics.map(\.promptID) == ["chain", "p"])
        #expect(directory.diagnostics.allSatisfy { $0.reason.contains("prompt chain, which this package cannot run") })
        #expect(directory.prompts.map(\.isIncomplete) == [true, false])
    }
}
