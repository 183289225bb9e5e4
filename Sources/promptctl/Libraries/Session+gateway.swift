import Tchavi
import TchaviTesting

extension Session {
    /// The client of the gateway that the environment names.
    ///
    /// - Throws: ``Failure`` if the environment has no key, or something else in it is not valid.
    func liveClient(configuration: TchaviClient.Configuration = .init()) throws(Failure) -> TchaviClient {
        do {
            return try TchaviClient(environment: environment, configuration: configuration)
        } catch {
            throw Failure(.usage, "--live: \(error.message)", advice: error.advice)
        }
    }
}
