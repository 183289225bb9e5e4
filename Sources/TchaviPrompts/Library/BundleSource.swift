public import Foundation
package import Tchavi

/// A source that fetches a ``PromptBundle`` from a URL: a web server's, an object store's, or a cache's in front of
/// them.
///
/// ```swift
/// let source = BundleSource.bundle(at: url, verifying: .hmacSHA256(key: key))
/// ```
///
/// The first request fetches the whole bundle. Later ones send the `ETag` of the bundle held, or its `Last-Modified` if
/// it has no `ETag`, so that the server responds with 304 and without a body until the bundle has changed.
///
/// Verify a signature if the bundle passes through hands that must not change prompts, such as a store that others can
/// write to. A verified bundle that was published before the one that is held is refused, so that nobody can bring back
/// an old one; to return to old prompts, publish them again. A server that keeps responding with 304 can still hold
/// back newer prompts.
public struct BundleSource: PromptSource {
    /// What has been accepted so far.
    private struct Held {
        /// The latest date of a bundle.
        var publishedAt: Timestamp?
        /// The ids of the last bundle.
        var promptIDs: Set<String> = []
    }

    /// The URL of the bundle.
    public let url: URL
    private let verifier: BundleVerifier?
    private let options: RemoteSourceOptions
    private let held = Locked(Held())

    /// Creates a source. Nothing is fetched before a library uses the source.
    ///
    /// - Parameters:
    ///   - url: The URL of the bundle. It may have a query, such as that of a presigned URL, which no error contains.
    ///   - verifier: Checks the bundle's signature; `nil` for bundles that are not signed.
    ///   - options: Headers, limits, redirects, and the interval of refreshes.
    public init(at url: URL, verifying verifier: BundleVerifier? = nil, options: RemoteSourceOptions = .init()) {
        self.url = url
        self.verifier = verifier
        self.options = options
    }

    /// The URL without credentials and query.
    public var name: String { url.withoutCredentials }

    /// The name, with a hash of the whole URL and of what verifies the bundle: what was stored without a verification, or with
    /// another key, is not used.
    public var cacheIdentity: String {
        let text = "tchavi cache \(url.absoluteString) \(verifier?.identity ?? "unverified")"
        return "\(name) \(SHA256.hexadecimal(Array(text.utf8)).prefix(16))"
    }

    /// The interval of the options.
    public var refreshInterval: Duration? { options.refreshInterval }

    /// Fetches the bundle, verifies and decodes it.
    ///
    /// - Parameter validator: The validator of the catalogue that the library holds.
    /// - Returns: The catalogue, or `nil` if the bundle has not changed since then.
    /// - Throws: `TchaviError` if the bundle cannot be fetched, with the server's status and `Retry-After`;
    ///   ``PromptError`` of code ``PromptError/Code/invalidRecord`` if the bundle cannot be used, or is older than the
    ///   one that is held; the verifier's error; `CancellationError`.
    @concurrent
    public func load(since validator: String?) async throws -> PromptCatalogue? {
        var headers = options.headers
        if headers[.accept] == nil { headers[.accept] = "application/jsonl, */*;q=0.5" }
        let condition = validator.flatMap(Condition.init)
        if let condition { headers[condition.header] = condition.value }
        let document = try await options.fetcher.get(url, headers: headers)
        if document.isUnchanged {
            guard condition == nil else { return nil }
            throw TchaviError(
                .api,
                "The server of \(name) responded with 304 to a request without a condition.",
                advice: "Check the headers of the source, and the cache in front of the server.",
                statusCode: 304
            )
        }
        let bundle: PromptBundle
        do {
            bundle = try PromptBundle(document.body, verifying: verifier, name: name)
        } catch var error as PromptError {
            error.message = "\(name): \(error.message)"
            throw error
        }
        var catalogue = bundle.catalogue
        catalogue.validator = Condition(document.headers)?.validator
        try accept(&catalogue, of: bundle.count)
        return catalogue
    }

