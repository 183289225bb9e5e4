import Foundation
import Tchavi
import TchaviPrompts

/// What stands for a library on the command line.
enum LibraryReference: Sendable {
    /// The path of a directory of prompts.
    case directory(String)
    /// The path of a bundle.
    case bundle(String)
    /// The URL of a bundle.
    case url(URL)
    /// The workspace of Maxim whose key is in the environment, or one of its prompts.
    case maxim(promptID: String?)
    /// A directory at a revision of a Git repository.
    case git(GitRevision)

    /// What the help says about libraries.
    static let help = """
        A library is a directory of prompts, a bundle (a file or a URL), 'maxim:' (the workspace of MAXIM_API_KEY at \
        MAXIM_BASE_URL, or 'maxim:PROMPT-ID'), or 'git:REVISION[:PATH]'. By default it is the directory Prompts, or else the \
        working directory. The signature of a bundle is verified if TCHAVI_BUNDLE_KEY is set.
        """

    /// Reads what a person wrote; `nil` for the default library.
    init(_ text: String?) throws {
        guard let text else {
            self = .directory(Self.defaultDirectory)
            return
        }
        if text == "maxim:" || text.hasPrefix("maxim:") {
            let id = text.dropFirst("maxim:".count)
            self = .maxim(promptID: id.isEmpty ? nil : String(id))
        } else if text.hasPrefix("git:") {
            self = .git(try GitRevision(parsing: String(text.dropFirst("git:".count))))
        } else if text.hasPrefix("https://") || text.hasPrefix("http://") {
            guard let url = URL(string: text), url.host != nil else {
                throw Failure(.usage, "'\(text)' is not a valid URL.")
            }
            self = .url(url)
        } else {
            self = Self.isRegularFile(text) ? .bundle(text) : .directory(text)
        }
    }

    /// The directory that is read where no library is given: `Prompts`, or the working directory.
    static var defaultDirectory: String { isDirectory("Prompts") ? "Prompts" : "." }

    /// The library as messages name it.
    var name: String {
        switch self {
        case .directory(let path), .bundle(let path): path
        case .url(let url): url.withoutCredentials
        case .maxim(let id): "maxim:\(id ?? "")"
        case .git(let git): "git:\(git.revision)\(git.path.map { ":\($0)" } ?? "")"
        }
    }

    static func isDirectory(_ path: String) -> Bool {
        var isDirectory: ObjCBool = false
        return FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) && isDirectory.boolValue
    }

    private static func isRegularFile(_ path: String) -> Bool {
        var isDirectory: ObjCBool = false
        return FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) && !isDirectory.boolValue
    }
}
