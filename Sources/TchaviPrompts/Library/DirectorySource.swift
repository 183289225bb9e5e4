import Dispatch
public import Foundation
import Tchavi

/// A source that reads a directory of prompts, as people write them and as JSON records; see *Writing prompts*.
///
/// Use it for prompts that are shipped with a program or kept in its repository: it needs neither a server nor an API
/// key. Directories below it are folders, symbolic links are followed, and names that begin with a dot are ignored.
///
/// A refresh reads only files that have changed: whose device, inode, size or times differ, or that were changed within
/// two seconds before they were last read. While ``PromptLibrary/run()`` runs, the directory is looked at every 250 ms,
/// and a changed prompt is read once its files have been unchanged for 500 ms. A program that writes a file more slowly
/// should write another one and rename it into place.
public struct DirectorySource: PromptSource {
    /// The path of the directory, absolute or relative to the working directory.
    public let path: String
    private let reader: DirectoryReader

    /// Creates a source. The directory is not read before a library uses the source.
    ///
    /// - Parameter path: The path of the directory, absolute or relative to the working directory.
    public init(_ path: String) {
        self.path = path
        reader = DirectoryReader(path)
    }

    /// The path.
    public var name: String { path }

    /// The interval at which ``PromptLibrary/run()`` looks for changes: 250 ms.
    public var pollInterval: Duration? { .milliseconds(250) }

    /// Reads every file that has changed. What cannot be read becomes a diagnostic.
    ///
    /// - Parameter validator: The validator of the catalogue that the library holds.
    /// - Returns: The catalogue, or `nil` if no file's content has changed since then.
    /// - Throws: ``PromptError`` of code ``PromptError/Code/notFound`` if the directory cannot be read.
    @concurrent
    public func load(since validator: String?) async throws -> PromptCatalogue? {
        try await reader.load(since: validator, isPolling: false)
    }

    /// Reads the prompts whose files have changed, and have been unchanged since for 500 ms.
    ///
    /// - Parameter validator: The validator of the catalogue that the library holds.
    /// - Returns: The catalogue, or `nil` if it has not changed since then.
    /// - Throws: ``PromptError`` of code ``PromptError/Code/notFound`` if the directory cannot be read.
    @concurrent
    public func poll(since validator: String?) async throws -> PromptCatalogue? {
        try await reader.load(since: validator, isPolling: true)
    }
}

/// Reads a directory on a thread of its own, one load after another.
private final class DirectoryReader: Sendable {
    private let path: String
    private let queue = DispatchQueue(label: "dev.tchavi.directory-source")
    private let cache: Locked<DirectoryCache?>

    init(_ path: String) {
        self.path = path
        cache = Locked(DirectoryCache(root: path))
    }

    func load(since validator: String?, isPolling: Bool) async throws -> PromptCatalogue? {
        do {
            return try await withCheckedThrowingContinuation { continuation in
                queue.async {
                    // The queue is serial, so nobody else uses the cache; taken out, so that it is changed in place.
                    var cache = self.cache.withLock { $0.take() } ?? DirectoryCache(root: self.path)
                    let result = Result { () throws(POSIXError) in
                        try cache.load(since: validator, isPolling: isPolling)
                    }
                    self.cache.withLock { $0 = cache }
                    continuation.resume(with: result.mapError { $0 as any Error })
                }
            }
        } catch let error as POSIXError {
            throw PromptError.unreadable(directory: path, error)
        }
    }
}

extension PromptSource where Self == DirectorySource {
    /// Creates a source that reads a directory of prompts.
    ///
    /// - Parameter path: The path of the directory, absolute or relative to the working directory.
    /// - Returns: The source.
    public static func directory(_ path: String) -> DirectorySource { DirectorySource(path) }

    /// Creates a source that reads a directory of prompts.
    ///
    /// - Parameter url: The file URL of the directory.
    /// - Returns: The source.
    public static func directory(_ url: URL) -> DirectorySource { DirectorySource(url.path) }

    /// Creates a source that reads a directory among the resources of an app or a package.
    ///
    /// Declare the directory with `.copy` in `Package.swift`, or add it to Xcode as a folder reference: `.process` and
    /// groups put all files into one directory, and so lose which version belongs to which prompt.
    ///
    /// - Parameters:
    ///   - bundle: The bundle, such as `.main` or `.module`.
    ///   - name: The name of the directory, or its path within the bundle's resources.
    /// - Returns: The source, which reports a missing directory when it is first read.
    public static func resources(of bundle: Bundle, _ name: String) -> DirectorySource {
        let directory = bundle.resourceURL ?? bundle.bundleURL
        return DirectorySource(directory.appendingPathComponent(name, isDirectory: true).path)
    }
}
