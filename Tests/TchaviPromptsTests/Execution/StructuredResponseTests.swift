import Foundation
import Tchavi
import TchaviPrompts
import TchaviTesting
import Testing

@Suite(.timeLimit(.minutes(10)))
struct StructuredResponseTests {
    private struct Ticket: Codable, Sendable, Equatable {
        var title: String
        var urgent: Bool
        var due: Date?
    }

    private static let schema = JSONSchema.object(["title": .string(), "urgent": .boolean()])
    private static let tool = PromptTool.schema("file_ticket", parameters: schema)
    private static let valid = #"{"title":"Lost parcel","urgent":true}"#
    private static let ticket = Ticket(title: "Lost parcel", urgent: true)

    private let gateway = LocalGateway()

    private func prompt() async throws -> Prompt { try await gateway.prompt(.simple("p", [.system("x")])) }

    private func completion(_ text: String?, refusal: String? = nil, _ reason: FinishReason)
        -> LocalGateway.ScriptedResponse
    {
        var message = ChatMessage(role: .assistant, content: text.map { .text($0) })
        message.refusal = refusal
        return .completion(
            ChatCompletion(id: "c", model: "m", choices: [ChatChoice(message: message, finishReason: reason)])
        )
    }

    private func call(_ arguments: String) -> LocalGateway.ScriptedResponse {
        .toolCalls([ToolCall(id: "a", name: "file_ticket", arguments: arguments)])
    }

    @Test(arguments: [valid, "\n  \(valid) \n", "```json\n\(valid)\n```", "```\n\(valid)\n```\n"])
    func `The whole text is decoded, but for one Markdown fence around it`(text: String) async throws {
        gateway.enqueue(.text(text))
        let structured = try await prompt().run("Hi", as: Ticket.self, schema: Self.schema)
        #expect(structured.value == Self.ticket)
        #expect(structured.response.text == text)
        #expect(try structured.response.decode(as: Ticket.self) == Self.ticket)
        let format = try #require(gateway.chatRequests[0].responseFormat)
        #expect(format.type == "json_schema")
        #expect(format.jsonSchema?["schema"] == Self.schema.json)
        #expect(format.jsonSchema?["name"] == "Ticket")
    }

    @Test(arguments: [
        "Here it is: \(valid)", "\(valid) \(valid)", "```json\n\(valid)", #"{"title":"x"}"#, "[]", "", "null",
        "```json\n```json\n\(valid)\n```\n```",
    ])
    func `Everything else is an error with the response`(text: String) async throws {
        gateway.enqueue(.text(text))
        let error = await #expect(throws: PromptError.self) { _ = try await prompt().run("Hi", as: Ticket.self) }
        #expect(error?.code == .invalidResponse)
        #expect(error?.response?.text == text)
        #expect(gateway.requests.count == 1)
        #expect(gateway.chatRequests[0].responseFormat == nil)
    }

    @Test func `The schema of the version is sent if the caller gives none`() async throws {
        let format = ResponseFormat.jsonSchema(name: "own", Self.schema).json
        let record = PromptRecord.simple("p", [.system("x")], parameters: ["response_format": format])
        let prompt = try await gateway.prompt(record)
        gateway.enqueue(.text(Self.valid), .text(Self.valid))
        _ = try await prompt.run("Hi", as: Ticket.self)
        _ = try await prompt.run("Hi", as: Ticket.self, schema: .object(["title": .string()]))
        #expect(gateway.chatRequests.map { $0.responseFormat?.jsonSchema?["name"] } == ["own", "Ticket"])
    }

