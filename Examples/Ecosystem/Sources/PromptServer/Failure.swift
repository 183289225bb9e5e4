import Hummingbird
import Logging
import NIOCore
import Tchavi
import TchaviPrompts

/// An error in the form in which a client gets it: a status, and `{"error": {"code": "notFound", "message": "…"}}`.
struct Failure: HTTPResponseError {
    let status: HTTPResponse.Status
    let code: String
    let message: String
    /// The names of the variables that have no value.
    var missingVariables: [String] = []

    init(_ status: HTTPResponse.Status, code: String, message: String) {
        self.status = status
        self.code = code
        self.message = message
    }

    /// Creates the failure for an error of the library or of a run. It says what the client can correct; of all else
    /// only the kind, because the error may name files, or repeat what the gateway says about the server's account.
    init(_ error: any Error) {
        switch error {
        case let error as Failure: self = error
        case let error as PromptError: self.init(error)
        case let error as TchaviError:
            self.init(.badGateway, code: error.code.rawValue, message: "The gateway could not run the prompt.")
        case is CancellationError:
            self.init(.serviceUnavailable, code: "cancelled", message: "The run was cancelled.")
        default: self.init(.internalServerError, code: "internal", message: "The server failed.")
        }
    }

    private init(_ error: PromptError) {
        let status: HTTPResponse.Status
        switch error.code {
        case .notFound, .noMatch: status = .notFound
        case .missingVariables: status = .unprocessableContent
        case .invalidInput: status = .badRequest
        case .stale: status = .serviceUnavailable
        case .toolRounds, .limit: status = .badGateway
        default: status = .internalServerError
        }
        let isOfClient = status.kind == .clientError
        self.init(
            status,
            code: error.code.rawValue,
            message: isOfClient ? error.message : "The server cannot run this prompt at the moment."
        )
        missingVariables = error.missingVariables.map(\.name)
    }

    var json: JSONValue {
        var error: [String: JSONValue] = ["code": .string(code), "message": .string(message)]
        if !missingVariables.isEmpty { error["missingVariables"] = .array(missingVariables.map { .string($0) }) }
        return ["error": .object(error)]
    }

    func response(from request: Request, context: some RequestContext) -> Response {
        Response(
            status: status,
            // Hummingbird cannot use a connection again on which a run has waited for the client's disconnection.
            headers: [.contentType: "application/json", .connection: "close"],
            body: ResponseBody(byteBuffer: ByteBuffer(string: json.serialized()))
        )
    }

    /// Logs the error behind a failure that is not the client's.
    func log(_ error: any Error, to logger: Logger) {
        guard status.kind != .clientError else { return }
        logger.error("A request failed", metadata: ["status": "\(status.code)", "error": "\(error)"])
    }
}

/// Turns errors of the library and of runs into responses.
struct FailureMiddleware<Context: RequestContext>: RouterMiddleware {
    let logger: Logger

    func handle(
        _ request: Request,
        context: Context,
        next: @concurrent (Request, Context) async throws -> Response
    ) async throws -> Response {
        do {
            return try await next(request, context)
        } catch let error as any HTTPResponseError {
            // A failure, or one of Hummingbird's own: an unknown route, a body that is too large.
            throw error
        } catch {
            let failure = Failure(error)
            failure.log(error, to: logger)
            throw failure
        }
    }
}
