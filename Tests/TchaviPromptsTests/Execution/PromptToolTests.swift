import Foundation
import Synchronization
import Tchavi
import Testing

@testable import TchaviPrompts

struct PromptToolTests {
    private struct City: Decodable { let city: String }
    private struct Refusing: Decodable {
        static var error: any Error & Sendable { CocoaError(.fileReadNoPermission) }
        init(from decoder: any Decoder) throws { throw Self.error }
    }
    private struct Explaining: Decodable {
        init(from decoder: any Decoder) throws { throw PromptToolError("Dates are in the past.") }
    }

    private static let brest = #"{"city":"Brest"}"#

    private func result(_ tool: PromptTool, _ arguments: String = brest) async throws -> JSONValue {
        #expect(tool.kind == .program)
        let body = try #require(tool.body)
        return try await body(Data(arguments.utf8))
    }

    private func message(_ tool: PromptTool, _ arguments: String) async throws -> String? {
        let body = try #require(tool.body)
        let error = await #expect(throws: (any Error).self) { _ = try await body(Data(arguments.utf8)) }
        return (error as? any LocalizedError)?.errorDescription
    }

    @Test func `A closure may have arguments and a result, either or neither`() async throws {
        let seen = Mutex<[String]>([])
        @Sendable func note(_ text: String) async throws { seen.withLock { $0.append(text) } }
        @Sendable func named(_ place: City) async throws -> String { place.city }
        @Sendable func noted(_ place: City) async throws { try await note(place.city) }

        // Arguments and a result.
        #expect(try await result(.program("a") { (place: City) in place.city }) == "Brest")
        #expect(try await result(.program("a") { (_: City) in 1 }) == 1)
        #expect(try await result(.program("a") { (_: City) -> Int in 2 }) == 2)
        let multiple = PromptTool.program("a") { (place: City) in
            let text = place.city.uppercased()
            return [text, text]
        }
        #expect(try await result(multiple) == ["BREST", "BREST"])
        #expect(try await result(.program("a", named)) == "Brest")

        // Arguments that are not decoded.
        #expect(try await result(.program("a") { _ in true }) == true)
        #expect(try await result(.program("a") { $0["city"]?.string }) == "Brest")
        #expect(try await result(.program("a") { arguments in arguments }) == ["city": "Brest"])
        #expect(try await result(.program("a") { (arguments: JSONValue) in arguments }) == ["city": "Brest"])
        #expect(try await result(.program("a") { _ in }) == "done")

        // Without a result.
        #expect(try await result(.program("a") { (place: City) in try await note("1 \(place.city)") }) == "done")
        #expect(try await result(.program("a") { (_: City) in }) == "done")
        #expect(try await result(.program("a") { (_: City) -> Void in try await note("2") }) == "done")
        #expect(try await result(.program("a", noted)) == "done")
        let statements = PromptTool.program("a") { (place: City) in
            let text = "3 \(place.city)"
            try await note(text)
        }
        #expect(try await result(statements) == "done")

        // Without arguments.
        #expect(try await result(.program("a") { "x" }) == "x")
        #expect(try await result(.program("a") { ["x": 1] }) == ["x": 1])
        #expect(try await result(.program("a") { () -> String? in nil }) == .null)

        // Neither.
        #expect(try await result(.program("a") {}) == "done")
        #expect(try await result(.program("a") { try await note("4") }) == "done")
        let nothing = PromptTool.program("a", description: "d", timeout: .seconds(1)) {
            let text = "5"
            try await note(text)
        }
        #expect(try await result(nothing) == "done")
        #expect(seen.withLock { $0 } == ["1 Brest", "2", "Brest", "3 Brest", "4", "5"])
    }

    @Test(arguments: ["", "{}", "null", "not JSON", #"{"unknown": [1]}"#])
    func `A tool without arguments ignores those of the model`(arguments: String) async throws {
        #expect(try await result(.program("now") { 5 }, arguments) == 5)
        #expect(try await result(.program("now") {}, arguments) == "done")
    }

    @Test func `A tool without arguments declares an empty object`() {
        #expect(PromptTool.program("now") { 5 }.argumentsSchema == .object([:]))
        #expect(PromptTool.program("now") {}.definition.parameters == JSONSchema.object([:]).json)
        #expect(PromptTool.program("now", parameters: ["type": "object"]) { 5 }.argumentsSchema == ["type": "object"])
        #expect(PromptTool.program("now") { (_: City) in 5 }.argumentsSchema == nil)
        let schema = JSONSchema.object(["city": .string()])
        #expect(PromptTool.program("f", parameters: schema) { (_: City) in 5 }.definition.parameters == schema.json)
        #expect(PromptTool.schema("f", parameters: schema).argumentsSchema == schema)
    }

    @Test(arguments: [
        (#"{"city":1}"#, "at $.city"), ("{}", "at $.city: missing"), (#"{"city":"#, "at byte"), ("[]", "at $"),
    ])
    func `The model is told which arguments cannot be decoded`(arguments: String, part: String) async throws {
        let message = try await message(.program("f") { (place: City) in place.city }, arguments)
        #expect(message?.hasPrefix("The arguments cannot be decoded: ") == true)
        #expect(message?.contains(part) == true, "\(message ?? "")")
    }

    @Test func `Of an error in decoding, the model is told only what was written for it`() async throws {
        let refusing = PromptTool.program("f") { (_: Refusing) in }
        #expect(try await message(refusing, "{}") == "The arguments cannot be decoded: the value is not valid")
        let explaining = PromptTool.program("f") { (_: Explaining) in }
        #expect(try await message(explaining, "{}") == "The arguments cannot be decoded: Dates are in the past.")
    }

    @Test func `Arguments that are not decoded still have to be JSON`() async throws {
        let message = try await message(.program("f") { _ in }, "{")
        #expect(message?.hasPrefix("The arguments cannot be decoded") == true)
    }

    @Test func `The error of a tool is described by its message`() {
        let error: any Error = PromptToolError("No order has this number.")
        #expect((error as? any LocalizedError)?.errorDescription == "No order has this number.")
        #expect("\(error)" == "No order has this number.")
    }
}
