import Foundation
import Tchavi
import TchaviPrompts
import TchaviTesting

extension PromptRecord {
    /// A prompt with one version, which is deployed unconditionally.
    static func simple(
        _ id: String = "greeting",
        _ messages: [ChatMessage] = [.system("Greet <<name>>.")],
        parameters: [String: JSONValue] = [:]
    ) -> PromptRecord {
        let config = PromptVersionConfig(
            id: "c1",
            messages: messages,
            model: "gpt-4o-mini",
            modelParameters: parameters
        )
        return PromptRecord(
            promptID: id,
            versions: [PromptVersion(id: "v1", version: 1, promptID: id, config: config)],
            deployments: ["v1": [Deployment(id: "d1")]]
        )
    }
}

extension LocalGateway {
    /// Returns the prompt of a library that contains only this record and runs on this gateway.
    func prompt(
        _ record: PromptRecord = .simple(),
        tools: [PromptTool] = [],
        syntax: VariableSyntax = .angleBrackets,
        configuration: TchaviClient.Configuration = TchaviClient.Configuration()
    ) async throws -> Prompt {
        var configuration = configuration
        // Enough for a machine on which all tests run at once, so that no test misses what a stream has cost.
        configuration.metadataTimeout = max(configuration.metadataTimeout, .seconds(600))
        let library = PromptLibrary(
            source: .memory([record]),
            gateway: client(configuration: configuration),
            syntax: syntax,
            tools: tools
        )
        return try await library.prompt(record.promptID)
    }
}

/// A temporary directory of prompts, deleted when the instance is released.
final class TemporaryDirectory: Sendable {
    let url: URL

    init() throws {
        url = FileManager.default.temporaryDirectory.appendingPathComponent("tchavi-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    deinit {
        try? FileManager.default.removeItem(at: url)
    }

    func write(_ name: String, _ text: String) throws {
        try Data(text.utf8).write(to: url.appendingPathComponent(name))
    }

    func write(_ name: String, _ record: PromptRecord) throws {
        try write(name, record.json.serialized())
    }
}
