import Foundation
import Tchavi
import TchaviPrompts

extension Session {
    /// The key of bundles' signatures; `nil` if the environment has none.
    ///
    /// - Throws: ``Failure`` for an empty key: a script whose secret is missing would go on without signatures.
    func bundleKey() throws(Failure) -> Secret? {
        guard let key = environment["TCHAVI_BUNDLE_KEY"] else { return nil }
        guard !key.isEmpty else {
            throw Failure(
                .usage,
                "The environment variable TCHAVI_BUNDLE_KEY is empty.",
                advice: "Set it to the key of the signatures, or unset it for bundles without a signature."
            )
        }
        return Secret(key)
    }

    /// What verifies bundles, if the environment has a key.
    func verifier() throws(Failure) -> BundleVerifier? { try bundleKey().map { .hmacSHA256(key: $0) } }

    /// How prompts are fetched.
    var sourceOptions: RemoteSourceOptions {
        var options = RemoteSourceOptions()
        options.allowsInsecureHTTP = variable("TCHAVI_ALLOW_INSECURE_HTTP") == "1"
        return options
    }

    /// The workspace of Maxim that the environment names.
    func maximSource(promptID: String? = nil) throws(Failure) -> MaximSource {
        guard let key = variable("MAXIM_API_KEY") else {
            throw Failure(
                .usage,
                "The environment variable MAXIM_API_KEY is not set.",
                advice: "Set it to an API key of the Maxim workspace."
            )
        }
        let url = try maximBaseURL()
        return MaximSource(apiKey: Secret(key), promptID: promptID, baseURL: url, options: sourceOptions)
    }

    /// The URL of Maxim's API that the environment names, or Maxim's own.
    func maximBaseURL() throws(Failure) -> URL {
        guard let text = variable("MAXIM_BASE_URL") else { return MaximSource.defaultBaseURL }
        guard let url = URL(string: text), url.host != nil else {
            throw Failure(
                .usage,
                "The environment variable MAXIM_BASE_URL is not a URL.",
                advice: "Set it to a URL such as https://app.getmaxim.ai."
            )
        }
        return url
    }

    /// The client of the gateway that the environment names.
    ///
    /// - Throws: ``Failure`` if the environment has no key, or something else in it is not valid.
    func liveClient(configuration: TchaviClient.Configuration = .init()) throws(Failure) -> TchaviClient {
        do {
            return try TchaviClient(environment: environment, configuration: configuration)
        } catch {
            let isMissing = variable("TCHAVI_API_KEY") == nil
            throw Failure(
                .usage,
                "--live: \(error.message)",
                advice: isMissing ? "Set it to an API key of the gateway." : error.advice
            )
        }
    }
}
