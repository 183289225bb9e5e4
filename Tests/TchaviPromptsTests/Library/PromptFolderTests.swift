import Testing

@testable import TchaviPrompts

struct PromptFolderTests {
    private let folder = PromptFolder(id: "f", name: "F", tags: ["team": "support", "level": 2])
    private let untagged = PromptFolder(id: "g", name: "G")

    @Test func `A folder matches if it has a condition as a tag, and no tag with another value`() {
        #expect(folder.matches(PromptQuery().tag("team", "support")))
        #expect(folder.matches(PromptQuery().tag("team", "support").tag("level", "2")))
        #expect(!folder.matches(PromptQuery().tag("team", "support").tag("level", 3)))
        #expect(!folder.matches(PromptQuery().tag("plan", "pro")))
        #expect(folder.matches(PromptQuery().tag("team", "support").tag("plan", "pro")))
        #expect(!untagged.matches(PromptQuery().tag("team", "support")))
    }

    @Test func `A query without conditions matches every folder`() {
        for query in [PromptQuery(), PromptQuery().bucketed(by: "k"), PromptQuery().version(3), PromptQuery().latest()]
        {
            #expect(folder.matches(query))
            #expect(untagged.matches(query))
        }
    }

    @Test func `Enforced conditions have to be tags, all or one of them`() {
        let query = PromptQuery().deploymentVariable("team", "support").deploymentVariable("plan", "pro")
        #expect(!folder.matches(query))
        #expect(folder.matches(query.enforcing(.any)))
        #expect(!folder.matches(PromptQuery().deploymentVariable("plan", "pro").tag("level", 2).enforcing(.any)))
        #expect(folder.matches(PromptQuery().tag("level", 2).enforcing(.any)))
    }

    @Test func `An exact match has every condition as a tag, and no other tags`() {
        let both = PromptQuery().tag("team", "support").tag("level", 2).exactMatch()
        #expect(folder.matches(both))
        #expect(!folder.matches(both.tag("plan", "pro")))
        #expect(!folder.matches(PromptQuery().tag("team", "support").exactMatch()))
        #expect(untagged.matches(PromptQuery().exactMatch()))
        #expect(!folder.matches(PromptQuery().exactMatch()))
    }

    @Test func `A query for one folder matches only that`() {
        #expect(folder.matches(PromptQuery().folder("f")))
        #expect(!untagged.matches(PromptQuery().folder("f").tag("team", "support")))
        #expect(!untagged.matches(PromptQuery().folder("f")))
    }
}
