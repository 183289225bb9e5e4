import Foundation
import Tchavi
import TchaviPrompts

extension Promptctl {
    /// Reports the error that ended a command.
    ///
    /// - Returns: The exit code that it means.
    static func report(_ error: any Error, in session: Session) -> ExitCode {
        if let error = error as? UsageError {
            write(error.message, in: session)
            if let syntax = error.syntax {
                session.messages.write("Usage: \(syntax.usage)")
                session.messages.write("  See 'promptctl help \(syntax.name)' for more information.")
            } else {
                session.messages.write("  See 'promptctl --help' for more information.")
            }
            return .usage
        }
        if error is CancellationError {
            session.messages.write("Interrupted.")
            return .interrupted
        }
        let failure = Failure(error)
        write([failure.message, failure.advice].compactMap(\.self).joined(separator: " "), in: session)
        return failure.code
    }

    private static func write(_ message: String, in session: Session) {
        let lines = message.split(separator: "\n", omittingEmptySubsequences: false)
            .map { String($0).escapingControlCharacters }
        session.messages.write(session.messages.styled("Error:", .red) + " " + lines.joined(separator: "\n"))
    }
}

extension Failure {
    /// What an error of the library means for the command.
    init(_ error: any Error) {
        switch error {
        case let error as Failure: self = error
        case let error as GitError:
            self.init(error.fault == .input ? .data : .unavailable, error.message, advice: error.advice)
        case let error as PromptError:
            let code: ExitCode =
                switch error.code {
                case .noMatch: .findings
                case .unavailable: .unavailable
                default: .data
                }
            self.init(code, error.message, advice: error.commandAdvice)
        case var error as TchaviError:
            if error.advice?.contains("allowsInsecureHTTP") == true {
                error.advice = "Use https, or set TCHAVI_ALLOW_INSECURE_HTTP=1 if the network is trusted."
            }
            // A request that was never sent, for instance over plain http.
            let isInput = error.code == .invalidRequest && error.statusCode == nil
            self.init(isInput ? .data : .unavailable, error.description)
        default: self.init(.data, error.localizedDescription)
        }
    }
}

extension PromptError {
    /// The advice for somebody who uses the command.
    fileprivate var commandAdvice: String? {
        switch code {
        case .missingVariables:
            let names = Array(Set(missingVariables.map(\.name))).sorted { $0.precedesInBytes($1) }
            return "Set them with \(names.map { "--var \($0)=…" }.joined(separator: " "))."
        case .noMatch:
            return
                "'promptctl explain \((promptID ?? "ID").shellQuoted)' says why; --version N or --latest use a version that is "
                + "not deployed."
        case .invalidRecord where promptID != nil: return "'promptctl lint' says what is wrong with it."
        default: return advice
        }
    }
}
