public import Foundation
public import Tchavi

/// A source that fetches the prompts and folders of a Maxim workspace from Maxim's API; see *Coming from Maxim's SDKs*.
///
/// Each load fetches the whole catalogue and all folders, because the API does not say whether they have changed. Variables
/// are written `{{name}}`, unless a prompt says otherwise. Prompts, versions, deployments and folders that Maxim has marked
/// as deleted are left out. Prompt chains are not fetched, and a version that uses a partial cannot be run: selecting it
/// throws ``PromptError/Code/invalidRecord``.
public struct MaximSource: PromptSource {
    /// The URL of Maxim's own server.
    public static let defaultBaseURL: URL = {
        var components = URLComponents()
        components.scheme = "https"
        components.host = "app.getmaxim.ai"
        return components.url ?? URL(fileURLWithPath: "/")
    }()

    /// The id of the prompt that the source is limited to; `nil` for all prompts of the workspace.
    public let promptID: String?
    private let apiKey: Secret
    private let endpoints: MaximEndpoints
    private let options: RemoteSourceOptions

    /// Creates a source. Nothing is fetched before a library uses it.
    ///
    /// - Parameters:
    ///   - apiKey: The API key of the workspace. It is sent to the host of `baseURL` only.
    ///   - promptID: The id of the only prompt to fetch; `nil` for all prompts of the workspace.
    ///   - baseURL: The server's URL, if it is not Maxim's own.
    ///   - options: Limits, further headers, and the interval of refreshes.
    public init(
        apiKey: Secret,
        promptID: String? = nil,
        baseURL: URL = MaximSource.defaultBaseURL,
        options: RemoteSourceOptions = RemoteSourceOptions()
    ) {
        self.apiKey = apiKey
        self.promptID = promptID
        endpoints = MaximEndpoints(baseURL)
        self.options = options
    }

    /// The URL that the prompts are fetched from.
    public var name: String {
        promptID.map { "\(endpoints.prompts().withoutCredentials)?promptId=\($0)" }
            ?? endpoints.prompts().withoutCredentials
    }

    /// The name, with a hash of the key: each workspace has a file of its own in the disk cache.
    public var cacheIdentity: String {
        "\(name) \(SHA256.hexadecimal(Array("tchavi cache \(apiKey.revealed())".utf8)).prefix(16))"
    }

    /// The interval of ``RemoteSourceOptions/refreshInterval``.
    public var refreshInterval: Duration? { options.refreshInterval }

    /// Fetches the prompts and the folders.
    ///
    /// What cannot be read of a prompt becomes a diagnostic, and does not affect the other prompts.
    ///
    /// - Parameter validator: Ignored, because the API does not say whether anything has changed.
    /// - Returns: The catalogue, whose revision is a hash of what the server sent, in whatever order.
    /// - Throws: `TchaviError` if the server reports an error, cannot be reached, or sends anything but prompts and folders.
    @concurrent
    public func load(since validator: String?) async throws -> PromptCatalogue? {
        async let fetchedFolders = fetch(endpoints.folders)
        let prompts = try await MaximResponse(fetch(endpoints.prompts(promptID)), from: name)
        let folders = try await MaximResponse(fetchedFolders, from: endpoints.folders.withoutCredentials)
        return try prompts.catalogue(ofOne: promptID, folders: folders)
    }

    /// Fetches one version of a prompt by its number.
    ///
    /// - Parameters:
    ///   - number: The version's number.
    ///   - promptID: The prompt's id.
    /// - Returns: The version, or `nil` if the server does not have it, or the source is limited to another prompt.
    /// - Throws: `TchaviError` if the server reports another error, cannot be reached, or sends anything but a prompt.
    @concurrent
    public func version(_ number: Int, of promptID: String) async throws -> PromptVersion? {
        if let only = self.promptID, !only.isSameText(as: promptID) { return nil }
        let url = endpoints.prompts(promptID, version: number)
        do {
            return try await MaximResponse(fetch(url), from: "\(url.withoutCredentials)?promptId=\(promptID)")
                .version(number, of: promptID)
        } catch let error as TchaviError where error.saysNotFound {
            return nil
        }
    }

    /// Fetches a document and returns its JSON, unless it reports an error.
    private func fetch(_ url: URL) async throws -> JSONValue {
        var headers = options.headers
        headers["x-maxim-api-key"] = apiKey.revealed()
        headers[.accept] = "application/json"
        let document = try await options.fetcher.get(url, headers: headers)
        let json: JSONValue
        do {
            json = try JSONValue(parsing: document.body)
        } catch {
            throw TchaviError(
                .decoding,
                "The response of `\(url.withoutCredentials)` is not JSON: \(error.reason).",
                advice: "Check that the base URL is that of Maxim's API, and that no proxy responds in its place.",
                statusCode: document.status
            )
        }
        if let error = json["error"], !error.isNull { throw reported(error, status: document.status, by: url) }
        return json
    }

    /// The error that a response reports in spite of its status.
    private func reported(_ error: JSONValue, status: Int, by url: URL) -> TchaviError {
        let message = error["message"]?.string ?? error.string ?? "The server reported an error without a message."
        let key = apiKey.revealed()
        var reported = TchaviError(
            .api,
            key.isEmpty ? message : message.replacing(key, with: Secret.placeholder),
            advice: "Check the API key of the source, and that the prompt exists.",
            statusCode: status
        )
        reported.operation = "GET \(url.withoutCredentials)"
        return reported
    }
}

extension TchaviError {
    /// Whether a server says that it does not have what was requested.
    fileprivate var saysNotFound: Bool {
        switch statusCode {
        case 404: return true
        case 200, 400:
            let text = message.lowercased()
            return code == .api && (text.contains("not found") || text.contains("does not exist"))
        default: return false
        }
    }
}

extension PromptSource where Self == MaximSource {
    /// Creates a source that fetches prompts from Maxim's API.
    ///
    /// - Parameters:
    ///   - apiKey: The API key of the workspace. It is sent to the host of `baseURL` only.
    ///   - promptID: The id of the only prompt to fetch; `nil` for all prompts of the workspace.
    ///   - baseURL: The server's URL, if it is not Maxim's own.
    ///   - options: Limits, further headers, and the interval of refreshes.
    /// - Returns: The source.
    public static func maxim(
        apiKey: Secret,
        promptID: String? = nil,
        baseURL: URL = MaximSource.defaultBaseURL,
        options: RemoteSourceOptions = RemoteSourceOptions()
    ) -> MaximSource {
        MaximSource(apiKey: apiKey, promptID: promptID, baseURL: baseURL, options: options)
    }
}
