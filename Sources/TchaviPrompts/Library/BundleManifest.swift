import Foundation
import Tchavi

/// The first line of a bundle.
struct BundleManifest {
    /// The format that is written, and the only one that is read.
    static let format = "tchavi-prompt-bundle/1"

    /// The SHA-256 hash of all lines after the manifest and the signature.
    var revision: String
    /// The number of records.
    var count: Int
    /// The number of folders, whose lines precede those of the records.
    var folders = 0
    var publishedAt: Timestamp?

    init(revision: String, count: Int, folders: Int, publishedAt: Timestamp?) {
        self.revision = revision
        self.count = count
        self.folders = folders
        self.publishedAt = publishedAt
    }

    /// Reads the line. Members that later versions of the package may add are ignored.
    init(_ line: ArraySlice<UInt8>) throws(PromptError) {
        let json: JSONValue
        do {
            json = try JSONValue(parsing: Data(line))
        } catch {
            throw .invalidBundle("the first line is not JSON: \(error.reason)", Self.wrongDocument)
        }
        guard let format = json["format"]?.string else {
            throw .invalidBundle("the first line has no `format`", Self.wrongDocument)
        }
        guard format == Self.format else {
            throw .invalidBundle(
                "its format is `\(format.utf8.count > 64 ? "unknown" : format)`, and this version of the package reads "
                    + "`\(Self.format)`",
                "Update the package, or publish the bundle in that format."
            )
        }
        guard let revision = json["revision"]?.string, let count = json["count"]?.integer, count >= 0 else {
            throw .invalidBundle("the first line has no `revision` or no `count`", "Publish the bundle again.")
        }
        self.init(revision: revision, count: count, folders: 0, publishedAt: nil)
        if let folders = json["folders"], !folders.isNull {
            guard let number = folders.integer, number >= 0 else {
                throw .invalidBundle(
                    "`folders` of the first line is not a number of lines",
                    "Publish the bundle again."
                )
            }
            self.folders = number
        }
        if let publishedAt = json["publishedAt"], !publishedAt.isNull {
            guard let text = publishedAt.string, Timestamp(text).date != nil else {
                throw .invalidBundle(
                    "`publishedAt` of the first line is not a date in ISO 8601",
                    "Publish the bundle again."
                )
            }
            self.publishedAt = Timestamp(text)
        }
    }

    /// The line, without its line feed.
    var line: [UInt8] {
        var members: [String: JSONValue] = [
            "format": .string(Self.format), "revision": .string(revision), "count": .integer(Int64(count)),
        ]
        if folders > 0 { members["folders"] = .integer(Int64(folders)) }
        if let publishedAt { members["publishedAt"] = publishedAt.json }
        return JSONValue.object(members).canonical()
    }

    private static let wrongDocument =
        "Check the URL or file: it may be a web page, or a file of another kind, such as a single prompt."
}

extension PromptError {
    /// A bundle of which nothing can be used.
    static func invalidBundle(_ reason: String, _ advice: String) -> PromptError {
        PromptError(.invalidRecord, "The bundle cannot be used: \(reason).", advice: advice)
    }
}
