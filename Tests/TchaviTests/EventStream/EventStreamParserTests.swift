import Foundation
import TestSupport
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

    @Test func `Every conformance case results in its events, however the stream is split`() throws {
        let cases = try #require(try ConformanceCases.own.json("event-streams.json").array)
        #expect(cases.count == 63)
        for json in cases {
            let name = try #require(json["name"]?.string)
            let bytes = try Self.bytes(json)
            let expected = try #require(json["events"]?.array).map { event in
                ServerSentEvent(
                    event: event["event"]?.string ?? "message",
                    data: try #require(event["data"]?.string),
                    id: event["id"]?.string ?? ""
                )
            }
            #expect(try Self.events([bytes]) == expected, "\(name)")
            #expect(try Self.events(bytes.map { Data([$0]) }) == expected, "\(name), byte by byte")
            for split in 0...bytes.count {
                let chunks = [bytes.prefix(split), Data(), bytes.dropFirst(split)]
                #expect(try Self.events(chunks) == expected, "\(name), split at \(split)")
            }
        }
    }

    /// A case's stream: a string, or the hexadecimal bytes of one that is not UTF-8.
    private static func bytes(_ json: JSONValue) throws -> Data {
        if let text = json["stream"]?.string { return Data(text.utf8) }
        return Data(try #require(json["hex"]?.string).split(separator: " ").map { try #require(UInt8($0, radix: 16)) })
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

    @Test func `The sizes of lines and events are limited`() throws {
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
