public import ArgumentParser
import Foundation
import Hummingbird
public import Logging
import PromptLibraryService
import PromptObservability
import PromptServer
import ServiceLifecycle
import TchaviPrompts
import UnixSignals

/// Serves prompts over HTTP until SIGTERM or SIGINT.
@main
struct PromptServerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "prompt-server",
        abstract: "Runs prompts for HTTP clients, and streams the text on as it arrives.",
        discussion: """
            The gateway is that of TCHAVI_API_KEY and TCHAVI_BASE_URL. PROMPT_WEBHOOK_SECRET turns the webhook on, which \
            reads the prompts again.
            """
    )

    @Option(help: "The port to listen on, on 127.0.0.1; 0 lets the system choose.")
    var port = 8080

    @Option(help: "The directory of the prompts.")
    var prompts = "Fixtures/Prompts"

    @Option(name: .customLong("set"), help: "A deployment variable of every query, as NAME=VALUE.")
    var deploymentVariables: [DeploymentVariable] = []

    @Flag(help: "Use a gateway within the program, which is not a language model and needs no key.")
    var local = false

    @Option(
        name: .customLong("max-age"),
        help: "The age of the prompts, in seconds, beyond which /health responds with 503."
    )
    var maximumAge: Int?

    @Option(name: .customLong("for"), help: "End after so many seconds.")
    var seconds: Int?

    @Option(help: "The log level, such as debug.")
    var logLevel = Logger.Level.info

    func run() async throws {
        var logger = Logger(label: "prompt-server")
        logger.logLevel = logLevel
        let gateway = try Gateway(isLocal: local)
        let library = PromptLibrary(
            source: .directory(prompts),
            gateway: gateway.client,
            // The counters go to the backend that `MetricsSystem.bootstrap` is given; without one they go nowhere.
            observers: [LoggingObserver(logger), MetricsObserver()]
        )
        let server = PromptServer(
            library: library,
            deploymentVariables: Dictionary(deploymentVariables.map { ($0.name, $0.value) }) { $1 },
            webhookSecret: ProcessInfo.processInfo.environment["PROMPT_WEBHOOK_SECRET"].flatMap { WebhookSecret($0) },
            maximumAge: maximumAge.map { .seconds($0) },
            logger: logger
        )
        let application = Application(
            router: server.router,
            configuration: ApplicationConfiguration(address: .hostname("127.0.0.1", port: port)),
            logger: logger
        )
        // Shut down in the opposite order: the server finishes its responses before the library and the client end.
        var configuration = ServiceGroupConfiguration(
            services: [gateway, PromptLibraryService(library, logger: logger), application],
            gracefulShutdownSignals: [.sigterm, .sigint],
            logger: logger
        )
        // Responses that take longer are cut off.
        configuration.maximumGracefulShutdownDuration = .seconds(10)
        if let seconds {
            let limit = ServiceGroupConfiguration.ServiceConfiguration(
                service: TimeLimit(duration: .seconds(seconds)),
                successTerminationBehavior: .gracefullyShutdownGroup
            )
            configuration.services.append(limit)
        }
        // Prompts that cannot be read are logged by the service, and do not keep the server from starting.
        try? await library.warmUp()
        try await ServiceGroup(configuration: configuration).run()
    }
}

/// A deployment variable, as it is named on the command line.
struct DeploymentVariable: ExpressibleByArgument {
    let name: String
    let value: String

    init?(argument: String) {
        guard let separator = argument.firstIndex(of: "="), separator > argument.startIndex else { return nil }
        name = String(argument[..<separator])
        value = String(argument[argument.index(after: separator)...])
    }
}

extension Logger.Level: @retroactive ExpressibleByArgument {}

/// Ends when its time is over, or the program shuts down.
private struct TimeLimit: Service {
    let duration: Duration

    func run() async {
        await cancelWhenGracefulShutdown { try? await Task.sleep(for: duration) }
    }
}
