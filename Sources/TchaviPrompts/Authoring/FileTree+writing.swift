import Foundation
public import Tchavi

extension FileTree {
    /// Creates the files that people write for prompts: for each prompt a directory with a file `N.md` for each version, and
    /// `prompt.json` where it is needed.
    ///
    /// ``PromptDirectory/init(reading:)`` reads equal records from these files, with their versions ordered by number, and
    /// the files of those records are the same again. A prompt's directory has its id as its name and is in its folder,
    /// unless that is not safe as a path on some system; `prompt.json` then gives the id or the folder.
    ///
    /// - Parameter records: The prompts, in any order; their ids differ.
    /// - Throws: `JSONError` if a record was changed so that it cannot be stored, for example if its id is empty.
    public init(writing records: [PromptRecord]) throws(JSONError) {
        var stored: [PromptRecord] = []
        // A record that a program has changed can contain what no stored record does, such as a number that is not finite.
        for record in records {
            stored.append(try PromptRecord(json: try JSONValue(parsing: record.json.serialized())))
        }
        let places = DirectoryNames(stored)
        var files: [File] = []
        for (record, place) in zip(stored, places.places) {
            let writer = PromptFileWriter(record, directoryID: place.name, folderID: place.folder)
            for file in writer.files {
                files.append(File(path: "\(place.path)/\(file.name)", content: Data(file.text.utf8)))
            }
        }
        self.init(files)
    }
}

/// The directories of prompts.
struct DirectoryNames {
    struct Place {
        /// The path of the directory above; empty for the root.
        let folder: String
        /// The name of the directory.
        let name: String

        var path: String { folder.isEmpty ? name : "\(folder)/\(name)" }
    }

    /// The directories, in the order of the records.
    private(set) var places: [Place] = []

    init(_ records: [PromptRecord]) {
        var places: [Int: Place] = [:]
        // Some systems do not tell upper from lower case.
        var taken: Set<String> = []
        var suffixes: [String: Int] = [:]
        let order = records.indices.sorted { records[$0].promptID.precedesInBytes(records[$1].promptID) }
        // Ids that are safe names come first, so that no made-up name takes theirs.
        for pass in [true, false] {
            for index in order where places[index] == nil {
                let record = records[index]
                let folder = Self.isSafePath(record.folderID) ? record.folderID : ""
                let isSafe = Self.isSafe(record.promptID)
                if pass {
                    let place = Place(folder: folder, name: record.promptID)
                    if isSafe, taken.insert(place.path.lowercased()).inserted { places[index] = place }
                    continue
                }
                let base = isSafe ? record.promptID : Self.safeName(for: record.promptID)
                var place = Place(folder: folder, name: base)
                let path = place.path.lowercased()
                while !taken.insert(place.path.lowercased()).inserted {
                    suffixes[path, default: 1] += 1
                    place = Place(folder: folder, name: "\(base)-\(suffixes[path, default: 1])")
                }
                places[index] = place
            }
        }
        self.places = records.indices.compactMap { places[$0] }
    }

    private static let maximumLength = 100
    private static let devices: Set<String> = Set(
        ["con", "prn", "aux", "nul"] + (0...9).flatMap { ["com\($0)", "lpt\($0)"] }
    )

    private static func isSafePath(_ path: String) -> Bool {
        path.isEmpty
            || path.utf8.count <= maximumLength
                && path.split(separator: "/", omittingEmptySubsequences: false).allSatisfy { isSafe(String($0)) }
    }

    /// Whether a name can be that of a directory on every system, and is not that of a prompt's file.
    private static func isSafe(_ name: String) -> Bool {
        let lowercased = name.lowercased()
        guard !name.isEmpty, name.utf8.count <= maximumLength, name.utf8.allSatisfy(isSafe), !name.hasPrefix("."),
            !name.hasSuffix("."), !lowercased.hasSuffix(".md"), !lowercased.hasSuffix(".json")
        else { return false }
        return !devices.contains(lowercased.split(separator: ".").first.map(String.init) ?? "")
    }

    private static func isSafe(_ byte: UInt8) -> Bool {
        byte.isLetter || byte.isASCIIDigit || "-_.".utf8.contains(byte)
    }

    /// A safe name that resembles an id.
    static func safeName(for id: String) -> String {
        let words = id.utf8.prefix(maximumLength).split { !($0.isLetter || $0.isASCIIDigit || $0 == UInt8(ascii: "_")) }
        let name = words.map { String(decoding: $0, as: UTF8.self) }.joined(separator: "-")
        return isSafe(name) ? name : "prompt"
    }
}
