import Foundation
import TchaviPrompts
import Testing

@testable import promptctl

struct GitRevisionTests {
    @Test(
        "The revision ends at the first colon that is not in braces",
        arguments: [
            ("main", "main", nil),
            ("main:prompts/support", "main", "prompts/support"),
            ("HEAD:", "HEAD", ""),
            ("HEAD:.", "HEAD", "."),
            ("HEAD:a:b", "HEAD", "a:b"),
            ("HEAD::(glob)x", "HEAD", ":(glob)x"),
            ("HEAD^{/a:b}", "HEAD^{/a:b}", nil),
            ("HEAD^{/a:b}:x", "HEAD^{/a:b}", "x"),
            ("HEAD^{/a{1:2}:3}:x", "HEAD^{/a{1:2}:3}", "x"),
            ("a}b:x", "a}b", "x"),
            ("@{-1}:./x", "@{-1}", "./x"),
            ("HEAD^{/open:x", "HEAD^{/open:x", nil),
            ("é:ü", "é", "ü"),
        ] as [(String, String, String?)]
    )
    func parsing(text: String, revision: String, path: String?) throws {
        let parsed = try GitRevision(parsing: text)
        #expect(parsed.revision == revision)
        #expect(parsed.path == path)
    }

    @Test(
        "Text without a revision, with an absolute path or with NUL is not parsed",
        arguments: ["", ":", ":/message", ":x", "main:/x", "ma\0in"]
    )
    func notParsed(text: String) {
        let error = #expect(throws: GitError.self) { try GitRevision(parsing: text) }
        #expect(error?.fault == .input)
        #expect(error?.message.utf8.contains(0) == false)
    }
}

@Suite(.enabled(if: GitSandbox.isGitInstalled), .timeLimit(.minutes(3)))
struct GitRevisionFilesTests {
    /// Three revisions with the tags `one` to `three`; the directory `prompts` is a library.
    private static func revisions() async throws -> GitSandbox {
        let sandbox = try await GitSandbox()
        for (index, tag) in ["one", "two", "three"].enumerated() {
            try sandbox.write(["prompts/a/1.md": "\(tag)", "prompts/b\(index)/1.md": "new", "other/x.md": "other"])
            try await sandbox.commit("Revision \(tag): /a:b")
            try await sandbox.git("tag", tag)
        }
        return sandbox
    }

    @Test("Each revision has its own files")
    func revision() async throws {
        let sandbox = try await Self.revisions()
        #expect(try await sandbox.files("one:prompts") == ["a/1.md": "one", "b0/1.md": "new"])
        #expect(try await sandbox.files("two:prompts") == ["a/1.md": "two", "b0/1.md": "new", "b1/1.md": "new"])
        let last = ["a/1.md": "three", "b0/1.md": "new", "b1/1.md": "new", "b2/1.md": "new"]
        for revision in ["three", "main", "HEAD", "@", "HEAD^{/a:b}", "HEAD^{commit}", "main@{0}"] {
            #expect(try await sandbox.files("\(revision):prompts") == last, "\(revision)")
        }
        #expect(try await sandbox.files("two~1:prompts")["a/1.md"] == "one")
        try await sandbox.git("checkout", "-q", "one")
        #expect(try await sandbox.files("@{-1}:prompts") == last)
    }

    @Test(
        "A path is relative to the root; or to the working directory if it begins with a dot; without one it is that directory",
        arguments: [
            ("one", "prompts", ["a/1.md", "b0/1.md"]),
            ("one", "prompts/a", ["1.md"]),
            ("one", "", ["other/x.md", "prompts/a/1.md", "prompts/b0/1.md"]),
            ("one:", "prompts", ["other/x.md", "prompts/a/1.md", "prompts/b0/1.md"]),
            ("one:other", "prompts", ["x.md"]),
            ("one:other/", "prompts", ["x.md"]),
            ("one:.", "prompts", ["a/1.md", "b0/1.md"]),
            ("one:./a", "prompts", ["1.md"]),
            ("one:..", "prompts", ["other/x.md", "prompts/a/1.md", "prompts/b0/1.md"]),
            ("one:../other", "prompts", ["x.md"]),
            ("one:other/../prompts/a", "", ["1.md"]),
        ]
    )
    func paths(text: String, directory: String, expected: [String]) async throws {
        let sandbox = try await Self.revisions()
        #expect(try await sandbox.files(text, in: directory).keys.sorted() == expected)
    }

