public import Foundation
public import Tchavi
public import TchaviTesting

/// What the examples run against: a real gateway if `TCHAVI_API_KEY` is set, and else one within the process.
public struct ExampleGateway: Sendable {
    /// The client to run prompts with.
    public let client: TchaviClient
    /// Which gateway it is, in one line.
    public let description: String

    /// Chooses a gateway.
    ///
    /// - Parameters:
    ///   - local: The gateway to use where no key is set.
    ///   - environment: The variables to look at: `TCHAVI_API_KEY`, and `TCHAVI_BASE_URL` for any OpenAI-compatible
    ///     server.
    /// - Throws: `TchaviError` where the variables cannot be used.
    public init(
        local: LocalGateway = LocalGateway(),
        environment: [String: String] = ProcessInfo.processInfo.environment
    ) throws {
        if environment["TCHAVI_API_KEY"]?.isEmpty ?? true {
            client = local.client()
            description = "LocalGateway, which is no model (set TCHAVI_API_KEY for a real gateway)"
        } else {
            client = try TchaviClient(environment: environment)
            description = client.configuration.baseURL.absoluteString
        }
    }

    /// The library of prompts that the examples share, wherever they are run from.
    public static var prompts: String {
        URL(fileURLWithPath: #filePath)
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("Fixtures/Prompts").path
    }
}

/// Writes a line to standard error.
///
/// - Parameter line: The line.
public func complain(_ line: String) {
    FileHandle.standardError.write(Data((line + "\n").utf8))
}

extension Duration {
    /// The duration in milliseconds, to a tenth.
    public var shortMilliseconds: String {
        let (seconds, attoseconds) = components
        let tenths = (Double(seconds) * 1000 + Double(attoseconds) / 1e15) * 10
        return "\(tenths.rounded() / 10) ms"
    }
}
