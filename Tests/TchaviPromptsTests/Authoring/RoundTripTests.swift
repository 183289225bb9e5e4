import Foundation
import Tchavi
import TestSupport
import Testing

@testable import TchaviPrompts

@Suite(.computation)
struct RoundTripTests {
    /// The record as the directory form keeps it: with its versions ordered by number.
    private static func ordered(_ record: PromptRecord) -> PromptRecord {
        var record = record
        record.versions.sort { $0.version < $1.version }
        return record
    }

    /// Checks that records survive as files, and that the files of those records are the same again.
    private static func check(
        _ records: [PromptRecord],
        _ comment: Comment,
        sourceLocation: SourceLocation = #_sourceLocation
    )
        throws
    {
        let files = try FileTree(writing: records)
        let directory = PromptDirectory(reading: files)
        let errors = directory.diagnostics.filter { $0.severity == .error }
        #expect(errors.isEmpty, comment, sourceLocation: sourceLocation)
        let read = Dictionary(directory.prompts.map { ($0.id, $0.record) }, uniquingKeysWith: { first, _ in first })
        #expect(read.count == records.count, comment, sourceLocation: sourceLocation)
        for record in records {
            #expect(read[record.promptID] == ordered(record), comment, sourceLocation: sourceLocation)
        }
        let again = try FileTree(writing: directory.prompts.map(\.record))
        #expect(again == files, comment, sourceLocation: sourceLocation)
    }

    @Test func `Two thousand odd records survive as files, and their files as records`() throws {
        var generator = RecordGenerator(seed: 2026)
        var sizes = (markdown: 0, wire: 0)
        for index in 0..<2000 {
            let record = generator.record()
            try Self.check([record], "record \(index)")
            let files = try FileTree(writing: [record])
            sizes.markdown += files.files.count { $0.path.hasSuffix(".md") && !$0.path.hasSuffix("prompt.json") }
            sizes.wire += record.versions.count
        }
        // Many versions have a file of their own, although few have nothing odd.
        #expect(sizes.markdown * 3 > sizes.wire, "\(sizes)")
    }

    @Test func `Records with different ids survive in one tree`() throws {
        var generator = RecordGenerator(seed: 7)
        var records: [String: PromptRecord] = [:]
        while records.count < 150 {
            let record = generator.record()
            records[record.promptID] = record
        }
        try Self.check(Array(records.values), "150 prompts")
    }

    @Test func `The prompts of the conformance cases and the fixtures survive`() throws {
        for expected in AuthoringConformanceTests.cases {
            for record in expected.records { try Self.check([PromptRecord(json: record)], "\(expected.name)") }
        }
        var ids: Set<String> = []
        for json in try ConformanceCases.own.lines("selection.jsonl") {
            let record = try PromptRecord(json: try #require(json["prompt"]))
            try Self.check([record], "\(json["name"]?.string ?? "")")
            ids.insert(record.promptID)
        }
        let records = try Fixtures.promptRecords()
        #expect(records.count == 6)
        try Self.check(records, "Fixtures/Prompts")
    }

    @Test func `A prompt of a case of category round trip is written as the reference writes it`() throws {
        // The two differ in the order of some keys and in what stands on one line, which is left to the writer.
        for expected in AuthoringConformanceTests.cases where expected.category == "round trip" {
            let written = try FileTree(writing: expected.records.map { try PromptRecord(json: $0) })
            #expect(written.files.map(\.path) == expected.files.files.map(\.path), "\(expected.name)")
        }
    }
}
