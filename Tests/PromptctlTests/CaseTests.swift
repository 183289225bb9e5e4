import Foundation
import Tchavi
import TchaviPrompts
import TchaviTesting
import Testing

@testable import promptctl

struct CaseTests {
    private static let files = [
        "greeting/1.md": "---\nmodel: gpt-4o-mini\n---\nsystem:\nGreet <<customer>>.\n",
        "greeting/2.md": "---\nmodel: gpt-4o-mini\n---\nsystem:\nThank <<customer>>.\n",
        "greeting/prompt.json": #"{"deployments": [{"version": 2, "id": "pro", "when": {"plan": "pro"}}]}"#,
    ]

    /// Runs one case of the prompt, and returns what is wrong with it.
    private func failures(_ test: String, _ arguments: String...) async throws -> [String] {
        let directory = try TemporaryDirectory(Self.files)
        try directory.write(test + "\n", to: "greeting/cases.jsonl")
        let invocation = await Invocation(["test", directory.path, "--json"] + arguments)
        let result = try #require(try invocation.json["cases"]?.array?.first)
        let failures = result["failures"]?.array?.compactMap(\.string) ?? []
        #expect(result["passed"]?.boolean == failures.isEmpty)
        #expect(invocation.code == (failures.isEmpty ? .success : .findings))
        return failures
    }

    @Test(
        "Cases whose expectations hold pass",
        arguments: [
            #"{"query": {"tag": {"plan": "pro"}}, "expected": {"version": 2, "reason": "matched", "deployment": "pro"}}"#,
            #"{"query": {"conditions": [{"field": "plan", "value": "pro", "enforced": true}]}, "expected": {"version": 2}}"#,
            #"{"query": {"version": 1}, "variables": {"customer": "Ada"}, "expected": {"messages": [{"role": "system", "content": "Greet Ada."}]}}"#,
            #"{"query": {"latest": true}, "variables": {"customer": 7}, "input": "Hi", "expected": {"messages": [{"role": "system", "content": "Thank 7."}, {"role": "user", "content": "Hi"}]}}"#,
            #"{"expected": {"version": null}}"#,
            #"{"query": {"set": {"plan": "pro"}, "tag": {"x": 1}, "exact": true}, "expected": {"version": null}}"#,
            #"{"query": {"set": {"plan": "pro", "x": "1"}, "any": true}, "expected": {"version": 2}}"#,
            #"{"query": {"tag": {"plan": "pro"}, "folder": "elsewhere"}, "expected": {"version": null}}"#,
            #"{"expected": {"fails": true}}"#,
            #"{"expected": {"fails": "noMatch"}}"#,
            #"{"query": {"version": 1}, "expected": {"fails": "missingVariables"}}"#,
            #"{"promptId": "nobody", "expected": {"fails": "notFound"}}"#,
            #"{"query": {"version": 1}, "variables": {"customer": "A"}, "images": ["file:///x"], "expected": {"fails": "invalidInput"}}"#,
        ]
    )
    func passing(test: String) async throws {
        #expect(try await failures(test) == [])
    }

    @Test(
        "Cases whose expectations do not hold fail, and say what happened",
        arguments: [
            (
                #"{"query": {"tag": {"plan": "pro"}}, "expected": {"version": 1, "reason": "split", "deployment": "x"}}"#,
                [
                    "Expected version 1, got version 2 of greeting, matched by deployment pro.",
                    "Expected the reason `split`, got `matched`.",
                    "Expected the deployment `x`, got version 2 of greeting, matched by deployment pro.",
                ]
            ),
            (
                #"{"query": {"version": 1}, "expected": {"version": null}}"#,
                ["Expected no version, got version 1 of greeting, pinned by the query."]
            ),
            (
                #"{"expected": {"version": 2}}"#,
                ["No deployment of `greeting` matches this query, and it has no fallback."]
            ),
            (
                #"{"query": {"version": 1}, "expected": {"fails": "noMatch"}}"#,
                [
                    "Expected the error `noMatch`, got `missingVariables`: Version 1 of `greeting` needs values for `customer` "
                        + "(message 0)."
                ]
            ),
            (
                #"{"query": {"version": 1}, "variables": {"customer": "A"}, "expected": {"fails": true}}"#,
                ["Version 1 was selected and resolved, but it was expected to fail."]
            ),
            (
                #"{"query": {"version": 1}, "variables": {"customer": "A"}, "expected": {"messages": [{"role": "user", "content": "A"}, {"role": "user", "content": "B"}]}}"#,
                [
                    "Expected 2 messages, got 1.",
                    #"Message 0: expected {"content":"A","role":"user"}, got {"content":"Greet A.","role":"system"}."#,
                ]
            ),
        ] as [(String, [String])]
    )
    func failing(test: String, expected: [String]) async throws {
        #expect(try await failures(test) == expected)
    }

