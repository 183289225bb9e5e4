import Foundation
import Testing

@testable import Tchavi

struct EventStreamParserTests {
    private static func events(_ chunks: [Data], limit: Int = 1 << 20) throws -> [ServerSentEvent] {
        var parser = EventStreamParser(limit: limit)
        var events: [ServerSentEvent] = []
        for chunk in chunks {
            try parser.push(chunk)
            while let event = parser.next() { events.append(event) }
        }
        return events
    }

    @Test(.enabled(if: Conformance.isPresent, "the conformance cases are not beside the checkout"))
    func `The Web Platform Tests pass, however the stream is split`() throws {
        let cases = try #require(try Conformance.json("sse-wpt.json")["cases"]?.array)
        #expect(cases.count == 18)
        for entry in cases {
            let name = entry["name"]?.string ?? ""
            let chunks = try #require(entry["chunks_b64"]?.array).map {
                try #require(Data(base64Encoded: $0.string ?? ""))
            }
            let expected = try #require(entry["expect"]?.array).map { event in
                ServerSentEvent(
                    event: event["event"]?.string ?? "",
                    data: event["data"]?.string ?? "",
                    id: event["id"]?.string ?? ""
                )
            }
            let whole = chunks.reduce(Data(), +)
            #expect(try Self.events(chunks) == expected, "\(name)")
            #expect(try Self.events(whole.map { Data([$0]) }) == expected, "\(name), byte by byte")
            for split in 0...whole.count {
                #expect(
                    try Self.events([whole.prefix(split), whole.dropFirst(split)]) == expected,
                    "\(name) at \(split)"
                )
            }
        }
    }

    @Test(arguments: ["\n", "\r", "\r\n"])
    func `Every kind of line end works`(end: String) throws {
        let text = ["event: a", "data: 1", "data: 2", "", ": comment", "id: 7", "data:3", "", ""].joined(separator: end)
        let expected = [
            ServerSentEvent(event: "a", data: "1\n2"), ServerSentEvent(event: "message", data: "3", id: "7"),
        ]
        #expect(try Self.events([Data(text.utf8)]) == expected)
        #expect(try Self.events(text.utf8.map { Data([$0]) }) == expected)
    }

    @Test func `Lines and events are bounded`() throws {
        let long = Data("data: \(String(repeating: "x", count: 200))\n\n".utf8)
        #expect(throws: EventStreamParser.TooLarge.self) { _ = try Self.events([long], limit: 100) }
        #expect(throws: EventStreamParser.TooLarge.self) { _ = try Self.events(long.map { Data([$0]) }, limit: 100) }
        let many = Data(String(repeating: "data: xxxxxxxxx\n", count: 20).utf8)
        #expect(throws: EventStreamParser.TooLarge.self) { _ = try Self.events([many], limit: 100) }
        #expect(try Self.events([long], limit: 300).count == 1)
    }

    @Test func `An event without its empty line is dropped`() throws {
        #expect(try Self.events([Data("data: a\n\ndata: b\n".utf8)]).map(\.data) == ["a"])
    }
}
