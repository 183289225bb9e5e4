import Foundation
import Tchavi
import Testing

@testable import TchaviPrompts

struct PromptQueryTests {
    private func query(_ json: String) throws -> PromptQuery { try PromptQuery(json: try JSONValue(parsing: json)) }

    @Test func `A query has a JSON form, which leaves out what is not set`() throws {
        let query = PromptQuery().deploymentVariable("environment", "production").tag("age", 20).bucketed(by: "")
        #expect(
            query.json.serialized()
                == #"{"bucketBy":"","conditions":[{"enforced":true,"field":"environment","value":"production"},"#
                + #"{"enforced":false,"field":"age","value":20}],"exactMatch":false,"operator":"AND"}"#
        )
        let other = PromptQuery().latest().exactMatch().enforcing(.any).folder("f").requiringMatch()
        #expect(
            other.json.serialized()
                == #"{"conditions":[],"exactMatch":true,"folderId":"f","latest":true,"operator":"OR","requiresMatch":true}"#
        )
        for query in [query, other, PromptQuery(), PromptQuery().version(3).tag("a", ["b", "c"]).tag("d", 1.5)] {
            #expect(try PromptQuery(json: query.json) == query)
            #expect(try JSONDecoder().decode(PromptQuery.self, from: try JSONEncoder().encode(query)) == query)
        }
    }

    @Test func `A query that is read obeys the rules of one that is built`() throws {
        #expect(try query("{}") == PromptQuery())
        let twice = #"{"conditions": [{"field": "a", "value": 1}, {"field": "a", "value": 2, "enforced": true}]}"#
        #expect(try query(twice) == PromptQuery().deploymentVariable("a", 2))
        let pinned = #"{"latest": true, "conditions": [{"field": "promptVersionNumber", "value": 1}]}"#
        #expect(try query(pinned) == PromptQuery().latest())
        #expect(try query(#"{"operator": "or"}"#) == PromptQuery().enforcing(.any))
    }

    @Test(arguments: [
        (#"{"operator": "XOR"}"#, #"expected "AND" or "OR", found "XOR", at $.operator"#),
        (#"{"conditions": [{"value": 1}]}"#, "missing, at $.conditions[0].field"),
        (#"{"conditions": [{"field": "a", "value": {}}]}"#, "at $.conditions[0].value"),
        ("[]", "expected an object"),
    ])
    func `A query that cannot be read says where`(json: String, message: String) throws {
        let error = #expect(throws: JSONError.self) { try query(json) }
        #expect(error?.description.contains(message) == true)
    }
}
