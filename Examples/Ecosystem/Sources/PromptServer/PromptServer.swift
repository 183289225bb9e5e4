public import Hummingbird
public import Logging
public import TchaviPrompts

/// The routes of a server that runs prompts.
///
/// | route | what it does |
/// |---|---|
/// | `POST /run` | runs a prompt, and responds with server-sent events: see ``RunRequest`` and ``ServerEvent`` |
/// | `GET /health` | 200 with what the library holds, or 503 if it has no prompts or only old ones: see ``LibraryHealth`` |
/// | `POST /webhook` | reads the prompts again; needs the webhook's secret in `X-Webhook-Secret` |
public struct PromptServer: Sendable {
    /// The largest request that is read, in bytes.
    static let maximumRequestBytes = 1 << 20

    let library: PromptLibrary
    let deploymentVariables: [String: String]
    let webhookSecret: WebhookSecret?
    let maximumAge: Duration?
    let logger: Logger

    /// Creates the routes.
    ///
    /// - Parameters:
    ///   - library: The library.
    ///   - deploymentVariables: Deployment variables of every query, such as the environment. A request cannot set them.
    ///   - webhookSecret: The secret of the webhook; `nil` for no webhook.
    ///   - maximumAge: The age of the prompts beyond which the server counts as unhealthy; `nil` for no limit. It needs a
    ///     source that is refreshed, and should be a multiple of its interval.
    ///   - logger: The logger of failures, with the details that a client does not get.
    public init(
        library: PromptLibrary,
        deploymentVariables: [String: String] = [:],
        webhookSecret: WebhookSecret? = nil,
        maximumAge: Duration? = nil,
        logger: Logger
    ) {
        self.library = library
        self.deploymentVariables = deploymentVariables
        self.webhookSecret = webhookSecret
        self.maximumAge = maximumAge
        self.logger = logger
    }

    /// The router, for a Hummingbird application.
    public var router: Router<BasicRequestContext> {
        let router = Router()
        router.add(middleware: FailureMiddleware(logger: logger))
        router.post("run") { request, _ in try await run(request) }
        router.get("health") { _, _ in LibraryHealth(library, maximumAge: maximumAge).response() }
        if let webhookSecret {
            router.post("webhook") { request, _ in try await refresh(request, webhookSecret) }
        }
        return router
    }

    private func run(_ request: Request) async throws -> Response {
        var request = request
        let order = try RunRequest(await request.collectBody(upTo: Self.maximumRequestBytes))
        let prompt = try await library.prompt(order.prompt, matching: order.query(adding: deploymentVariables))
        let run = ClientRun(prompt.stream(order.input, variables: order.variables), for: request.body)
        // Awaited before the response begins, so that a run that fails at once has a status of its own.
        let first = try await run.start()
        return Response(
            status: .ok,
            headers: [.contentType: "text/event-stream", .cacheControl: "no-cache", .connection: "close"],
            body: ResponseBody { [logger] writer in try await run.write(first, to: &writer, logger: logger) }
        )
    }

    private func refresh(_ request: Request, _ secret: WebhookSecret) async throws -> Response {
        guard secret.matches(request.headers[.webhookSecret] ?? "") else {
            throw Failure(.unauthorized, code: "wrongSecret", message: "The webhook's secret is missing or wrong.")
        }
        do {
            try await library.refresh()
        } catch {
            logger.error("The webhook could not refresh the prompts", metadata: ["error": "\(error)"])
            throw Failure(.badGateway, code: "refreshFailed", message: "The source of the prompts could not be read.")
        }
        return LibraryHealth(library, maximumAge: maximumAge).response()
    }
}
