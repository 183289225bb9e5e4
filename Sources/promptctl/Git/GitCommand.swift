import Foundation

/// Git's commands, in one working directory. They neither ask for anything, nor wait for locks, nor use the network.
struct GitCommand: Sendable {
    /// The working directory: any directory of a repository.
    var directory: String
    private let environment: [String: String]

    /// Creates the commands. `git` is looked up in the `PATH` of the environment, to which Git's own variables are added.
    init(directory: String, environment: [String: String]) {
        self.directory = directory
        let own = [
            "GIT_NO_LAZY_FETCH": "1",
            "GIT_OPTIONAL_LOCKS": "0",
            "GIT_TERMINAL_PROMPT": "0",
            "LC_ALL": "C",
        ]
        self.environment = environment.merging(own) { $1 }
    }

    /// Runs a command, whatever its exit code.
    func result(
        _ arguments: [String],
        input: Data = Data(),
        outputLimit: Int = 1 << 20
    ) async throws -> ProcessRun.Result {
        do {
            return try await ProcessRun(
                program: "git",
                // Changing the directory is left to Git, because not every C library can start a program in another one.
                arguments: ["--no-pager", "-C", directory] + arguments,
                environment: environment,
                input: input,
                outputLimit: outputLimit
            ).result()
        } catch ProcessRun.Failure.notFound {
            throw GitError(
                .tool,
                "Git is not installed, or is not in a directory of PATH.",
                advice: "Install Git, or check out the revision and name its directory."
            )
        } catch let failure as ProcessRun.Failure {
            throw GitError(.tool, failure.description, advice: "Check out the revision and name its directory.")
        }
    }

    /// Returns the path of the working directory in its repository: empty, or with `/` at its end.
    func prefix() async throws -> [UInt8] {
        let result = try await result(["rev-parse", "--show-prefix"])
        guard result.status == .exited(0) else {
            let message = result.gitMessage ?? ""
            guard message.contains("not a git repository") || message.contains("cannot change to") else {
                throw GitError("rev-parse", failed: result)
            }
            throw GitError(
                .input,
                "The directory `\(directory)` is not in a Git repository: \(message)",
                advice: "Change to a directory of the repository."
            )
        }
        return result.line
    }

    /// Returns the path of the root of the working tree, without symbolic links.
    func root() async throws -> [UInt8] {
        let result = try await result(["rev-parse", "--show-toplevel"])
        guard result.status == .exited(0) else {
            throw GitError(
                .input,
                "The directory of a working tree is not known: \(result.gitMessage ?? "")",
                advice: "Name the directory in the revision: `git:REVISION:PATH`."
            )
        }
        return result.line
    }

    /// Returns the id of the commit that a revision names.
    func commit(_ revision: String) async throws -> String {
        let result = try await result(["rev-parse", "--verify", "--end-of-options", "\(revision)^{commit}"])
        if case .signal = result.status { throw GitError("rev-parse", failed: result) }
        let id = String(decoding: result.line, as: UTF8.self)
        // `^main` is verified too, but means what is not in `main`.
        guard result.status == .exited(0), !id.isEmpty, id.utf8.allSatisfy({ $0.isHexadecimalDigit }) else {
            throw GitError(
                .input,
                "The revision `\(revision)` is not a commit of the repository: "
                    + (result.gitMessage ?? "it does not name a single one."),
                advice:
                    "List branches and tags with `git branch --all` and `git tag`; `git fetch` gets those of a remote."
            )
        }
        return id
    }

    /// Returns all files of a commit.
    func tree(_ commit: String) async throws -> GitTree {
        let result = try await result(["ls-tree", "-r", "-z", "--full-tree", commit], outputLimit: 1 << 29)
        guard result.status == .exited(0) else { throw GitError("ls-tree", failed: result) }
        return try GitTree(listing: result.output)
    }
}

extension ProcessRun.Result {
    /// The standard output without the line feed at its end. There can be others in it, because names may contain them.
    fileprivate var line: [UInt8] { Array(output.last == 0x0A ? output.dropLast() : output) }
}

extension UInt8 {
    fileprivate var isHexadecimalDigit: Bool {
        (0x30...0x39).contains(self) || (0x61...0x66).contains(self)
    }
}
