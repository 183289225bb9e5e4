import Foundation
import Tchavi

/// A directory of prompts: each `*.json` file is one ``PromptRecord``; a `folders.json` is passed over.
///
/// The default for prompts that are shipped with a program: no server, no key, and git is their history.
public struct DirectorySource: PromptSource {
    /// The directory's path.
    public let path: String

    /// Names a directory. It is read when the library first needs it.
    ///
    /// - Parameter path: The directory, absolute or relative to where the program runs.
    public init(_ path: String) {
        self.path = path
    }

    /// Reads every file.
    ///
    /// - Parameter revision: The revision of the catalogue that the caller holds.
    /// - Returns: The catalogue, or `nil` where no file's name, size or date has changed since that revision.
    /// - Throws: ``PromptError`` of code ``PromptError/Code/notFound`` where the directory cannot be read.
    public func load(since revision: String?) async throws -> PromptCatalogue? {
        let files = try files()
        let current = Self.revision(files)
        if let revision, revision == current { return nil }
        var catalogue = PromptCatalogue(entries: [], revision: current)
        var locations: [String: String] = [:]
        for file in files {
            try Task.checkCancellation()
            switch Self.read(file) {
            case .unreadable(let diagnostic):
                catalogue.diagnostics.append(diagnostic)
            case .inaccessible(let diagnostic):
                catalogue.diagnostics.append(diagnostic)
                // It may be readable the next time without having changed.
                catalogue.revision = nil
            case .success(let record):
                if let first = locations.updateValue(file.lastPathComponent, forKey: record.promptID) {
                    locations[record.promptID] = first
                    catalogue.diagnostics.append(
                        PromptDiagnostic(
                            location: file.lastPathComponent,
                            promptID: record.promptID,
                            reason: "the prompt `\(record.promptID)` is already in \(first)"
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
                "The directory of prompts `\(path)` cannot be read: \(error.localizedDescription)",
                advice: "Check the path, which is relative to where the program runs (\(Self.here))."
            )
        }
        return
            all
            .filter { $0.pathExtension == "json" && $0.lastPathComponent != "folders.json" }
            .sorted { $0.lastPathComponent.precedesInBytes($1.lastPathComponent) }
    }

    private static var here: String { FileManager.default.currentDirectoryPath }

    private static func revision(_ files: [URL]) -> String {
        let lines = files.map { file in
            let values = try? file.resourceValues(forKeys: [.fileSizeKey, .contentModificationDateKey])
            let date = values?.contentModificationDate?.timeIntervalSince1970 ?? 0
            return "\(file.lastPathComponent) \(values?.fileSize ?? 0) \(date)"
        }
        return SHA256.hexadecimal(Array(lines.joined(separator: "\n").utf8))
    }

    private enum Reading {
        case success(PromptRecord)
        /// The file is there, and is no prompt.
        case unreadable(PromptDiagnostic)
        /// The system did not give the file.
        case inaccessible(PromptDiagnostic)
    }

    private static func read(_ file: URL) -> Reading {
        var diagnostic = PromptDiagnostic(location: file.lastPathComponent, reason: "")
        do {
            let json = try JSONValue(parsing: try Data(contentsOf: file))
            diagnostic.promptID = json["promptId"]?.string
            return .success(try PromptRecord(json: json))
        } catch let error as JSONError {
            diagnostic.reason = error.path == "$" ? error.reason : error.description
            return .unreadable(diagnostic)
        } catch {
            diagnostic.reason = "cannot be read: \(error.localizedDescription)"
            return .inaccessible(diagnostic)
        }
    }
}

extension PromptSource where Self == DirectorySource {
    /// A directory of prompts, one a `*.json` file.
    ///
    /// - Parameter path: The directory, absolute or relative to where the program runs.
    /// - Returns: The source.
    public static func directory(_ path: String) -> DirectorySource { DirectorySource(path) }
}
