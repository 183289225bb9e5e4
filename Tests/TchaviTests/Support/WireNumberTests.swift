import Foundation
import Testing

@testable import Tchavi

/// Numbers from a server, which may be of any size and in any form.
struct WireNumberTests {
    @Test(arguments: [
        ("0", "0"), ("12", "12"), ("-0.5", "-0.5"), ("+1.5", "1.5"), ("1e3", "1000"), ("1.5E-2", "0.015"),
        ("1e+2", "100"), ("007.50", "7.5"),
    ])
    func `Money in strings is read`(text: String, expected: String) {
        #expect(Decimal(scalar: .string(text))?.description == expected)
    }

    @Test(arguments: [
        "1-2", "--5", "1e", ".", "+", "", "-", "1.", ".5", "1e+", "1e5.5", "1 ", " 1", "1,5", "0x10", "NaN", "inf",
        "1e400", "-1e400", "1e-400", "1e99999999999999999999", "1_000", "१",
    ])
    func `Malformed money is refused`(text: String) {
        #expect(Decimal(scalar: .string(text)) == nil)
        #expect(throws: JSONError.self) {
            _ = try JSONValue.object(["v": .string(text)]).decoded(as: [String: Decimal].self)
        }
    }

    @Test func `Numbers beyond Decimal are refused`() {
        #expect(Decimal(scalar: 1e300) == nil)
        #expect(Decimal(scalar: 0.1) == Decimal(string: "0.1"))
        #expect(Decimal(scalar: .unsignedInteger(.max))?.description == "18446744073709551615")
    }

    @Test func `Sums of numbers from a server do not overflow`() {
        #expect(TokenUsage(promptTokens: .max, completionTokens: 1).totalTokens == .max)
        #expect(TokenUsage(promptTokens: .min, completionTokens: -1).totalTokens == .min)
        let greatest = Decimal.greatestFiniteMagnitude
        #expect(greatest.addingWithoutOverflow(greatest) == greatest)
        #expect((-greatest).addingWithoutOverflow(-greatest) == -greatest)
        #expect(Decimal(1).addingWithoutOverflow(2) == 3)
    }

    @Test(arguments: [1e12, -1e12, .infinity, .nan, 1e300])
    func `Durations beyond what is plausible are refused`(milliseconds: Double) {
        #expect(Duration(scalar: .double(milliseconds)) == nil)
    }

    @Test func `A date that is not a number has a string and no date`() throws {
        let stamp = Timestamp(Date(timeIntervalSince1970: .nan))
        #expect(stamp.text == "Invalid Date")
        #expect(stamp.date == nil)
        #expect(try JSONDecoder().decode([Timestamp].self, from: JSONEncoder().encode([stamp])) == [stamp])
    }

    @Test(arguments: [
        (Double.infinity, "9999-12-31T23:59:59.000Z"), (-.infinity, "0001-01-01T00:00:00.000Z"),
        (1e300, "9999-12-31T23:59:59.000Z"), (-1e300, "0001-01-01T00:00:00.000Z"),
    ])
    func `Dates beyond the years that ISO 8601 has are written as the first or last`(seconds: Double, text: String) {
        #expect(Timestamp(Date(timeIntervalSince1970: seconds)).text == text)
    }

    // MARK: Embeddings

    @Test func `Embeddings are in the order of their indices`() throws {
        func vectors(_ data: JSONValue) throws -> [[Float]] {
            try EmbeddingsResponse(json: ["data": data, "model": "m"]).data.map(\.vector)
        }
        #expect(
            try vectors([
                ["index": 2, "embedding": [2]], ["index": 0, "embedding": [0]], ["index": 1, "embedding": [1]],
                ["index": 0, "embedding": [0.5]],
            ]) == [[0], [0.5], [1], [2]]
        )
        #expect(
            try vectors([["embedding": [2]], ["embedding": [1]], ["index": 0, "embedding": [3]]]) == [[2], [1], [3]]
        )
    }

    @Test func `Numbers beyond Float are clamped`() throws {
        let embedding = try Embedding(json: ["index": 0, "embedding": [1e300, -1e300, 3.4028236e38, 1e-300]])
        let greatest = Float.greatestFiniteMagnitude
        #expect(embedding.vector == [greatest, -greatest, greatest, 0])
        #expect(try JSONDecoder().decode(Embedding.self, from: JSONEncoder().encode(embedding)) == embedding)
    }

    @Test func `Vectors with infinities and NaN are written and read again`() throws {
        let infinite = Embedding(index: 1, vector: [.infinity, -.infinity, 0.5])
        let received = try Embedding(json: ["index": 1, "embedding": .string(infinite.base64)])
        #expect(received == infinite)
        #expect(try Embedding(json: JSONValue(parsing: received.json.serialized())) == infinite)
        #expect(try JSONDecoder().decode(Embedding.self, from: JSONEncoder().encode(received)) == infinite)
        let unknown = try Embedding(json: ["embedding": [1, nil]])
        #expect(unknown.vector[0] == 1 && unknown.vector[1].isNaN)
        #expect(try Embedding(json: JSONValue(parsing: unknown.json.serialized())).vector[1].isNaN)
    }
}
