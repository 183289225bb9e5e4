import Tchavi
import Testing

@testable import TchaviPrompts

struct PromptContractTests {
    private func version(
        _ messages: [ChatMessage] = [.system("Hi")],
        _ parameters: [String: JSONValue] = [:]
    ) -> PromptVersion {
        PromptRecord.simple("p", messages, parameters: parameters).versions[0]
    }

    private func version(producing schema: String) throws -> PromptVersion {
        let format: JSONValue = [
            "type": "json_schema", "json_schema": ["name": "r", "schema": try JSONValue(parsing: schema)],
        ]
        return version([.system("Hi")], ["response_format": format])
    }

    private func paths(produced: String, expected: String) throws -> [String] {
        let contract = PromptContract("p", responseSchema: try JSONValue(parsing: expected))
        return contract.violations(by: try version(producing: produced)).map(\.name)
    }

    @Test func `A variable that the program does not give is named with its message`() {
        let version = version([.system("Hi <<name>>"), .user("<<name>>, <<plan>>"), .user("{{other}}")])
        let contract = PromptContract("p", variables: ["name"])
        let violations = contract.violations(by: version)
        #expect(violations.map(\.name) == ["plan"])
        #expect(violations.map(\.kind) == [.variable])
        #expect(violations.map(\.message) == ["The program does not give the variable `plan` of message 1."])
        #expect(contract.violations(by: version, syntax: .braces).map(\.name) == ["other"])
        #expect(PromptContract("p", variables: ["name", "plan", "more"]).violations(by: version).isEmpty)
    }

    @Test func `A function tool has to be registered, unless all are captured`() {
        let tools: JSONValue = [
            ["type": "function", "function": ["name": "find_order"]],
            ["type": "function", "function": ["name": "pay"]],
            ["type": "web_search"], ["function": ["name": "pay"]],
        ]
        let version = version([.system("Hi")], ["tools": tools])
        let violations = PromptContract("p", tools: ["find_order", "unused"]).violations(by: version)
        #expect(violations.map(\.name) == ["pay"])
        #expect(violations.map(\.kind) == [.tool])
        #expect(PromptContract("p", capturesOtherTools: true).violations(by: version).isEmpty)
    }

    @Test func `Versions that cannot be run are not judged`() {
        var unreadable = version([.user("<<a>>")])
        unreadable.unreadableReason = "damaged"
        let empty = PromptVersion(id: "v", version: 1, promptID: "p", config: nil)
        for version in [unreadable, empty] { #expect(PromptContract("p").violations(by: version).isEmpty) }
    }

    @Test(arguments: [
        // Required properties.
        (#"{"type": "object", "properties": {"a": {}}, "required": ["a"]}"#, []),
        (#"{"type": "object", "properties": {"a": {}}}"#, ["$.a"]),
        (#"{"type": "object", "properties": {"b": {}}, "required": ["b"]}"#, ["$.a"]),
        (#"{"type": "object", "additionalProperties": false}"#, ["$.a"]),
        // What says nothing, or is combined of others, is not judged.
        (#"{"type": "object"}"#, []), ("{}", []), ("true", []),
        (#"{"type": "object", "properties": {}, "allOf": [{"required": ["a"]}]}"#, []),
        // Types.
        (#"{"type": "array"}"#, ["$"]), (#"{"type": ["object", "null"]}"#, ["$"]),
        (#"{"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"]}"#, ["$.a"]),
        (#"{"type": "object", "properties": {"a": {"type": "integer"}}, "required": ["a"]}"#, []),
        (#"{"type": "object", "properties": {"a": {"type": ["number", "null"]}}, "required": ["a"]}"#, ["$.a"]),
        (#"{"type": "object", "properties": {"a": {"enum": [1, 2.5]}}, "required": ["a"]}"#, []),
        (#"{"type": "object", "properties": {"a": {"anyOf": [{"type": "string"}]}}, "required": ["a"]}"#, []),
        // References and nested values.
        (
            ##"{"$ref": "#/$defs/r", "$defs": {"r": {"type": "object", "properties": {"a": {"type": "null"}}, "required": ["a"]}}}"##,
            ["$.a"]
        ),
        (
            #"{"type": "object", "properties": {"a": {}, "l": {"type": "array", "items": {"type": "object", "properties": {"x": {"enum": ["u", "z"]}}}}}, "required": ["a"]}"#,
            ["$.l[].y", "$.l[].x"]
        ),
    ])
    func `A response schema has to guarantee what the program decodes`(produced: String, expected: [String]) throws {
        let schema = #"""
            {"type": "object", "required": ["a"], "properties": {"a": {"type": "number"}, "l": {"type": "array",
            "items": {"type": "object", "properties": {"x": {"enum": ["u", "v"]}, "y": {}}, "required": ["y"]}}}}
            """#
        #expect(try paths(produced: produced, expected: schema) == expected)
    }

    @Test func `A difference says what is allowed and what is expected`() throws {
        let contract = PromptContract("p", responseSchema: ["type": ["string", "number"]])
        let version = try version(producing: #"{"type": ["number", "boolean"]}"#)
        #expect(
            contract.violations(by: version).map(\.message) == [
                "The response's `$` does not fit: the version allows boolean, and the program expects number or string."
            ]
        )
    }

    @Test func `Of other response formats, only JSON objects are judged`() {
        let strings = PromptContract("p", responseSchema: ["type": "string"])
        let objects = PromptContract("p", responseSchema: ["type": "object", "required": ["a"]])
        for (type, count) in [("json_object", 1), ("text", 0), ("grammar", 0)] {
            let version = version([.system("Hi")], ["response_format": ["type": .string(type)]])
            #expect(strings.violations(by: version).count == count)
            #expect(objects.violations(by: version).isEmpty)
            #expect(PromptContract("p").violations(by: version).isEmpty)
        }
        #expect(strings.violations(by: version()).isEmpty)
    }

    @Test func `Schemas that refer to themselves are compared within bounds`() throws {
        let schema = ##"""
            {"$ref": "#/$defs/n", "$defs": {"n": {"type": "object", "required": ["l", "r"],
            "properties": {"l": {"$ref": "#/$defs/n"}, "r": {"$ref": "#/$defs/n"}}}, "e": {"$ref": "#/$defs/e"}}}
            """##
        #expect(try paths(produced: schema, expected: schema) == [])
        #expect(try paths(produced: ##"{"$ref": "#"}"##, expected: schema) == [])
    }

    @Test func `A selection says where it came from, and what was held back`() throws {
        var selection = Selection(promptID: "p", version: 3, versionID: "v", reason: .fallback)
        let plain = selection.description
        #expect(!selection.json.serialized().contains("origin"))
        selection.origin = .source
        #expect(selection.description == plain)
        selection.origin = .disk
        selection.snapshotAge = .seconds(330)
        #expect(selection.description == plain + ", from disk, read 5 min ago")
        selection.origin = .shipped
        selection.heldBack = .init(version: 4, versionID: "w", reasons: ["It does not fit."])
        #expect(selection.description == plain + ", shipped with the program; version 4 is held back: It does not fit.")
        #expect(try Selection(json: try JSONValue(parsing: selection.json.serialized())) == selection)
        let standIn = Selection(promptID: "p", reason: .default, origin: .default)
        #expect(standIn.description == "the caller's default for p")
    }
}