    @Test(
        "A path that is no directory of the revision is an error of the user's",
        arguments: [
            "one:missing", "one:prompts/a/1.md", "one:prompts/a/1.md/x", "one:../x", "one:./..", "one:*", "one:prompt",
            "one:a\nb",
        ]
    )
    func missingPath(text: String) async throws {
        let sandbox = try await Self.revisions()
        let error = await #expect(throws: GitError.self) { try await sandbox.files(text) }
        #expect(error?.fault == .input)
        #expect(error?.message.contains("\n") == false)
    }

    @Test(
        "A revision that is none is an error of the user's, and does nothing",
        arguments: [
            "--upload-pack=touch x", "-h", "--all", "--help", "--git-dir=/", "$(touch x)", ";touch x", "`touch x`",
            "|touch x",
            "HEAD --", "--", "--end-of-options", " ", "a\nb", "@{-1}", "^main", "main..one", "one...two", "HEAD^@",
            "HEAD^!",
            "missing", "origin/main", "HEAD^{/nowhere}", "HEAD^{tree}", "HEAD~100",
            "0000000000000000000000000000000000000000",
        ]
    )
    func hostileRevision(revision: String) async throws {
        let sandbox = try await Self.revisions()
        let error = await #expect(throws: GitError.self) { try await sandbox.files("\(revision):prompts") }
        #expect(error?.fault == .input)
        #expect(error?.message.contains(revision.replacing("\n", with: "\\u{A}")) == true)
        #expect(!FileManager.default.fileExists(atPath: sandbox.directory + "/x"))
    }

    @Test(
        "A branch is read whatever its name",
        arguments: ["-x", "-h", "--all", "$(touch-x)", ";touch", "a'b\"c", "é"]
    )
    func hostileBranch(name: String) async throws {
        let sandbox = try await Self.revisions()
        try await sandbox.git("update-ref", "refs/heads/\(name)", "one")
        #expect(try await sandbox.files("\(name):prompts")["a/1.md"] == "one")
    }

    @Test("Only files of a library are read, and names that begin with a dot are skipped")
    func names() async throws {
        let sandbox = try await GitSandbox()
        let read = ["a.md", "a/1.md", "a/prompt.json", "a/cases.jsonl", "a/b.cases.jsonl", "cases.jsonl", "d/.x/y.md"]
        let skipped = [
            "a.txt", "md", "acases.jsonl", "a.jsonl", "A.MD", ".md", ".a.md", ".github/a.md", "a/.b/c/1.md", "x.md.bak",
        ]
        try sandbox.write(Dictionary(uniqueKeysWithValues: (read + skipped).map { ($0, $0) }))
        try await sandbox.commit()
        #expect(try await sandbox.files("HEAD").keys.sorted() == read.filter { $0 != "d/.x/y.md" }.sorted())
        // Only names below the path count.
        #expect(try await sandbox.files("HEAD:.github") == ["a.md": ".github/a.md"])
        #expect(try await sandbox.files("HEAD:d/.x") == ["y.md": "d/.x/y.md"])
    }

