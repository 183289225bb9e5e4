public import Foundation
public import Tchavi
public import TchaviTesting

/// The gateway that the examples use: a real one if `TCHAVI_API_KEY` is set, otherwise an in-process one.
public struct ExampleGateway: Sendable {
    /// The client that runs the prompts.
    public let client: TchaviClient
    /// The gateway's base URL, or a note that it is a ``LocalGateway``.
    public let description: String

    /// Chooses a gateway.
    ///
    /// - Parameters:
    ///   - local: The gateway to use if no API key is set.
    ///   - environment: The environment variables: `TCHAVI_API_KEY`, and `TCHAVI_BASE_URL` for an OpenAI-compatible
    ///     server.
    /// - Throws: `TchaviError` if a variable's value is not valid.
    public init(
        local: LocalGateway = LocalGateway(),
        environment: [String: String] = ProcessInfo.processInfo.environment
    ) throws {
        if environment["TCHAVI_API_KEY"]?.isEmpty ?? true {
            client = local.client()
            description = "LocalGateway, not a language model (set TCHAVI_API_KEY to use a real gateway)"
        } else {
            client = try TchaviClient(environment: environment)
            description = client.configuration.baseURL.absoluteString
        }
    }

    /// The path of the examples' prompt library, independent of the working directory.
    public static var prompts: String {
        URL(fileURLWithPath: #filePath)
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("Fixtures/Prompts").path
    }
}

/// Writes a line to standard error.
///
/// - Parameter line: The line, without a line break.
public func printError(_ line: String) {
    FileHandle.standardError.write(Data((line + "\n").utf8))
}

extension Duration {
    /// The duration in milliseconds with one decimal place.
    public var shortMilliseconds: String {
        let (seconds, attoseconds) = components
        let tenths = (Double(seconds) * 1000 + Double(attoseconds) / 1e15) * 10
        return "\(tenths.rounded() / 10) ms"
    }
}
