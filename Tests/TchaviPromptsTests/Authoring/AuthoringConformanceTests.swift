import Foundation
import Tchavi
import TestSupport
import Testing

@testable import TchaviPrompts

struct AuthoringConformanceTests {
    struct Case: CustomTestStringConvertible, Sendable {
        let name: String
        let category: String
        let files: FileTree
        /// `nil` where the case has none, because every prompt has an error.
        let records: [JSONValue]
        /// `file:line`, as often as it is expected.
        let errors: [String]

        init(_ json: JSONValue) throws {
            name = try #require(json["name"]?.string)
            category = try #require(json["category"]?.string)
            let contents = try #require(json["files"]?.object)
            files = FileTree(contents.mapValues { Data(($0.string ?? "").utf8) })
            records = json["expected"]?["records"]?.array ?? []
            errors = (json["expected"]?["errors"]?.array ?? []).map { error in
                "\(error["file"]?.string ?? ""):\(error["line"]?.integer ?? 0)"
            }
        }

        var testDescription: String { "\(category): \(name)" }
    }

    static let cases: [Case] = (try? ConformanceCases.own.lines("authoring.jsonl").map(Case.init)) ?? []

    @Test func `Every case of the independent reference is there`() { #expect(Self.cases.count == 194) }

    @Test(arguments: cases)
    func `The errors are those of the independent reference`(expected: Case) {
        let errors = PromptDirectory(reading: expected.files).diagnostics.filter { $0.severity == .error }
        #expect(errors.map { "\($0.location):\($0.line ?? 0)" }.sorted() == expected.errors.sorted(), "\(errors)")
        for error in errors { #expect(!error.reason.isEmpty && error.advice?.isEmpty == false) }
    }

    @Test(arguments: cases)
    func `The records are those of the independent reference`(expected: Case) throws {
        let prompts = PromptDirectory(reading: expected.files).prompts.filter { $0.isReadable && !$0.hasDuplicateID }
        // The canonical form makes no difference between 10 and 10.0, which are the same number.
        let records = prompts.map { String(decoding: $0.record.json.canonical(), as: UTF8.self) }.sorted()
        let expectedRecords = try expected.records.map { record in
            String(decoding: try PromptRecord(json: record).json.canonical(), as: UTF8.self)
        }
        #expect(records == expectedRecords.sorted())
    }
}
