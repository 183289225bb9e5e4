import Dispatch
import Foundation

extension FileTree {
    /// Reads a directory as ``DirectorySource`` does, and with it the files of cases, `cases.jsonl` and `*.cases.jsonl`:
    /// symbolic links are followed, and names that begin with a dot are ignored. Blocks the thread until all is read.
    ///
    /// - Parameter path: The path of the directory, absolute or relative to the working directory.
    /// - Returns: The files that could be read, and a diagnostic for each file and directory that could not.
    /// - Throws: ``PromptError`` of code ``PromptError/Code/notFound`` if the directory itself cannot be read.
    package static func reading(
        directory path: String
    ) throws(PromptError) -> (files: FileTree, diagnostics: [PromptDiagnostic]) {
        let scan: DirectoryScan
        do throws(POSIXError) {
            scan = try DirectoryScan(of: path) { DirectoryScan.isPromptFile($0) || isCases($0) }
        } catch {
            throw .unreadable(directory: path, error)
        }
        let paths = scan.directories.flatMap { directory in directory.files.map { directory.path(of: $0.name) } }
        let contents = DispatchQueue.concurrently(paths.count) { index in
            Result { () throws(POSIXError) in try FileContent(of: "\(path)/\(paths[index])").data }
        }
        var files: [File] = []
        var diagnostics = scan.failures.map { $0.diagnostic(advice: "Check its permissions.") }
        for (path, content) in zip(paths, contents) {
            switch content {
            case .success(let content): files.append(File(path: path, content: content))
            case .failure(let error): diagnostics.append(FileContent.diagnostic(error, at: path))
            }
        }
        return (FileTree(files), diagnostics.sorted { $0.location.precedesInBytes($1.location) })
    }
}
