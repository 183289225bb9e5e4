import AsyncHTTPClient
import ServiceLifecycle
import Tchavi
import TchaviAsyncHTTPClient
import TchaviTesting

/// The client of the gateway, with its connections: a service that closes them when the program shuts down.
struct Gateway: Service {
    let client: TchaviClient
    private let connections: HTTPClient
    /// The gateway within the program, which stops when it is released.
    private let localServer: LoopbackServer?

    /// Creates a client.
    ///
    /// - Parameter isLocal: Whether to use a gateway within the program, over a loopback socket.
    /// - Throws: `TchaviError` if an environment variable is missing or not valid; a system error if the gateway within
    ///   the program cannot listen.
    init(isLocal: Bool) throws {
        var gateway = LocalGateway.Configuration()
        gateway.remembersRequests = false
        localServer = isLocal ? try LocalGateway(configuration: gateway).serve() : nil
        let connections = HTTPClient(
            eventLoopGroupProvider: .singleton,
            configuration: AsyncHTTPClientTransport.configuration
        )
        self.connections = connections
        var configuration = TchaviClient.Configuration()
        configuration.transport = AsyncHTTPClientTransport(connections)
        do {
            if let localServer {
                configuration.baseURL = localServer.baseURL
                client = TchaviClient(.apiKey(Secret(LocalGateway.defaultAPIKey)), configuration: configuration)
            } else {
                client = try TchaviClient(configuration: configuration)
            }
        } catch {
            // A client that is not shut down must not be released.
            try connections.syncShutdown()
            throw error
        }
    }

    /// Waits for the shutdown, and closes the connections.
    func run() async throws {
        // Also if the group is cancelled, which throws here.
        try? await gracefulShutdown()
        try await connections.shutdown()
        localServer?.stop()
    }
}