    /// Tells the source which bundle the library holds from its disk cache, so that an older one is refused from the
    /// start.
    ///
    /// - Parameter publishedAt: The ``PromptCatalogue/publishedAt`` of the catalogue.
    package func noteHeld(publishedAt: Timestamp?) {
        guard verifier != nil, let date = publishedAt?.date else { return }
        held.withLock { held in
            if held.publishedAt?.date.map({ $0 < date }) ?? true { held.publishedAt = publishedAt }
        }
    }

    /// Compares the catalogue with the one before, and remembers it.
    private func accept(_ catalogue: inout PromptCatalogue, of count: Int) throws(PromptError) {
        let publishedAt = verifier == nil ? nil : catalogue.publishedAt
        let ids = Set(catalogue.entries.map(\.record.promptID) + catalogue.unusable.map(\.promptID))
        let previous = try held.withLock { held throws(PromptError) in
            if let held = held.publishedAt, let new = publishedAt, let heldDate = held.date, let date = new.date,
                date < heldDate
            {
                throw PromptError(
                    .invalidRecord,
                    "\(name): The bundle was published at \(new), before the one that is held, which is of \(held).",
                    advice: "To return to old prompts, publish them again, with the current date."
                )
            }
            defer { held = Held(publishedAt: publishedAt ?? held.publishedAt, promptIDs: ids) }
            return held.promptIDs
        }
        // A prompt whose id cannot be read any more is probably one of those before, of which the library then keeps
        // the last form.
        let lost = previous.subtracting(ids).sorted { $0.precedesInBytes($1) }
        guard ids.count < count,
            let index = catalogue.diagnostics.lastIndex(where: { $0.severity == .error && $0.promptID == nil })
        else { return }
        guard !lost.isEmpty else { return }
        let diagnostic = catalogue.diagnostics.remove(at: index)
        for id in lost {
            var diagnostic = diagnostic
            diagnostic.promptID = id
            catalogue.diagnostics.append(diagnostic)
            catalogue.unusable.append((id, PromptBundle.location(name, line: diagnostic.line ?? 1)))
        }
    }

    /// What a request names as held: an `ETag`, or else a date of modification.
    private struct Condition {
        private static let datePrefix = "Last-Modified: "

        let header: String
        let value: String

        /// Reads a validator.
        init?(_ validator: String) {
            let isDate = validator.hasPrefix(Self.datePrefix)
            header = isDate ? "If-Modified-Since" : "If-None-Match"
            value = isDate ? String(validator.dropFirst(Self.datePrefix.count)) : validator
            // What a disk cache returns may have been damaged.
            guard !value.isEmpty, value.isHeaderValue else { return nil }
        }

        /// Reads a response's headers; `nil` if they have neither.
        init?(_ headers: HeaderFields) {
            if let tag = headers["ETag"], !tag.isEmpty {
                (header, value) = ("If-None-Match", tag)
            } else if let date = headers["Last-Modified"], !date.isEmpty, !Self.isAmbiguous(date, headers["Date"]) {
                (header, value) = ("If-Modified-Since", date)
            } else {
                return nil
            }
        }

        /// Whether the document may have been changed again within the second of its date, which the date would not show.
        private static func isAmbiguous(_ modified: String, _ now: String?) -> Bool {
            guard let modified = HTTPDate.date(modified), let now = now.flatMap(HTTPDate.date) else { return false }
            return now.timeIntervalSince(modified) < 2
        }

        var validator: String { header == "If-None-Match" ? value : Self.datePrefix + value }
    }
}

extension PromptSource where Self == BundleSource {
    /// Creates a source that fetches a bundle from a URL.
    ///
    /// - Parameters:
    ///   - url: The URL of the bundle.
    ///   - verifier: Checks the bundle's signature; `nil` for bundles that are not signed.
    ///   - options: Headers, limits, redirects, and the interval of refreshes.
    /// - Returns: The source.
    public static func bundle(
        at url: URL,
        verifying verifier: BundleVerifier? = nil,
        options: RemoteSourceOptions = .init()
    ) -> BundleSource {
        BundleSource(at: url, verifying: verifier, options: options)
    }
}
