import Testing

@testable import TchaviPrompts

struct NameDistanceTests {
    private func nearest(_ count: Int = 5, to name: String, of names: [String]) -> [String] {
        NameDistance(from: name).nearest(count, of: names)
    }

    @Test func `The nearest come first, and ties are ordered by bytes`() {
        let names = ["tone", "Support-Reply", "support-replay", "weather", "support-reply-2", "zone", "bone"]
        #expect(nearest(3, to: "support-reply", of: names) == ["Support-Reply", "support-replay", "support-reply-2"])
        #expect(nearest(to: "lone", of: ["zone", "tone", "bone", "weather"]) == ["bone", "tone", "zone", "weather"])
        #expect(nearest(to: "x", of: []) == [])
        #expect(nearest(to: "", of: ["b", "a"]) == ["a", "b"])
    }

    @Test func `Prefixes and parts are near, however long the rest`() {
        let names = ["customer-care-reply-to-complaints", "complaint", "reply", "rapid"]
        #expect(nearest(2, to: "complaints", of: names) == ["complaint", "customer-care-reply-to-complaints"])
        #expect(nearest(1, to: "reply-to-complaints", of: ["zzz", "reply"]) == ["reply"])
    }

    @Test(arguments: [
        ("abcd", "abdc", 1), ("abc", "abc", 0), ("", "abc", 3), ("kitten", "sitting", 3), ("ABC", "abd", 1),
    ])
    func `Insertions, deletions, replacements and exchanges count`(first: String, second: String, distance: Int) {
        #expect(NameDistance(from: first).distance(to: second) == distance)
        #expect(NameDistance(from: second).distance(to: first) == distance)
    }

    @Test func `What is left out early is never nearer than what is kept`() {
        var random = Generator(state: 3)
        for _ in 0..<40 {
            let names = (0..<60).map { _ in
                String((0..<Int.random(in: 1...7, using: &random)).map { _ in random.pick(Array("abc-")) })
            }
            // Without parts, which have their own distances.
            let name = "zz"
            let distance = NameDistance(from: name)
            let expected = names.map { (distance.distance(to: $0), $0) }.sorted { $0 < $1 }.prefix(5).map(\.1)
            #expect(nearest(to: name, of: names) == Array(expected))
        }
    }

    @Test(.computation) func `A hundred thousand long names are no obstacle`() {
        let names = (0..<100_000).map { "team-\($0 % 97)/" + String(repeating: "prompt", count: 30) + "-\($0)" }
        #expect(nearest(to: "tem-5", of: names).count == 5)
    }
}
