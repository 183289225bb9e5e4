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

    private enum Plan: String { case pro, free }
    private enum Level: Int { case low = 1, high = 2 }
    private enum Region: String, ConditionValueConvertible {
        case north
        var conditionValue: ConditionValue { .string("region-\(rawValue)") }
    }
    private enum Tier: String, ConditionValueConvertible { case gold }
    private struct UserID: RawRepresentable { let rawValue: UUID }

    private func values(_ query: PromptQuery) -> [ConditionValue] { query.conditions.map(\.value) }

    @Test func `nil sets no condition and no key, and removes none`() {
        let (text, number, plan, key): (String?, Int?, Plan?, String?) = (nil, nil, nil, nil)
        let empty = PromptQuery().tag("a", text).deploymentVariable("b", number).tag("c", plan).bucketed(by: key)
        #expect(empty == PromptQuery())
        let set = PromptQuery().tag("a", "x").bucketed(by: "k")
        #expect(
            set.tag("a", text).tag("a", plan).bucketed(by: key).bucketed(by: UUID?.none).bucketed(by: number) == set
        )
        #expect(
            values(PromptQuery().tag("a", Optional("x")).deploymentVariable("b", Optional(Plan.pro))) == ["x", "pro"]
        )
    }

    @Test func `Literals are strings, numbers, Booleans and arrays`() {
        let query = PromptQuery().tag("a", "pro").tag("b", 3).tag("c", true).tag("d", 2.5).tag("e", ["x"]).tag(
            "f",
            "\(1)"
        )
        #expect(
            values(query) == [.string("pro"), .integer(3), .boolean(true), .number(2.5), .strings(["x"]), .string("1")]
        )
        let variables = PromptQuery().deploymentVariable("a", "pro").deploymentVariable("b", 3)
            .deploymentVariable("c", true).deploymentVariable("d", 2.5).deploymentVariable("e", ["x"])
        #expect(values(variables) == Array(values(query).dropLast()))
    }

    @Test func `Integers of every type are integers, and greater ones do not trap`() {
        let query = PromptQuery().tag("a", UInt8.max).tag("b", Int32.min).tag("c", UInt64(Int64.max)).tag(
            "d",
            UInt64.max
        )
        .tag("e", Int64.min).tag("f", UInt.max)
        #expect(
            values(query) == [
                .integer(255), .integer(-2_147_483_648), .integer(.max), .number(0x1p64),
                .integer(.min),
                .number(0x1p64),
            ]
        )
    }

    @Test func `Enumerations are their raw values, unless they say otherwise`() throws {
        let id = try #require(UUID(uuidString: "e621e1f8-c36c-495a-93fc-0c247a3e6e5f"))
        let query = PromptQuery().tag("a", Plan.free).deploymentVariable("b", Level.high).tag("c", Region.north)
            .tag("d", Tier.gold).tag("e", id)
        #expect(values(query) == ["free", 2, "region-north", "gold", "E621E1F8-C36C-495A-93FC-0C247A3E6E5F"])
        #expect(query.conditions.map(\.isEnforced) == [false, true, false, false, false])
    }

    @Test func `Keys are strings, UUIDs, integers and what they back`() throws {
        let text = "E621E1F8-C36C-495A-93FC-0C247A3E6E5F"
        let id = try #require(UUID(uuidString: text.lowercased()))
        #expect(PromptQuery().bucketed(by: id).bucketingKey == text)
        #expect(PromptQuery().bucketed(by: UserID(rawValue: id)).bucketingKey == text)
        #expect(PromptQuery().bucketed(by: UInt64.max).bucketingKey == "18446744073709551615")
        #expect(PromptQuery().bucketed(by: 42).bucketingKey == "42")
        #expect(PromptQuery().bucketed(by: Optional(Int8(-1))).bucketingKey == "-1")
        #expect(PromptQuery().bucketed(by: Plan.pro).bucketingKey == "pro")
        #expect(PromptQuery().bucketed(by: Level.low).bucketingKey == "1")
        #expect(PromptQuery().bucketed(by: "").bucketingKey == "")
    }
}
