import Foundation
import Testing

@testable import promptctl

struct GitTreeTests {
    private static func tree(files: [String] = [], links: [String: String] = [:]) throws -> GitTree {
        let lines = files.map { "100644 blob f\t\($0)\0" } + links.keys.map { "120000 blob \($0)\t\($0)\0" }
        var tree = try GitTree(listing: Data(lines.joined().utf8))
        tree.setTargets(links.mapValues { Data($0.utf8) })
        return tree
    }

    @Test("Links that make a few files appear very often reach a limit")
    func doublingLinks() throws {
        var links: [String: String] = [:]
        for level in 1...25 {
            links["d\(level)/a"] = "../d\(level - 1)"
            links["d\(level)/b"] = "../d\(level - 1)"
        }
        let tree = try Self.tree(files: ["d0/1.md"], links: links)
        #expect(try GitTree.Library(in: Array("d3".utf8), of: tree).files.count == 8)
        let error = #expect(throws: GitError.self) {
            try GitTree.Library(in: Array("d25".utf8), of: tree, maximumEntries: 5000)
        }
        #expect(error?.fault == .input)
    }

    @Test("A long chain of links to directories ends with a warning, one of links to links with nothing")
    func chains() throws {
        var links: [String: String] = [:]
        for level in 1...1000 {
            links["d\(level)/next"] = "../d\(level - 1)"
            links["l\(level).md"] = "l\(level - 1).md"
        }
        let tree = try Self.tree(files: ["d0/1.md", "l0.md"], links: links)
        let library = try GitTree.Library(in: Array("d1000".utf8), of: tree)
        #expect(library.files.isEmpty)
        #expect(library.warnings.count == 1)
        #expect(tree.node(at: Array("l40.md".utf8)) == .file(id: "f"))
        #expect(tree.node(at: Array("l41.md".utf8)) == .nothing)
    }

    @Test("Names that are not UTF-8, empty or `..` are skipped")
    func namesThatAreSkipped() throws {
        let prefix = Data("100644 blob f\t".utf8)
        let names: [Data] = [
            Data([0xFF]) + Data(".md".utf8), Data("../x.md".utf8), Data("a//x.md".utf8), Data("a/../x.md".utf8),
            Data("ok.md".utf8), Data("/x.md".utf8), Data("tab\t.md".utf8),
        ]
        let tree = try GitTree(listing: Data(names.flatMap { prefix + $0 + [0] }))
        #expect(try GitTree.Library(in: [], of: tree).files.map(\.path) == ["ok.md", "tab\t.md"])
    }

    @Test("A directory is not confused with names that begin alike")
    func similarNames() throws {
        let tree = try Self.tree(files: ["a.md", "a/1.md", "a/b/2.md", "a0/3.md", "a-b/4.md", "ab/5.md"])
        #expect(try GitTree.Library(in: Array("a".utf8), of: tree).files.map(\.path) == ["1.md", "b/2.md"])
        #expect(tree.node(at: Array("a/b".utf8)) == .directory(path: Array("a/b".utf8)))
        #expect(tree.node(at: Array("a/b/".utf8)) == .directory(path: Array("a/b".utf8)))
        #expect(tree.node(at: Array("a/".utf8)) == .directory(path: Array("a".utf8)))
        #expect(tree.node(at: Array("a/1".utf8)) == .nothing)
        #expect(tree.node(at: Array("..".utf8)) == .nothing)
        #expect(tree.node(at: []) == .directory(path: []))
    }

    @Test(
        "Output that does not consist of entries is an error of the tool's",
        arguments: ["x\0", "100644 blob\tx\0", "100644\0"]
    )
    func invalidListing(listing: String) {
        let error = #expect(throws: GitError.self) { try GitTree(listing: Data(listing.utf8)) }
        #expect(error?.fault == .tool)
    }
}
