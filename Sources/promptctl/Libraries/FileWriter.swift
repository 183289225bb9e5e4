import Foundation
import Tchavi
import TchaviPrompts

/// Writes files whole, so that nobody reads half of one and an error leaves what was there.
enum FileWriter {
    /// Replaces a file, or creates it. Where the path is a symbolic link, the file that it leads to is replaced; a pipe or a
    /// device is written to.
    static func replace(_ path: String, with content: Data) throws(Failure) {
        let url = URL(fileURLWithPath: path).resolvingSymlinksInPath()
        let attributes = try? FileManager.default.attributesOfItem(atPath: url.path)
        do {
            let type = attributes?[.type] as? FileAttributeType
            guard type != .typeSymbolicLink else {
                throw Failure(
                    .data,
                    "'\(path)' is a symbolic link to nothing.",
                    advice: "Remove it, or create its target."
                )
            }
            if let type, type != .typeRegular {
                let handle = try FileHandle(forWritingTo: url)
                try handle.write(contentsOf: content)
                try handle.close()
                return
            }
            try content.write(to: url, options: .atomic)
            // A new file replaces the old one, and would have the permissions of new files.
            if let permissions = attributes?[.posixPermissions] {
                try FileManager.default.setAttributes([.posixPermissions: permissions], ofItemAtPath: url.path)
            }
        } catch let failure as Failure {
            throw failure
        } catch {
            throw Failure(
                .data,
                "The file '\(path)' cannot be written: \(error.localizedDescription)",
                advice: "Check the directory and its permissions."
            )
        }
    }

    /// Writes files below a directory, which is created. If that fails or is cancelled, the files that did not exist before are
    /// removed again.
    ///
    /// - Parameters:
    ///   - files: The files.
    ///   - directory: The path of the directory.
    ///   - overwrites: Whether files that exist are replaced. Otherwise nothing is written if the directory has any of them.
    /// - Throws: ``Failure`` that names the file; `CancellationError`.
    static func write(_ files: FileTree, to directory: String, overwrites: Bool) throws {
        // Also a link to nothing is something that is there.
        let existing = files.files.filter { file in
            (try? FileManager.default.attributesOfItem(atPath: "\(directory)/\(file.path)")) != nil
        }
        if !overwrites, let first = existing.first {
            let others = existing.count > 1 ? " and \(existing.count - 1) more" : ""
            throw Failure(
                .data,
                "'\(directory)/\(first.path)'\(others) would be overwritten; nothing was written.",
                advice: "Choose another directory."
            )
        }
        let kept = Set(existing.map(\.path))
        var created: [String] = []
        do {
            for file in files.files {
                try Task.checkCancellation()
                let path = "\(directory)/\(file.path)"
                try createDirectory(of: path)
                if !kept.contains(file.path) { created.append(path) }
                try replace(path, with: file.content)
            }
        } catch {
            for path in created { try? FileManager.default.removeItem(atPath: path) }
            throw error
        }
    }

    private static func createDirectory(of path: String) throws(Failure) {
        let url = URL(fileURLWithPath: path).deletingLastPathComponent()
        do {
            try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        } catch {
            throw Failure(.data, "The directory of '\(path)' cannot be created: \(error.localizedDescription)")
        }
    }
}
