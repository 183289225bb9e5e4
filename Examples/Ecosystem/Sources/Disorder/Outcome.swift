import Tchavi

/// How a call ended.
enum Outcome: Hashable, CustomStringConvertible {
    case completed
    case failed(TchaviError.Code, status: Int?)
    /// An error that no call throws: neither of the callers cancels.
    case untyped(String)

    init(_ failure: (any Error)?) {
        switch failure {
        case nil: self = .completed
        case let error as TchaviError: self = .failed(error.code, status: error.statusCode)
        case let error?: self = .untyped("\(error)")
        }
    }

    /// The network failed.
    static let transport = Outcome.failed(.transport, status: nil)
    /// What arrived is not a stream of events as it should be.
    static let stream = Outcome.failed(.stream, status: nil)

    var description: String {
        switch self {
        case .completed: "completed"
        case .failed(let code, let status): status.map { "\(code.rawValue) \($0)" } ?? code.rawValue
        case .untyped(let error): error
        }
    }
}