    @Test("Names in a tree are names, whatever they contain")
    func hostileNames() async throws {
        let sandbox = try await GitSandbox()
        let names = [
            "a\nb.md", "\"quoted\".md", "tab\t.md", "*.md", ":(glob)x.md", "-x.md", "é.md", "e\u{301}.md",
            "$(touch x).md", "a b.md",
            "back\\slash.md", "日本.md", "[a].md", "%00.md",
        ]
        var entries: [String] = []
        for name in names + ["..md", "...md"] {
            entries.append("100644 blob \(try await sandbox.blob(name))\t\(name)")
        }
        let directory = try await sandbox.git(
            "mktree",
            "-z",
            input: Data(entries.map { $0 + "\0" }.joined().utf8)
        )
        // Git itself refuses such names when it checks out, but not in a tree.
        let commit = try await sandbox.commit(
            entries: ["..", "*", ":(glob)x", "-x", "a\nb", ".git"].map { "040000 tree \(directory)\t\($0)" }
        )
        for path in ["*", ":(glob)x", "-x", "a\nb", ".git"] {
            let files = try await sandbox.read("\(commit):\(path)").tree.files
            #expect(
                files.map { Array($0.path.utf8) }
                    == names.map { Array($0.utf8) }.sorted { $0.lexicographicallyPrecedes($1) }
            )
            #expect(files.allSatisfy { Data($0.path.utf8) == $0.content })
        }
        #expect(try await sandbox.read(commit).tree.files.count == 4 * names.count)
        let error = await #expect(throws: GitError.self) { try await sandbox.read("\(commit):..") }
        #expect(error?.fault == .input)
    }

    @Test("Symbolic links are followed within the revision; cycles are cut, and links out of it are ignored")
    func links() async throws {
        let sandbox = try await GitSandbox()
        try sandbox.write([
            "shared/note.txt": "note", "shared/deep/1.md": "deep", "library/a/1.md": "one", "library/b/text": "",
        ])
        try Data("outside".utf8).write(to: URL(filePath: sandbox.base + "/outside.md"))
        try sandbox.link([
            "library/a/2.md": "../../shared/note.txt",
            "library/a/3.md": "2.md",
            "library/a/none.txt": "1.md",
            "library/shared": "../shared",
            "library/loop": ".",
            "library/up": "..",
            "library/self.md": "self.md",
            "library/nothing.md": "missing",
            "library/outside.md": "../../outside.md",
            "library/absolute.md": "/etc/hostname",
            "library/directory.md": "a/1.md/..",
            "library/.hidden.md": "a/1.md",
            "library/through.md": "up/library/a/1.md",
            "current": "library",
        ])
        try await sandbox.commit()
        let files = try await sandbox.read("HEAD:current")
        let expected = [
            "a/1.md": "one", "a/2.md": "note", "a/3.md": "note", "shared/deep/1.md": "deep", "through.md": "one",
            "up/shared/deep/1.md": "deep",
        ]
        var found: [String: String] = [:]
        for file in files.tree.files { found[file.path] = String(decoding: file.content, as: UTF8.self) }
        #expect(found == expected)
        let ignored = ["absolute", "directory", "nothing", "outside", "self"]
        #expect(files.warnings.count == ignored.count)
        for name in ignored { #expect(files.warnings.contains { $0.contains("`\(name).md`") }) }
    }

    @Test("Submodules are ignored")
    func submodule() async throws {
        let sandbox = try await GitSandbox()
        try sandbox.write(["a.md": "a"])
        try await sandbox.commit()
        let id = "1234567890123456789012345678901234567890"
        try await sandbox.git("update-index", "--add", "--cacheinfo", "160000,\(id),module.md")
        try await sandbox.git("update-index", "--add", "--cacheinfo", "160000,\(id),module")
        try await sandbox.git("commit", "-q", "-m", "Module")
        #expect(try await sandbox.files("HEAD") == ["a.md": "a"])
        let error = await #expect(throws: GitError.self) { try await sandbox.files("HEAD:module") }
        #expect(error?.message.contains("is a submodule") == true)
    }

    @Test("A large file and thousands of small ones are read")
    func large() async throws {
        let sandbox = try await GitSandbox()
        var files = ["large.md": String(repeating: "line\n\n", count: 300_000)]
        for index in 0..<3000 { files["many/\(index)/1.md"] = "\(index) blob 3\n\(index)\n" }
        files["empty.md"] = ""
        try sandbox.write(files)
        try await sandbox.commit()
        #expect(try await sandbox.files("HEAD") == files)
    }

    @Test("A file that is too large is an error of the user's, which names it")
    func tooLarge() async throws {
        let sandbox = try await GitSandbox()
        try sandbox.write(["a/1.md": "", "b/1.md": "b"])
        #expect(truncate("\(sandbox.directory)/a/1.md", off_t(GitRevision.maximumFileSize + 1)) == 0)
        try await sandbox.commit()
        let error = await #expect(throws: GitError.self) { try await sandbox.files("HEAD") }
        #expect(error?.fault == .input)
        #expect(error?.message.contains("`a/1.md`") == true)
        #expect(try await sandbox.files("HEAD:b") == ["1.md": "b"])
    }

    @Test("A default path on disk is made relative to the root of the repository, and need not exist")
    func defaultPath() async throws {
        let sandbox = try await Self.revisions()
        try sandbox.link(["link": "prompts"])
        try FileManager.default.createSymbolicLink(
            atPath: sandbox.base + "/elsewhere",
            withDestinationPath: sandbox.directory + "/prompts"
        )
        let expected = ["a/1.md": "one", "b0/1.md": "new"]
        #expect(try await sandbox.files("one", default: "prompts") == expected)
        #expect(try await sandbox.files("one", default: "./prompts/") == expected)
        #expect(try await sandbox.files("one", default: "link") == expected)
        #expect(try await sandbox.files("one", default: sandbox.base + "/elsewhere") == expected)
        #expect(try await sandbox.files("one", in: "other", default: "../prompts") == expected)
        #expect(try await sandbox.files("one:other", default: "prompts") == ["x.md": "other"])
        #expect(try await sandbox.files("one", in: "other", default: "..").count == 3)
        try FileManager.default.removeItem(atPath: sandbox.directory + "/prompts")
        #expect(try await sandbox.files("one", default: "prompts/a") == ["1.md": "one"])
        for path in ["/", "..", sandbox.base, sandbox.directory + "2"] {
            let error = await #expect(throws: GitError.self) { try await sandbox.files("one", default: path) }
            #expect(error?.fault == .input)
        }
    }

    @Test("A bare repository is read")
    func bare() async throws {
        let sandbox = try await GitSandbox(creating: ["--bare"])
        let commit = try await sandbox.commit(entries: ["100644 blob \(try await sandbox.blob("bare"))\ta.md"])
        try await sandbox.git("update-ref", "refs/heads/main", commit)
        #expect(try await sandbox.files("main") == ["a.md": "bare"])
        let error = await #expect(throws: GitError.self) { try await sandbox.files("main", default: "prompts") }
        #expect(error?.fault == .input)
    }

    @Test("A repository without commits, and a directory that is no repository, are errors of the user's")
    func noRevision() async throws {
        let empty = try await GitSandbox()
        let unborn = await #expect(throws: GitError.self) { try await empty.files("HEAD") }
        #expect(unborn?.fault == .input)
        let none = try await GitSandbox(creating: nil)
        let outside = await #expect(throws: GitError.self) { try await none.files("HEAD") }
        #expect(outside?.fault == .input)
        #expect(outside?.message.contains("not in a Git repository") == true)
        let missing = await #expect(throws: GitError.self) { try await none.files("HEAD", in: "missing") }
        #expect(missing?.fault == .input)
    }

    @Test("An object that the repository lacks is an error, and is not fetched")
    func missingObject() async throws {
        let sandbox = try await Self.revisions()
        try await sandbox.git("config", "uploadpack.allowFilter", "true")
        let clone = sandbox.base + "/clone"
        try await sandbox.git("clone", "-q", "--bare", "--filter=blob:none", "file://\(sandbox.directory)", clone)
        // Versions of Git that fetch nonetheless find nothing there.
        try FileManager.default.removeItem(atPath: sandbox.directory)
        let error = await #expect(throws: GitError.self) {
            try await GitRevision(parsing: "one:prompts").files(in: clone, environment: sandbox.environment)
        }
        #expect(error?.fault == .tool)
        #expect(error?.advice.isEmpty == false)
    }

    @Test("An entry of a tree that is not a blob is an error, not the content of another file")
    func wrongType() async throws {
        let sandbox = try await GitSandbox()
        try sandbox.write(["a.md": "a"])
        let commit = try await sandbox.commit()
        let tree = try await sandbox.git("rev-parse", "HEAD^{tree}")
        let hostile = try await sandbox.git(
            "hash-object",
            "-t",
            "tree",
            "-w",
            "--stdin",
            "--literally",
            input: Data("100644 b.md\0".utf8) + Self.bytes(ofHexadecimal: tree)
        )
        let id = try await sandbox.git("commit-tree", hostile, "-p", commit, "-m", "Hostile")
        let error = await #expect(throws: GitError.self) { try await sandbox.files(id) }
        #expect(error?.message.contains("`b.md`") == true)
    }

    @Test("Git that is not installed is an error of the tool's")
    func noGit() async throws {
        let sandbox = try await Self.revisions()
        for path in ["", sandbox.base] {
            let environment = sandbox.environment.merging(["PATH": path]) { $1 }
            let error = await #expect(throws: GitError.self) {
                try await GitRevision(parsing: "one").files(in: sandbox.directory, environment: environment)
            }
            #expect(error?.fault == .tool)
            #expect(error?.message.contains("not installed") == true)
        }
    }

    private static func bytes(ofHexadecimal text: String) -> Data {
        let digits = text.compactMap(\.hexDigitValue)
        return Data(stride(from: 0, to: digits.count, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) })
    }
}
