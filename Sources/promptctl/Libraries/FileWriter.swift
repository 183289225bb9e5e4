import Foundation
import Tchavi
import TchaviPrompts

/// Writes files whole, so that nobody reads half of one and an error leaves what was there.
enum FileWriter {
    /// Replaces a file, or creates it. Where the path is a symbolic link, the file that it leads to is replaced.
    static func replace(_ path: String, with content: Data) throws(Failure) {
        let url = URL(fileURLWithPath: path).resolvingSymlinksInPath()
        let permissions = (try? FileManager.default.attributesOfItem(atPath: url.path))?[.posixPermissions]
        do {
            try content.write(to: url, options: .atomic)
            // A new file replaces the old one, and would have the permissions of new files.
            if let permissions {
                try FileManager.default.setAttributes([.posixPermissions: permissions], ofItemAtPath: url.path)
            }
        } catch {
            throw Failure(
                .data,
                "The file '\(path)' cannot be written: \(error.localizedDescription)",
                advice: "Check the directory and its permissions."
            )
        }
    }

    /// Writes files below a directory, which is created.
    ///
    /// - Parameters:
    ///   - files: The files.
    ///   - directory: The path of the directory.
    ///   - overwrites: Whether files that exist are replaced. Otherwise nothing is written if the directory has any of them.
    /// - Throws: ``Failure`` that names the file.
    static func write(_ files: FileTree, to directory: String, overwrites: Bool) throws(Failure) {
        let existing = files.files.filter { FileManager.default.fileExists(atPath: "\(directory)/\($0.path)") }
        if !overwrites, let first = existing.first {
            let others = existing.count > 1 ? " and \(existing.count - 1) more" : ""
            throw Failure(
                .data,
                "'\(directory)/\(first.path)'\(others) would be overwritten; nothing was written.",
                advice: "Choose another directory."
            )
        }
        for file in files.files {
            let path = "\(directory)/\(file.path)"
            do {
                try FileManager.default.createDirectory(
                    at: URL(fileURLWithPath: path).deletingLastPathComponent(),
                    withIntermediateDirectories: true
                )
            } catch {
                throw Failure(.data, "The directory of '\(path)' cannot be created: \(error.localizedDescription)")
            }
            try replace(path, with: file.content)
        }
    }
}
