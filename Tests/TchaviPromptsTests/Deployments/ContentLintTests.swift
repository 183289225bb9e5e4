import Tchavi
import Testing

@testable import TchaviPrompts

struct ContentLintTests {
    /// A prompt whose versions, from 1 on, have these configurations, of which the first is deployed and the fallback.
    private func record(_ configs: PromptVersionConfig?...) -> PromptRecord {
        let versions = configs.enumerated().map { index, config in
            PromptVersion(id: "v\(index + 1)", version: index + 1, promptID: "p", config: config)
        }
        var record = PromptRecord(promptID: "p", versions: versions, deployments: ["v1": [Deployment(id: "d")]])
        record.fallbackVersion = versions.first
        return record
    }

    private func config(
        _ messages: ChatMessage...,
        parameters: [String: JSONValue] = [:]
    ) -> PromptVersionConfig {
        PromptVersionConfig(
            id: "c",
            messages: messages.isEmpty ? [.system("Hi.")] : messages,
            model: "m",
            modelParameters: parameters
        )
    }

    private func descriptions(_ findings: [DeploymentFinding]) -> [String] { findings.map(\.description) }

    // MARK: The other syntax

    @Test func `A variable in the other syntax is a warning for each version, deployed or not`() async {
        let findings = await record(
            config(.system("Hello <<name>>, {{name}} and {{ city }}."), .user("{{name}}")),
            config(.system("Hello."), .user("See {{topic}}"))
        ).lint()
        #expect(
            descriptions(findings) == [
                "warning: p / v1: Version 1 contains `{{name}}` (message 0), `{{city}}` (message 0), which are sent as they "
                    + "are, because its variables are written `<<name>>`. Write `<<name>>` if a variable is meant, or set "
                    + "the prompt's `variableSyntax` to `braces`.",
                "warning: p / v2: Version 2 contains `{{topic}}` (message 1), which is sent as it is, because its variables "
                    + "are written `<<name>>`. Write `<<topic>>` if a variable is meant, or set the prompt's "
                    + "`variableSyntax` to `braces`.",
            ]
        )
        #expect(findings.map(\.kind) == [.otherSyntax, .otherSyntax])
        #expect(findings.map(\.messageIndex) == [0, 1])
    }

    @Test func `The syntax is the prompt's, else that of the call`() async {
        var record = record(config(.system("<<a>> and {{b}}")))
        #expect(await record.lint().map(\.advice).first?.hasPrefix("Write `<<b>>`") == true)
        let braces = await record.lint(syntax: .braces)
        #expect(
            braces.map(\.message) == [
                "Version 1 contains `<<a>>` (message 0), which is sent as it is, because its variables are written `{{name}}`."
            ]
        )
        record.variableSyntax = .braces
        #expect(await record.lint() == braces)
    }

    @Test(arguments: ["{{}}", "{{1a}}", "{{a b}}", "{{#if}}", "{ {a}}", "\\{{a}}", "{{a}", "<<a>>"])
    func `What is not a variable in the other syntax is text`(text: String) async {
        #expect(await record(config(.system(.text(text)))).lint() == [])
    }

    @Test func `Image URLs and other strings of parts are searched`() async {
        var part = ContentPart.text("")
        part.type = "file"
        part.text = nil
        part.additionalFields = ["file": ["filename": "{{b}}.pdf"]]
        let message = ChatMessage.user(.parts([.image("https://example.com/{{a}}.png"), part]))
        #expect(
            await record(config(message)).lint().map(\.message) == [
                "Version 1 contains `{{a}}` (message 0), `{{b}}` (message 0), which are sent as they are, because its "
                    + "variables are written `<<name>>`."
            ]
        )
    }

    @Test func `A handful of names is listed`() async {
        let text = (0..<9).map { "{{v\($0)}}" }.joined()
        let findings = await record(config(.system(.text(text)))).lint()
        #expect(findings.count == 1)
        #expect(findings.first?.message.contains("`{{v3}}` (message 0) and 5 others, which are sent") == true)
        #expect(findings.first?.message.contains("v4") == false)
    }

    // MARK: Messages

    @Test func `An unknown role is an error that names the nearest`() async {
        let findings = await record(
            config(
                ChatMessage(role: "sytem", content: "a"),
                ChatMessage(role: "User", content: "b"),
                ChatMessage(role: "narrator", content: "c")
            )
        ).lint()
        #expect(
            descriptions(findings) == [
                "error: p / v1: Message 0 of version 1 has the role `sytem`, which the chat API does not have. Did you mean "
                    + "`system`?",
                "error: p / v1: Message 1 of version 1 has the role `User`, which the chat API does not have. Did you mean "
                    + "`user`?",
                "error: p / v1: Message 2 of version 1 has the role `narrator`, which the chat API does not have. The known "
                    + "ones are `user`, `system`, `developer`, `assistant`, `tool`, `function`.",
            ]
        )
        #expect(findings.allSatisfy { $0.kind == .unknownRole })
        #expect(findings.map(\.messageIndex) == [0, 1, 2])
    }

    @Test(arguments: ["user", "system", "developer", "assistant", "tool", "function"] as [Role])
    func `Every role of the chat API is known`(role: Role) async {
        #expect(await record(config(ChatMessage(role: role, content: "x"))).lint() == [])
    }

    @Test(arguments: [
        ChatMessage(role: .user, content: nil), .user(""), .user(" \n\u{a0}\u{2003}"), .user(.parts([])),
        .user(.parts([.text(" "), .text("")])), .tool("", callID: "c"),
        ChatMessage(role: .assistant, content: nil, toolCalls: []),
    ])
    func `A message without content`(message: ChatMessage) async {
        let findings = await record(config(.system("Hi."), message)).lint()
        #expect(
            descriptions(findings) == [
                "warning: p / v1: Message 1 of version 1 has no content: neither text nor other parts nor tool calls. Write "
                    + "its text, or remove the message."
            ]
        )
        #expect(findings.map(\.kind) == [.emptyMessage])
        #expect(findings.map(\.messageIndex) == [1])
    }

    private static let refusal: ChatMessage = {
        var message = ChatMessage(role: .assistant, content: nil)
        message.refusal = "No."
        return message
    }()

    @Test(arguments: [
        ChatMessage(
            role: .assistant,
            content: nil,
            toolCalls: [ToolCall(id: "c", name: "f", arguments: "{}")]
        ),
        .user(.parts([.image("https://example.com/a.png")])), .user("."), refusal,
    ])
    func `A message with any content`(message: ChatMessage) async {
        #expect(await record(config(message)).lint() == [])
    }

    // MARK: Parameters

    @Test(
        arguments: [
            ("temperature", -0.1, "-0.1", "numbers from 0 to 2"), ("temperature", 2.1, "2.1", "numbers from 0 to 2"),
            ("top_p", 1.5, "1.5", "numbers from 0 to 1"), ("presence_penalty", -3, "-3", "numbers from -2 to 2"),
            ("frequency_penalty", 2.5, "2.5", "numbers from -2 to 2"), ("n", 0, "0", "integers from 1 to 128"),
            ("n", 129, "129", "integers from 1 to 128"), ("max_tokens", 0, "0", "64-bit integers from 1"),
            ("max_tokens", 1e30, "1e+30", "64-bit integers from 1"), ("n", 1.5, "1.5", "integers from 1 to 128"),
            ("max_completion_tokens", -5, "-5", "64-bit integers from 1"),
            ("top_logprobs", 21, "21", "integers from 0 to 20"), ("top_logprobs", 2.5, "2.5", "integers from 0 to 20"),
            ("seed", .unsignedInteger(1 << 63), "9223372036854775808", "64-bit integers"),
            ("seed", .double(0x1p63), "9223372036854776000", "64-bit integers"),
            ("temperature", .double(.nan), "NaN", "numbers from 0 to 2"),
            ("top_logprobs", .double(.infinity), "Infinity", "integers from 0 to 20"),
        ] as [(String, JSONValue, String, String)]
    )
    func `A parameter out of its range`(name: String, value: JSONValue, text: String, range: String) async {
        // In a version that is not deployed, of which nothing else is wrong.
        let findings = await record(config(), config(parameters: [name: value])).lint()
        #expect(
            descriptions(findings) == [
                "error: p / v2: The parameter `\(name)` of version 2 is \(text), but the chat API takes \(range). Set it to a "
                    + "value that the chat API takes, or remove it for the model's default."
            ]
        )
        #expect(findings.map(\.kind) == [.parameterOutOfRange])
        #expect(findings.map(\.parameter) == [name])
    }

    @Test func `The ends of the ranges are in them`() async {
        let least: [String: JSONValue] = [
            "temperature": 0, "top_p": 0, "presence_penalty": -2, "frequency_penalty": -2.0, "n": 1, "max_tokens": 1,
            "max_completion_tokens": 1.0, "top_logprobs": 0, "seed": .integer(.min), "other": -1e30,
        ]
        let greatest: [String: JSONValue] = [
            "temperature": 2, "top_p": 1.0, "presence_penalty": 2, "frequency_penalty": 2, "n": 128,
            "max_tokens": .integer(.max), "max_completion_tokens": 1e18, "top_logprobs": 20, "seed": .integer(.max),
        ]
        let none: [String: JSONValue] = ["temperature": nil, "n": nil]
        #expect(
            await record(config(parameters: least), config(parameters: greatest), config(parameters: none)).lint() == []
        )
    }

    @Test func `Parameters that a run refuses are found in versions that are not deployed`() async {
        let findings = await record(
            config(),
            config(parameters: ["temperature": "hot", "top_p": 2]),
            config(parameters: ["stream": true])
        ).lint()
        #expect(
            descriptions(findings) == [
                "error: p / v2: The parameter `top_p` of version 2 is 2, but the chat API takes numbers from 0 to 1. Set it to "
                    + "a value that the chat API takes, or remove it for the model's default.",
                "error: p / v2: The model parameters of version 2 cannot be read: expected a number, found a string, at "
                    + "$.temperature. Fix the value; the chat API's reference lists the type of each parameter.",
                "error: p / v3: The model parameters of version 3 contain `stream`, which every run sets itself. Remove it; to "
                    + "stream the response, call `Prompt.stream`.",
            ]
        )
        #expect(findings.map(\.kind) == [.parameterOutOfRange, .invalidParameters, .invalidParameters])
        #expect(findings.map(\.parameter) == ["top_p", "temperature", "stream"])
    }

    // MARK: Versions

    @Test func `A fallback is checked, and what it shares with its version is reported once`() async {
        let wrong = config(.system("{{a}}"), ChatMessage(role: "x", content: ""), parameters: ["n": 0])
        var record = record(config(), wrong)
        record.fallbackVersion = record.versions[1]
        let kinds: [DeploymentFinding.Kind] = [.unknownRole, .parameterOutOfRange, .otherSyntax, .emptyMessage]
        #expect(await record.lint().map(\.kind) == kinds)
        // A copy that differs has the same problems, and one of its own.
        record.fallbackVersion?.config?.modelParameters["top_p"] = 2
        #expect(
            await record.lint().map(\.kind) == [
                .unknownRole, .parameterOutOfRange, .parameterOutOfRange, .otherSyntax, .emptyMessage, .staleFallback,
            ]
        )
        record.versions.removeLast()
        #expect(await record.lint().count == 5)
    }

    @Test func `Versions that could not be read, or were never saved, are not checked`() async {
        var record = record(config(), config(ChatMessage(role: "x", content: ""), parameters: ["n": 0]), nil)
        record.versions[1].unreadableReason = "p/2.md:1:1: error: …"
        #expect(await record.lint() == [])
        record.deployments = ["v1": [Deployment(id: "d")], "v2": [Deployment(id: "e", query: us)]]
        #expect(await record.lint().filter { $0.versionID == "v2" } == [])
    }

    private let us = RuleGroup(.and, [.rule(Rule("region", .equal, "us"))])

    @Test func `Large content is checked, with a handful of findings`() async {
        let text = String(repeating: "{{ a }} \\{{ {{b", count: 70_000)
        let messages = (0..<20_000).map { ChatMessage(role: Role(rawValue: "role \($0)"), content: "") }
        let parameters = Dictionary(uniqueKeysWithValues: (0..<100_000).map { ("p\($0)", JSONValue.integer(-1)) })
        var large = config(.system(.text(text)), parameters: parameters)
        large.messages += messages
        let kinds = await record(large).lint().map(\.kind)
        #expect(kinds.count { $0 == .unknownRole } == 5)
        #expect(kinds.count { $0 == .emptyMessage } == 5)
        #expect(kinds.count { $0 == .otherSyntax } == 1)
        #expect(kinds.count == 11)
    }
}
