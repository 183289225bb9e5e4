import Foundation
import Tchavi
import TchaviPrompts
import TestSupport
import Testing

/// Every type of Maxim's wire against its golden files.
struct GoldenPromptTests {
    @Test func `A version is read`() throws {
        let version = try Golden.read("PromptVersion.full", as: PromptVersion.self)
        #expect(version.id == "version_weather_7")
        #expect(version.version == 7)
        #expect(version.promptID == "prompt_weather")
        #expect(version.description == "Shorter answers, with the temperature first.")
        #expect(version.config == (try Golden.read("PromptVersionConfig.full", as: PromptVersionConfig.self)))
        #expect(version.createdAt?.text == "2026-02-03T10:15:30.125Z")
        #expect(version.updatedAt?.text == "2026-02-04T16:45:10.875Z")
        #expect(version.additionalFields.isEmpty)
        let config = try Golden.read("PromptVersionConfig.full", as: PromptVersionConfig.self)
        #expect(config.id == "config_weather_7")
        #expect(config.model == "gpt-4o-mini")
        #expect(config.provider == "openai")
        #expect(config.deploymentID == "azure-weather-eu")
        #expect(config.modelParameters == ["max_tokens": 512, "temperature": 0.75])
        #expect(config.tags == ["plan": "enterprise", "reviewed": true, "revision": 14])
        #expect(config.messages.map(\.role) == [.system, .user, .assistant, .tool])
        guard case .parts(let parts)? = config.messages[1].content else {
            Issue.record("no parts")
            return
        }
        #expect(parts[0] == .text("What is the weather like in this picture?"))
        #expect(parts[1].imageURL == ImageURL("https://images.example.com/beach.jpg", detail: .high))
        #expect(config.messages[2].functionCall?.name == "get_time")
        #expect(config.messages[2].functionCall?.arguments == #"{"zone":"Africa/Porto-Novo"}"#)
        #expect(config.messages[3].toolCallID == "call_9TqZ4weather")
    }

    @Test func `A deployment and its rules are read`() throws {
        let deployment = try Golden.read("Deployment.full", as: Deployment.self)
        #expect(deployment.id == "deployment_weather_9")
        #expect(deployment.timestamp?.text == "2026-02-05T09:00:11.625Z")
        #expect(deployment.version == 7)
        #expect(deployment.isFallback)
        let group = try Golden.read("RuleGroup.full", as: RuleGroup.self)
        #expect(deployment.query == group)
        #expect(group.not)
        #expect(group.combinator == .or)
        #expect(group.rules.count == 2)
        let rule = try Golden.read("Rule.full", as: Rule.self)
        #expect(group.rules[0] == .rule(rule))
        #expect(rule.field == "channels")
        #expect(rule.operator == .includes)
        #expect(rule.value == ["web", "ios"])
        #expect(rule.additionalFields == ["exactMatch": true, "valueSource": "value"])
        #expect(try Golden.read("Deployment.minimal", as: Deployment.self).isUnconditional)
    }

    @Test func `A record is read`() throws {
        let record = try Golden.read("PromptRecord.full", as: PromptRecord.self)
        #expect(record.promptID == "prompt_weather")
        #expect(record.folderID == "folder_support")
        #expect(record.versions.map(\.version) == [7, 4])
        #expect(record.deployments.keys.sorted() == ["version_weather_4"])
        #expect(record.fallbackVersion?.id == "version_weather_4")
        #expect(try Golden.read("PromptRecord.minimal", as: PromptRecord.self).fallbackVersion == nil)
    }

    @Test(arguments: ["PromptResponse.full", "MaximAPIPromptRunResponse.full"])
    func `A response is read in Maxim's own form and in that of its API`(name: String) throws {
        let response = try Golden.read(name, as: PromptResponse.self)
        #expect(response.id == "chatcmpl-F2tL5uH8")
        #expect(response.provider == "openai")
        #expect(response.model == "gpt-4o-mini")
        #expect(response.usage.promptTokens == 57)
        #expect(response.usage.completionTokens == 29)
        #expect(response.usage.totalTokens == 86)
        #expect(response.usage.latency == .milliseconds(1843))
        #expect(response.modelParams == ["max_tokens": 512, "temperature": 0.75])
        #expect(response.toolCallResults == [try Golden.read("ToolCallResult.full", as: ToolCallResult.self)])
        #expect(response.resolvedMessages?.count == 4)
        #expect(response.choices.count == 1)
        #expect(response.choices[0].index == 2)
        #expect(response.choices[0].finishReason == .toolCalls)
        #expect(response.choices[0].message.functionCall?.name == "get_time")
        let result = response.toolCallResults[0]
        #expect(result.name == "get_weather")
        #expect(result.result["code"] == 503)
        #expect(result.type == .api)
        #expect(result.id == "call_9TqZ4weather")
        #expect(result.isError)
    }

    // MARK: All of them

    private static let ownKeys: Set<String> = ["arguments", "duration", "round"]

    private static let cases = [
        // An empty object of tags is written where the file has none.
        GoldenCase("PromptVersionConfig", PromptVersionConfig.self, adding: ["tags"]),
        GoldenCase("PromptVersion", PromptVersion.self), GoldenCase("Rule", Rule.self),
        GoldenCase("RuleGroup", RuleGroup.self), GoldenCase("Deployment", Deployment.self),
        GoldenCase("PromptRecord", PromptRecord.self), GoldenCase("PromptUsage", PromptUsage.self),
        GoldenCase("ToolCallResult", ToolCallResult.self, adding: ownKeys),
        GoldenCase("PromptResponse", PromptResponse.self, adding: ownKeys),
    ]

    @Test func `Every type round-trips its golden files`() throws { try GoldenCase.checkRoundTrips(Self.cases) }

    @Test func `No key can be renamed or deleted unnoticed`() throws {
        let (keys, defaulted) = try GoldenCase.mutateAll(Self.cases)
        // Their values in the files are also what their absence means; another value is noticed.
        let expected: Set<String> = [
            "combinator", "isFallback", "modelParameters", "modelParams", "not", "promptId", "role", "rules",
            "totalTokens", "type",
        ]
        #expect(defaulted == expected, "\(defaulted.sorted())")
        #expect(keys > 300)
        print("Renamed and deleted \(keys) keys of Maxim's golden files.")
    }
}
