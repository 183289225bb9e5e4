import Foundation
import Tchavi
import TchaviPrompts
import TestSupport
import Testing

struct PromptRecordTests {
    static let files = ["describe-image", "summarise", "support-reply", "tone", "translate", "weather"]

    @Test(arguments: files)
    func `The library's prompts are read and written without loss`(name: String) throws {
        let record = try #require(try Fixtures.promptRecords().first { $0.promptID == name })
        if let data = try Fixtures.promptFiles()["\(name).json"] {
            #expect(record.json == (try JSONValue(parsing: data)))
        }
        #expect((2...5).contains(record.versions.count))
        let coded = try JSONDecoder().decode(PromptRecord.self, from: JSONEncoder().encode(record))
        #expect(coded == record)
    }

    @Test func `The library uses every operator, nesting, not, tags, weights and fallbacks`() throws {
        let records = try Fixtures.promptRecords()
        let deployments = records.flatMap { $0.deployments.values.flatMap(\.self) }
        var operators: Set<RuleOperator> = []
        var hasNested = false
        var hasNot = false
        func visit(_ group: RuleGroup, depth: Int) {
            hasNested = hasNested || depth > 0
            hasNot = hasNot || group.not
            for member in group.rules {
                switch member {
                case .rule(let rule): operators.insert(rule.operator)
                case .group(let group): visit(group, depth: depth + 1)
                }
            }
        }
        for case let query? in deployments.map(\.query) { visit(query, depth: 0) }
        #expect(operators == [.equal, .notEqual, .greater, .less, .atLeast, .atMost, .includes, .excludes])
        #expect(hasNested && hasNot)
        #expect(deployments.contains { $0.weight != nil })
        #expect(records.contains { $0.versions.contains { !($0.config?.tags.isEmpty ?? true) } })
        #expect(records.contains { $0.fallbackVersion != nil })
    }

    @Test func `Unrecognized fields, 64-bit integers and dates are kept at every level`() throws {
        let text = #"""
            {"promptId":"p","folderId":"f","x":1,"versions":[{"id":"v","version":1,"promptId":"p","createdAt":"2026-01-01T00:00:00.123456Z",
            "author":{"id":9007199254740993},"config":{"id":"c","messages":[{"role":"narrator","content":"x","weight":2}],"model":"m",
            "provider":"p","modelParameters":{"seed":9223372036854775807,"top_k":3},"tags":{"n":9007199254740993,"b":true,"s":"t"},"y":[]}}],
            "rules":{"v":[{"id":"d","isFallback":true,"z":null,"rules":{"version":1,"u":1,"query":{"not":true,"combinator":"or","id":"g",
            "rules":[{"field":"a","operator":"~=","value":9007199254740993,"valueSource":"value","disabled":false}]}}}]}}
            """#
        let json = try JSONValue(parsing: text)
        #expect(try PromptRecord(json: json).json == json)
    }

    @Test func `Optional members may be absent or null`() throws {
        let json: JSONValue = [
            "promptId": "p", "folderId": nil, "fallbackVersion": nil, "rules": nil,
            "versions": [
                [
                    "id": "v", "version": 1, "description": nil,
                    "config": ["messages": [], "model": "m", "tags": ["gone": nil], "modelParameters": nil],
                ], ["id": "w", "version": 2, "config": nil],
            ],
        ]
        let record = try PromptRecord(json: json)
        #expect(record.versions[0].config?.tags == [:])
        #expect(record.versions[1].config == nil)
        #expect(record.deployments.isEmpty)
    }

    @Test(arguments: [
        (#"[]"#, "expected an object, found an array"),
        (#"{"promptId":"p"}"#, "missing, at $.versions"),
        (#"{"versions":[]}"#, "missing, at $.promptId"),
        (#"{"promptId":"p","versions":[{"id":"v"}]}"#, "missing, at $.versions[0].version"),
        (
            #"{"promptId":"p","versions":[{"id":"v","version":1,"config":{"model":"m"}}]}"#,
            "missing, at $.versions[0].config.messages"
        ),
        (
            #"{"promptId":"p","versions":[{"id":"v","version":1,"config":{"model":"m","messages":[],"tags":{"a b":{}}}}]}"#,
            #"expected a string, a number, a Boolean or an array of strings, found an object, at $.versions[0].config.tags["a b"]"#
        ),
        (
            #"{"promptId":"p","versions":[],"rules":{"v":[{"id":"d","rules":{"query":{"rules":[{"field":"a"}]}}}]}}"#,
            "missing, at $.rules.v[0].rules.query.rules[0].operator"
        ),
        (
            #"{"promptId":"p","versions":[],"rules":{"v":[{"id":"d","rules":{"query":{"rules":["a = b"]}}}]}}"#,
            "expected an object, found a string, at $.rules.v[0].rules.query.rules[0]"
        ),
        (
            #"{"promptId":"p","versions":[],"rules":{"v":[{"id":"d","rules":{"query":{"rules":[{"field":"a","operator":"=","value":[1]}]}}}]}}"#,
            "expected a string, found a number, at $.rules.v[0].rules.query.rules[0].value[0]"
        ),
    ])
    func `Errors name the path of an invalid member`(text: String, expected: String) throws {
        let json = try JSONValue(parsing: text)
        let error = #expect(throws: JSONError.self) { _ = try PromptRecord(json: json) }
        #expect(error?.description == expected)
    }

    @Test func `A version's content hash is that of its configuration's canonical JSON`() throws {
        let json = #"{"model":"m","id":"c","messages":[{"role":"user","content":"Hi"}],"provider":"openai","note":1.0}"#
        let config = try PromptVersionConfig(json: try JSONValue(parsing: json))
        let canonical =
            #"{"id":"c","messages":[{"content":"Hi","role":"user"}],"model":"m","modelParameters":{},"note":1,"#
            + #""provider":"openai","tags":{}}"#
        #expect(config.contentHash == SHA256.hexadecimal(Array(canonical.utf8)))
        var edited = config
        edited.additionalFields["note"] = 2
        #expect(edited.contentHash != config.contentHash)
        #expect(PromptVersion(id: "v", version: 1, promptID: "p", config: config).contentHash == config.contentHash)
        #expect(PromptVersion(id: "v", version: 1, promptID: "p", config: nil).contentHash == nil)
    }
}
