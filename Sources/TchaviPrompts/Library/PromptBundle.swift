public import Foundation
public import Tchavi

/// A directory of prompts published as one file, which programs fetch with a ``BundleSource``.
///
/// ```swift
/// let bundle = try await PromptBundle(reading: .directory("Prompts"), publishedAt: Timestamp(Date()))
/// try await bundle.data(signedWith: .hmacSHA256(key: key)).write(to: file)
/// ```
///
/// A bundle is JSON Lines. Each line ends with a line feed, and is in the canonical form of RFC 8785, so that the same
/// prompts give the same bytes:
/// 1. the manifest: `format`, `revision`, `count` (of prompts), `folders` (their number, if there are any) and
///    `publishedAt` (if it was given);
/// 2. in a signed bundle, `{"signature":"…"}`: in base64, the signature of the bytes of the first line, without its
///    line feed;
/// 3. the folders, one a line, and then the prompts, one a line, both ordered by the UTF-8 bytes of their ids.
///
/// The revision is the SHA-256 hash of the lines of the third part, so that it changes with any of them, and a
/// signature of the first line is one of the whole bundle.
public struct PromptBundle: Sendable {
    /// The prompts, with the number of the line of each as its location.
    public internal(set) var entries: [PromptCatalogue.Entry] = []
    /// The folders of the prompts.
    public internal(set) var folders: [PromptFolder] = []
    /// What could not be read in a line, by itself: the other lines can be used.
    public internal(set) var diagnostics: [PromptDiagnostic] = []
    /// The SHA-256 hash of the lines of the folders and prompts, in hexadecimal digits.
    public internal(set) var revision: String
    /// When the bundle was published, if its publisher said so.
    public internal(set) var publishedAt: Timestamp?
    /// The prompts of which nothing can be used, as in a catalogue.
    var unusable: [(promptID: String, location: String)] = []
    /// The bytes that are signed, and their signature, if the bundle was read and has one.
    package internal(set) var signed: (bytes: Data, signature: Data)?
    /// The lines of the folders and prompts.
    let body: [UInt8]
    /// The number of lines of prompts.
    let count: Int
    /// The number of lines of folders.
    let folderCount: Int

    init(manifest: BundleManifest, body: [UInt8]) {
        revision = manifest.revision
        publishedAt = manifest.publishedAt
        count = manifest.count
        folderCount = manifest.folders
        self.body = body
    }

    /// The prompts that can be read, in the order of the bundle.
    public var records: [PromptRecord] { entries.map(\.record) }

    /// The bundle's bytes, unsigned.
    public var data: Data { Data(manifest + CollectionOfOne(UInt8(ascii: "\n")) + body) }

    /// Signs the bundle, and returns its bytes.
    ///
    /// - Parameter signer: The signer.
    /// - Returns: The bytes to publish.
    /// - Throws: ``PromptError`` of code ``PromptError/Code/invalidInput`` if the bundle has no ``publishedAt``, by
    ///   which programs recognize an older bundle; the signer's error.
    public func data(signedWith signer: BundleSigner) async throws -> Data {
        guard publishedAt != nil else {
            throw PromptError(
                .invalidInput,
                "A bundle that is signed needs a date, so that nobody can replace it by an older one.",
                advice: "Pass `publishedAt: Timestamp(Date())` when the bundle is created."
            )
        }
        let signature: JSONValue = ["signature": .string(try await signer.sign(manifest).base64EncodedString())]
        let lineFeed = CollectionOfOne(UInt8(ascii: "\n"))
        return Data(manifest + lineFeed + signature.canonical() + lineFeed + body)
    }

    private var manifest: [UInt8] {
        BundleManifest(revision: revision, count: count, folders: folderCount, publishedAt: publishedAt).line
    }

    /// The bundle as the catalogue of a source.
    package var catalogue: PromptCatalogue {
        var catalogue = PromptCatalogue(entries: entries, diagnostics: diagnostics, revision: revision)
        catalogue.folders = folders
        catalogue.unusable = unusable
        catalogue.publishedAt = publishedAt
        return catalogue
    }
}