    @Test(
        "A case that cannot be read fails, because it would otherwise test nothing",
        arguments: [
            ("{", "at byte 1"), ("[]", "expected a case as an object"), ("{}", "the case expects nothing"),
            (#"{"expected": {}}"#, "the case expects nothing"),
            (#"{"expected": {"fails": false}}"#, "expects nothing, at $.expected.fails"),
            (#"{"expected": {"verson": 2}}"#, "did you mean `version`?, at $.expected.verson"),
            (#"{"expcted": {"version": 2}}"#, "did you mean `expected`?"),
            (
                #"{"query": {"tags": {"plan": "pro"}}, "expected": {"version": 2}}"#,
                "did you mean `tag`?, at $.query.tags"
            ),
            (#"{"query": {"tag": {"plan": {}}}, "expected": {"version": 2}}"#, "$.query.tag.plan"),
            (#"{"expected": {"version": "2"}}"#, "expected a number, or null"),
            (#"{"expected": {"version": 2, "fails": true}}"#, "excludes every other expectation"),
            (#"{"expected": {"messages": "x"}}"#, "$.expected.messages"),
            (#"{"expected": {"response": {}}}"#, "$.expected.response"),
            (#"{"expected": {"response": {"schema": {"type": "strin"}}}}"#, "$.expected.response.schema"),
            (
                #"{"expected": {"reason": "mached"}}"#,
                "`mached` is unknown: did you mean `matched`?, at $.expected.reason"
            ),
            (#"{"expected": {"fails": "timeout"}}"#, "`timeout` is unknown: expected `notFound`, "),
            (#"{"expected": {"version": null, "messages": []}}"#, "no version has any, where `version` is null"),
            (#"{"query": {"exact": 1}, "expected": {"version": 2}}"#, "expected a Boolean, at $.query.exact"),
            (#"{"variables": {"customer": []}, "expected": {"version": 2}}"#, "$.variables.customer"),
        ]
    )
    func unreadable(test: String, reason: String) async throws {
        let failure = try #require(try await failures(test).first)
        #expect(failure.hasPrefix("The case cannot be read: "))
        #expect(failure.contains(reason), "\(failure)")
    }

    @Test("Cases stand beside directories and records, or name their prompt; hidden ones are ignored")
    func places() async throws {
        var files = Self.files
        let record =
            #"{"promptId": "weather", "versions": [{"id": "v", "version": 1, "config": {"messages": [], "model": "m"}}]}"#
        files["sub/weather.json"] = record
        files["sub/weather.cases.jsonl"] =
            #"{"name": "beside a record", "query": {"latest": true}, "expected": {"version": 1}}"#
        files["sub/cases.jsonl"] = """
            {"name": "names its prompt", "promptId": "weather", "query": {"latest": true}, "expected": {"version": 1}}

            {"name": "names none", "expected": {"version": 1}}
            """
        files["greeting/cases.jsonl"] =
            #"{"name": "beside versions", "query": {"version": 1}, "expected": {"version": 1}}"#
        files[".hidden/cases.jsonl"] = "{"
        let directory = try TemporaryDirectory(files)
        let invocation = await Invocation("test", directory.path)
        #expect(invocation.code == .findings)
        #expect(
            invocation.output == """
                pass \(directory.path)/greeting/cases.jsonl:1: beside versions
                pass \(directory.path)/sub/cases.jsonl:1: names its prompt
                FAIL \(directory.path)/sub/cases.jsonl:3: line 3
                     The case cannot be read: missing, because the file stands beside no prompt, at $.promptId.
                pass \(directory.path)/sub/weather.cases.jsonl:1: beside a record

                """
        )
        #expect(invocation.messages == "3 of 4 cases passed.\n")
        let filtered = await Invocation("test", directory.path, "--filter", "weather.cases")
        #expect(filtered.messages == "1 of 1 case passed.\n")
        #expect(await Invocation("test", directory.path, "--filter", "qqq").code == .data)
    }

    @Test("Without a model, a response is not checked, and the summary says so")
    func skippedResponse() async throws {
        let directory = try TemporaryDirectory(Self.files)
        let test = #"{"query": {"version": 1}, "expected": {"version": 1, "response": {"contains": "x"}}}"#
        try directory.write(test, to: "greeting/cases.jsonl")
        let invocation = await Invocation("test", directory.path)
        #expect(invocation.code == .success)
        #expect(invocation.output.hasSuffix("line 1 (response not checked)\n"))
        #expect(invocation.messages.hasSuffix("1 response not checked: use --live or --cassette.\n"))
        #expect(await Invocation("test", directory.path, "--live").code == .usage)
        #expect(await Invocation("test", directory.path, "--cassette", directory.file("no.json")).code == .data)
    }

    @Test("Responses are checked live, recorded, and replayed from the recording")
    func responses() async throws {
        let directory = try TemporaryDirectory(Self.files)
        let text = "This is LocalGateway, not a language model. You asked: Hi"
        func test(_ name: String, _ response: String) -> String {
            """
            {"name": "\(name)", "query": {"version": 1}, "variables": {"customer": "\(name)"}, "input": "Hi", \
            "expected": {"response": \(response)}}
            """
        }
        try directory.write(
            [
                test("contains", #"{"contains": ["LocalGateway", "Hi"], "excludes": "Sorry", "toolCalls": []}"#),
                test("lacks", #"{"contains": "Sorry", "excludes": ["Hi"], "toolCalls": "find"}"#),
                test("no JSON", #"{"schema": {"type": "object"}}"#),
            ].joined(separator: "\n"),
            to: "greeting/cases.jsonl"
        )
        let gateway = try LocalGateway().serve()
        defer { gateway.stop() }
        let environment = [
            "TCHAVI_API_KEY": LocalGateway.defaultAPIKey, "TCHAVI_BASE_URL": "http://127.0.0.1:\(gateway.port)",
        ]
        let recording = directory.file("recording.json")
        let live = await Invocation("test", directory.path, "--live", "--cassette", recording, environment: environment)
        #expect(live.code == .findings)
        let file = "\(directory.path)/greeting/cases.jsonl"
        #expect(
            live.output == """
                pass \(file):1: contains
                FAIL \(file):2: lacks
                     The response does not contain "Sorry": "\(text)".
                     The response contains "Hi": "\(text)".
                     The response calls the tools [] instead of [find].
                FAIL \(file):3: no JSON
                     The response is not JSON: "\(text)".

                """
        )
        gateway.stop()
        let replayed = await Invocation("test", directory.path, "--cassette", recording)
        #expect(replayed.output == live.output)
        #expect(replayed.messages == "1 of 3 cases passed.\n")
        let one = await Invocation("test", directory.path, "--cassette", recording, "--filter", "contains")
        #expect(one.code == .success)
        #expect(one.messages.hasSuffix("The recording has 2 exchanges that no case used.\n"))
    }

    @Test("A recording is kept if the gateway is not available, which is no failure of the prompt")
    func keptRecording() async throws {
        let directory = try TemporaryDirectory(Self.files)
        let test =
            #"{"query": {"version": 1}, "variables": {"customer": "A"}, "expected": {"response": {"contains": "x"}}}"#
        try directory.write(test, to: "greeting/cases.jsonl")
        try directory.write("precious", to: "recording.json")
        let server = try LoopbackServer { connection in
            _ = try connection.receiveRequest()
            try connection.respond(status: 401, body: Data(#"{"error": "unauthorized", "message": "No."}"#.utf8))
        }
        defer { server.stop() }
        let environment = ["TCHAVI_API_KEY": "k", "TCHAVI_BASE_URL": "http://127.0.0.1:\(server.port)"]
        let recording = directory.file("recording.json")
        let live = await Invocation("test", directory.path, "--live", "--cassette", recording, environment: environment)
        #expect(live.code == .unavailable)
        #expect(live.messages.contains("recording.json' was not replaced"))
        #expect(try directory.text(of: "recording.json") == "precious")
        let damaged = await Invocation("test", directory.path, "--cassette", recording)
        #expect(damaged.code == .data)
        #expect(damaged.messages.contains("is not JSON"))
    }

    @Test("A response is compared with a schema")
    func schema() async throws {
        let expectation = try ResponseExpectation(
            [
                "schema": [
                    "type": "object", "properties": ["price": ["type": "number", "minimum": 0]], "required": ["price"],
                ]
            ]
        )
        func response(_ text: String) -> PromptResponse {
            PromptResponse(
                id: "r",
                model: "m",
                choices: [.init(index: 0, message: .assistant(text), finishReason: .stop)]
            )
        }
        #expect(expectation.failures(of: response(#"{"price": 3}"#)) == [])
        #expect(expectation.failures(of: response("```json\n{\"price\": 3}\n```")) == [])
        #expect(
            expectation.failures(of: response(#"{"price": -1}"#)).first?.hasPrefix("The response at $.price: ") == true
        )
        #expect(expectation.failures(of: response("{}")).first?.hasPrefix("The response at $: ") == true)
    }
}
