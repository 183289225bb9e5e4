import Tchavi

extension PromptRun {
    /// A request for another response.
    struct Repair: Sendable {
        /// What is wrong, worded for the model.
        let text: String
        /// The id of the captured call whose arguments cannot be used, if it is about one.
        var callID: String?
    }

    /// Goes on with the next alternative model, if there is one and the error of a call allows it; otherwise throws the
    /// error. `partial` is what had arrived of the completion, `nil` if nothing had.
    mutating func recover(
        from error: any Error,
        partial: ChatCompletion?,
        latency: Duration,
        isolation: isolated (any Actor)? = #isolation
    ) async throws {
        recordFailure(error, partial: partial, latency: latency)
        guard partial == nil, let failure = error as? TchaviError, !isOverdue,
            failure.allowsAnotherModel(gateway.configuration), await useNextModel()
        else { throw error }
    }

    /// Completes an error that ends the run with the response so far.
    mutating func ended(by error: any Error) -> any Error {
        closeTranscript()
        guard hasCalled else { return error }
        switch error {
        case let error as TchaviError where error.code == .timeout && isOverdue: return withResponse(deadlineError())
        case var error as TchaviError:
            error.run = response
            return error
        case let error as PromptError: return withResponse(error)
        default: return error
        }
    }

    private func withResponse(_ error: PromptError) -> PromptError {
        var error = error
        error.response = response
        return error
    }
}

extension TchaviError {
    /// Whether another model can be tried: the model has certainly not responded.
    fileprivate func allowsAnotherModel(_ configuration: TchaviClient.Configuration) -> Bool {
        if isConnectFailure { return true }
        // An error within a response of status 200: the request was carried out.
        guard isRepeatable else { return false }
        switch statusCode {
        case 401: return false
        // A proxy gave up waiting: the model may have responded.
        case 408, 504: return configuration.honoursIdempotencyKey
        case .some(let status): return !(200..<300).contains(status)
        case nil: return (code == .timeout || code == .transport) && configuration.honoursIdempotencyKey
        }
    }

    /// Whether the model may have responded, although nothing of it is known.
    var mayHaveBeenCharged: Bool {
        guard !isConnectFailure, attempts ?? 0 > 0 else { return false }
        guard isRepeatable, let statusCode else { return true }
        return (200..<300).contains(statusCode) || statusCode == 408 || statusCode == 504
    }

    static func noGateway(_ promptID: String) -> TchaviError {
        TchaviError(
            .invalidRequest,
            "`\(promptID)` cannot be run: its library was created without a gateway.",
            advice: "Create the library with `PromptLibrary(source:gateway:)`."
        )
    }
}
