import Foundation
import Tchavi

/// A source that reads a directory in which each `*.json` file is a ``PromptRecord``; `folders.json` is skipped.
///
/// Use it for prompts that are shipped with a program or kept in its repository: it needs neither a server nor an API
/// key.
public struct DirectorySource: PromptSource {
    /// The path of the directory, absolute or relative to the working directory.
    public let path: String

    /// Creates a source. The directory is not read before a library uses the source.
    ///
    /// - Parameter path: The path of the directory, absolute or relative to the working directory.
    public init(_ path: String) {
        self.path = path
    }

    /// Reads every file of the directory. A file that cannot be read becomes a diagnostic.
    ///
    /// - Parameter revision: The revision of the catalogue that the library holds.
    /// - Returns: The catalogue, or `nil` if no file's name, size or modification date has changed since that revision.
    /// - Throws: ``PromptError`` of code ``PromptError/Code/notFound`` if the directory cannot be read.
    @concurrent
    public func load(since revision: String?) async throws -> PromptCatalogue? {
        let files = try files()
        let current = Self.revision(files)
        if let revision, revision == current { return nil }
        var catalogue = PromptCatalogue(entries: [], revision: current)
        var locations: [String: String] = [:]
        for file in files {
            try Task.checkCancellation()
            switch Self.read(file) {
            case .invalid(let diagnostic):
                catalogue.diagnostics.append(diagnostic)
            case .inaccessible(let diagnostic):
                catalogue.diagnostics.append(diagnostic)
                // The file may become readable without a change of its size or date.
                catalogue.revision = nil
            case .success(let record):
                if let first = locations.updateValue(file.lastPathComponent, forKey: record.promptID) {
                    locations[record.promptID] = first
                    catalogue.diagnostics.append(
                        PromptDiagnostic(
                            location: file.lastPathComponent,
                            promptID: record.promptID,
                            reason: "the prompt `\(record.promptID)` is already defined in \(first)"
                        )
                    )
                } else {
                    catalogue.entries.append(.init(location: file.lastPathComponent, record: record))
                }
            }
        }
        return catalogue
    }

    /// The prompt files, in the order of their names.
    private func files() throws -> [URL] {
        let directory = URL(fileURLWithPath: path, isDirectory: true)
        let all: [URL]
        do {
            all = try FileManager.default.contentsOfDirectory(
                at: directory,
                includingPropertiesForKeys: [.fileSizeKey, .contentModificationDateKey]
            )
        } catch {
            throw PromptError(
                .notFound,
                "The prompt directory `\(path)` cannot be read: \(error.localizedDescription)",
                advice: "Check the path; relative paths start at the working directory (\(Self.workingDirectory))."
            )
        }
        return
            all
            .filter { $0.pathExtension == "json" && $0.lastPathComponent != "folders.json" }
            .sorted { $0.lastPathComponent.precedesInBytes($1.lastPathComponent) }
    }

    private static var workingDirectory: String { FileManager.default.currentDirectoryPath }

    private static func revision(_ files: [URL]) -> String {
        let lines = files.map { file in
            let values = try? file.resourceValues(forKeys: [.fileSizeKey, .contentModificationDateKey])
            let date = values?.contentModificationDate?.timeIntervalSince1970 ?? 0
            return "\(file.lastPathComponent) \(values?.fileSize ?? 0) \(date)"
        }
        return SHA256.hexadecimal(Array(lines.joined(separator: "\n").utf8))
    }

    private enum ReadResult {
        case success(PromptRecord)
        /// The file was read, but is not a valid record.
        case invalid(PromptDiagnostic)
        /// The file could not be read.
        case inaccessible(PromptDiagnostic)
    }

    private static func read(_ file: URL) -> ReadResult {
        var diagnostic = PromptDiagnostic(location: file.lastPathComponent, reason: "")
        do {
            let json = try JSONValue(parsing: try Data(contentsOf: file))
            diagnostic.promptID = json["promptId"]?.string
            return .success(try PromptRecord(json: json))
        } catch let error as JSONError {
            diagnostic.reason = error.description
            return .invalid(diagnostic)
        } catch {
            diagnostic.reason = "cannot be read: \(error.localizedDescription)"
            return .inaccessible(diagnostic)
        }
    }
}

extension PromptSource where Self == DirectorySource {
    /// Creates a source that reads a directory of prompts, with one `*.json` file for each prompt.
    ///
    /// - Parameter path: The path of the directory, absolute or relative to the working directory.
    /// - Returns: The source.
    public static func directory(_ path: String) -> DirectorySource { DirectorySource(path) }
}
