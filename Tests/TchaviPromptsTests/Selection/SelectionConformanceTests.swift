import Foundation
import Tchavi
import TestSupport
import Testing

@testable import TchaviPrompts

struct SelectionConformanceTests {
    @Test(.computation) func `Every case of the independent reference selects the expected version`() throws {
        let cases = try ConformanceCases.own.lines("selection.jsonl")
        #expect(cases.count == 650)
        for json in cases {
            let record = try PromptRecord(json: try #require(json["prompt"]))
            let query = try json["query"].flatMap { $0.isNull ? nil : try PromptQuery(json: $0) } ?? PromptQuery()
            let result = CompiledSelector(record).select(query)
            let name = json["name"]?.string ?? ""
            #expect(result.version?.id == json["expected"]?.string, "\(name)")
            #expect(result.selection.reason.rawValue == json["reason"]?.string, "\(name)")
            let oracle = SelectionOracle(record: record, query: query).run()
            #expect(oracle.version == result.version, "\(name)")
            #expect(oracle.selection(of: record.promptID) == result.selection, "\(name)")
        }
    }

    @Test(.computation) func `Every case is decoded and encoded without loss`() throws {
        for json in try ConformanceCases.own.lines("selection.jsonl") {
            if let query = json["query"], !query.isNull { #expect(try PromptQuery(json: query).json == query) }
            let prompt = try #require(json["prompt"])
            let record = try PromptRecord(json: prompt)
            var encoded = try #require(record.json.object)
            // The wire form of the cases has no id of its own: it is that of the versions.
            encoded["promptId"] = nil
            #expect(JSONValue.object(encoded) == prompt)
        }
    }
}
