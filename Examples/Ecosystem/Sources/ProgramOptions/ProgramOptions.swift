import AsyncHTTPClient
import Foundation
import NIOCore
public import Tchavi
import TchaviAsyncHTTPClient

/// The options of a program that works with either transport: pairs of a name and a value.
public struct ProgramOptions: Sendable {
    /// A transport, as named on the command line.
    public enum Transport: String, Sendable, CaseIterable {
        case urlSession = "url-session"
        case asyncHTTPClient = "async-http-client"

        /// Creates the transport.
        ///
        /// - Returns: A transport that keeps a connection open only briefly when nothing uses it.
        public func make() -> any HTTPTransport {
            switch self {
            case .urlSession: URLSessionTransport()
            case .asyncHTTPClient: AsyncHTTPClientTransport(Self.client)
            }
        }

        /// Shared by all transports, because a client that is not shut down must not be released.
        private static let client: HTTPClient = {
            var configuration = AsyncHTTPClientTransport.configuration
            configuration.connectionPool.idleTimeout = .seconds(1)
            return HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
        }()
    }

    /// The value of `--transport`; `url-session` by default.
    public private(set) var transport = Transport.urlSession
    private var values: [String: String] = [:]

    /// Reads the program's arguments. Prints the usage and exits with 2 if they are not valid.
    ///
    /// - Parameter defaults: The other options, with their default values. One whose default is a number takes a number
    ///   that is not negative.
    public init(_ defaults: KeyValuePairs<String, String>) {
        for (name, value) in defaults { values[name] = value }
        var arguments = CommandLine.arguments.dropFirst()
        while let name = arguments.popFirst() {
            let value = arguments.popFirst() ?? ""
            let key = name.hasPrefix("--") ? String(name.dropFirst(2)) : ""
            if key == "transport", let transport = Transport(rawValue: value) {
                self.transport = transport
            } else if let current = values[key], !value.isEmpty,
                Int(current) == nil || Int(value).map({ $0 >= 0 }) == true
            {
                values[key] = value
            } else {
                let transports = Transport.allCases.map(\.rawValue).joined(separator: "|")
                let options = defaults.map { " [--\($0.key) \($0.value)]" }.joined()
                FileHandle.standardError.write(Data("usage: [--transport \(transports)]\(options)\n".utf8))
                exit(2)
            }
        }
    }

    /// The value of an option.
    ///
    /// - Parameter name: The name, without the two hyphens.
    public subscript(_ name: String) -> String { values[name] ?? "" }

    /// The value of an option that takes a number.
    ///
    /// - Parameter name: The name, without the two hyphens.
    /// - Returns: The number, which is not negative.
    public func number(_ name: String) -> Int { Int(self[name]) ?? 0 }
}