    @Test func `A refusal, a filter and a response that was cut off are never repaired`() async throws {
        let cases: [(LocalGateway.ScriptedResponse, PromptError.Code)] = [
            (completion(nil, refusal: "I cannot.", .stop), .refusal),
            (completion("", .contentFilter), .refusal),
            (completion(#"{"title":"Lost"#, .length), .truncated),
            (completion(Self.valid, .length), .truncated),
        ]
        for (response, code) in cases {
            gateway.enqueue(response)
            let error = await #expect(throws: PromptError.self) {
                _ = try await prompt().run("Hi", as: Ticket.self, repairs: 3)
            }
            #expect(error?.code == code)
            #expect(error?.response?.attempts.count == 1)
        }
        #expect(gateway.requests.count == cases.count)
    }

    @Test func `A response that cannot be decoded is sent back with the reason`() async throws {
        gateway.enqueue(.text(#"{"title":"Lost parcel"}"#), .text("Sorry!"), .text(Self.valid))
        let structured = try await prompt().run("Hi", as: Ticket.self, repairs: 2)
        #expect(structured.value == Self.ticket)
        #expect(structured.response.attempts.map(\.round) == [1, 2, 3])
        let messages = structured.response.newMessages
        #expect(messages.map(\.role) == [.user, .assistant, .user, .assistant, .user, .assistant])
        #expect(messages[2].text.contains("at $.urgent: missing"))
        #expect(gateway.chatRequests[2].messages.dropFirst() == messages.dropLast()[...])
        #expect(Set(gateway.requests.compactMap { $0.headers[.idempotencyKey] }).count == 3)
        gateway.enqueue(.text("no"), .text("no"))
        let error = await #expect(throws: PromptError.self) {
            _ = try await prompt().run("Hi", as: Ticket.self, repairs: 1)
        }
        #expect(error?.code == .invalidResponse)
        #expect(error?.response?.attempts.count == 2)
    }

    @Test func `Repairs count against the limits`() async throws {
        gateway.enqueue(.text("no"), .text("no"), .text("no"))
        let rounds = await #expect(throws: PromptError.self) {
            _ = try await prompt().run("Hi", options: RunOptions(maxToolRounds: 1), as: Ticket.self, repairs: 5)
        }
        #expect(rounds?.code == .toolRounds)
        #expect(rounds?.response?.attempts.count == 2)
        let tokens = await #expect(throws: PromptError.self) {
            _ = try await prompt().run("Hi", options: RunOptions(maxTotalTokens: 1), as: Ticket.self, repairs: 5)
        }
        #expect(tokens?.limit == .tokens)
    }

    @Test func `A value comes as the arguments of a captured call`() async throws {
        gateway.enqueue(call(Self.valid))
        let structured = try await prompt().run("Hi", as: Ticket.self, tool: Self.tool)
        #expect(structured.value == Self.ticket)
        #expect(try structured.response.decode(as: Ticket.self, fromCallOf: "file_ticket") == Self.ticket)
        #expect(gateway.chatRequests[0].tools?.map(\.name) == ["file_ticket"])
    }

    @Test func `Decimals keep their digits`() async throws {
        struct Price: Decodable, Sendable { let amount: Decimal }
        gateway.enqueue(.text(#"{"amount":123456789.123456789123}"#))
        let price = try await prompt().run("Hi", as: Price.self)
        #expect(price.value.amount == Decimal(string: "123456789.123456789123"))
    }

    @Test func `A tool with an implementation is refused, and a forced call stays forced in a repair`() async throws {
        let program = PromptTool.program("file_ticket") { "filed" }
        let error = await #expect(throws: PromptError.self) {
            _ = try await prompt().run("Hi", as: Ticket.self, tool: program)
        }
        #expect(error?.code == .invalidInput)
        #expect(gateway.requests.isEmpty)
        gateway.enqueue(call("{}"), call(Self.valid))
        let choice = ToolChoice.function("file_ticket").json
        let options = RunOptions(modelParameters: ["tool_choice": choice])
        _ = try await prompt().run("Hi", options: options, as: Ticket.self, tool: Self.tool, repairs: 1)
        #expect(gateway.chatRequests.map { $0.toolChoice?.json } == [choice, choice])
    }

    @Test func `A run that ends without the call says so, or asks for it`() async throws {
        gateway.enqueue(.text("I will file it."))
        let error = await #expect(throws: PromptError.self) {
            _ = try await prompt().run("Hi", as: Ticket.self, tool: Self.tool)
        }
        #expect(error?.code == .invalidResponse)
        #expect(error?.message.contains("does not call the tool `file_ticket`") == true)
        gateway.enqueue(.text("I will file it."), call(#"{"title":"#), call("{}"), call(Self.valid))
        let structured = try await prompt().run("Hi", as: Ticket.self, tool: Self.tool, repairs: 3)
        #expect(structured.value == Self.ticket)
        let told = gateway.chatRequests.suffix(3).map { $0.messages.last }
        #expect(told.map { $0?.role } == [.user, .tool, .tool])
        #expect(told[0]?.text == "Call the tool `file_ticket`.")
        #expect(told[2]?.text.contains("at $.title: missing") == true)
        // The last call's result is the next turn's; those before say what was wrong with them.
        #expect(structured.response.newMessages.filter { $0.role == .tool }.map(\.text).last == "captured")
    }
}
