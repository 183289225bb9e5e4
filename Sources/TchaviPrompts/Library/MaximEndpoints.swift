import Foundation
import Tchavi

/// The URLs of the Maxim API.
struct MaximEndpoints: Sendable {
    private static let unreserved = CharacterSet(
        charactersIn: "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~"
    )

    private let base: URL

    init(_ base: URL) {
        self.base = base
    }

    var folders: URL { url("/api/sdk/v3/folders") }

    /// The URL of all prompts, of one prompt, or of one version of it.
    func prompts(_ id: String? = nil, version: Int? = nil) -> URL {
        let id = id.map { "promptId=" + ($0.addingPercentEncoding(withAllowedCharacters: Self.unreserved) ?? "") }
        let version = version.map { "promptVersionNumber=\($0)" }
        let query = [id, version].compactMap(\.self).joined(separator: "&")
        return url("/api/sdk/v4/prompts", query: query.isEmpty ? nil : query)
    }

    private func url(_ path: String, query: String? = nil) -> URL {
        guard var components = URLComponents(url: base, resolvingAgainstBaseURL: true) else { return base }
        while components.percentEncodedPath.hasSuffix("/") { components.percentEncodedPath.removeLast() }
        components.percentEncodedPath += path
        components.percentEncodedQuery = query
        return components.url ?? base
    }
}
