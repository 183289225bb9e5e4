import Foundation
import Testing

@testable import Tchavi

struct HeaderFieldsTests {
    @Test func `Names are case-insensitive and keep their case`() {
        var headers: HeaderFields = ["Content-Type": "a", "X-Trace": "1"]
        headers.add("x-trace", "2")
        let name = "CONTENT-TYPE"
        #expect(headers[name] == "a")
        #expect(headers["content-type"] == "a")
        #expect(headers[.contentType] == "a")
        #expect(headers.values(of: "X-TRACE") == ["1", "2"])
        #expect(headers.fields.map(\.name) == ["Content-Type", "X-Trace", "x-trace"])
        headers[.contentType] = nil
        headers["x-Trace"] = "3"
        #expect(headers == ["x-trace": "3"])
    }

    @Test(arguments: [
        HeaderFields.Name.accept, .authorization, .contentLength, .contentType, .cookie, .idempotencyKey, .requestID,
        .retryAfter, .setCookie, .userAgent,
    ])
    func `The well-known names have the right lowercase form`(name: HeaderFields.Name) {
        #expect(name.lowercased == name.description.lowercased())
        #expect(name == HeaderFields.Name(name.description))
    }

    @Test func `Fields replace fields with the same name`() {
        var headers: HeaderFields = ["A": "1", "B": "2"]
        headers.replace(with: ["b": "3", "C": "4"])
        #expect(headers == ["A": "1", "b": "3", "C": "4"])
    }

    @Test(arguments: [
        ("X-Password", "correct horse battery staple", ["correct horse battery staple"]),
        ("Authorization", "Bearer sk-tch-123456", ["sk-tch-123456"]),
        ("authorization", "sk-without-scheme", ["sk-without-scheme"]),
        (
            "Proxy-Authorization", #"Digest username="ada", response="6629fae4""#,
            [#"username="ada", response="6629fae4""#]
        ),
        (
            "Cookie", "sid=session-value; a=1;token=YWJjZGVmZw==; a-setting-without-value=; nameless-value",
            ["session-value", "YWJjZGVmZw==", "nameless-value"]
        ),
        ("X-Api-Key", "1234567", []), ("X-Api-Key", "12345678", ["12345678"]), ("X-Trace", "12345678", []),
    ])
    func `The secrets of a field are what a server may repeat`(name: String, value: String, secrets: [String]) {
        var headers = HeaderFields()
        headers.add(name, value)
        #expect(headers.secrets == secrets)
    }

    @Test func `An idempotency key is a random UUID`() throws {
        let keys = (0..<1000).map { _ in IdempotencyKey.random() }
        #expect(Set(keys).count == 1000)
        for key in keys {
            let uuid = try #require(UUID(uuidString: key))
            #expect(uuid.uuidString == key)
            #expect(uuid.uuid.6 >> 4 == 4 && uuid.uuid.8 >> 6 == 2)
        }
    }
}
