import Foundation
import TestSupport
import Testing

@testable import Tchavi

struct EndpointTests {
    @Test func `Path parameters are encoded as one segment`() throws {
        let cases = try #require(try ConformanceCases.own.json("url-paths.json")["paths"]?.array)
        #expect(cases.count == 34)
        for json in cases {
            let (endpoint, parameters) = try Self.endpoint(json)
            #expect(try endpoint.path(parameters) == json["path"]?.string, "\(json)")
        }
    }

    @Test func `Dot segments and empty parameters are refused, in any encoding`() throws {
        let cases = try #require(try ConformanceCases.own.json("url-paths.json")["refused"]?.array)
        #expect(cases.count == 19)
        for json in cases {
            let (endpoint, parameters) = try Self.endpoint(json)
            let error = #expect(throws: TchaviError.self, "\(json)") { _ = try endpoint.path(parameters) }
            #expect(error?.code == .invalidRequest, "\(json)")
        }
    }

    private static func endpoint(_ json: JSONValue) throws -> (endpoint: Endpoint, parameters: [String: String]) {
        let parameters = try #require(json["parameters"]?.object).mapValues { try #require($0.string) }
        return (Endpoint(.get, try #require(json["template"]?.string)), parameters)
    }

    @Test(arguments: [
        ("http://localhost:3001", "/v1/chat/completions", "http://localhost:3001/v1/chat/completions"),
        ("https://gateway.example/v1", "/v1/chat/completions", "https://gateway.example/v1/chat/completions"),
        ("https://gateway.example/v1/", "/v1/chat/completions", "https://gateway.example/v1/chat/completions"),
        ("https://gateway.example/proxy/", "/models", "https://gateway.example/proxy/models"),
        ("https://gateway.example/v1", "/credits/balance", "https://gateway.example/credits/balance"),
        ("http://127.0.0.1:80", "/models", "http://127.0.0.1:80/models"),
        ("http://[::1]:80", "/models", "http://[::1]:80/models"),
    ])
    func `Base URLs and paths are joined`(base: String, path: String, expected: String) throws {
        let url = try #require(URL(string: base))
        #expect(try BaseURL(url, allowsInsecureHTTP: false).url(path: path, query: []).absoluteString == expected)
    }

    @Test(arguments: [
        "http://gateway.example", "ftp://gateway.example", "https://", "file:///etc",
        "https://user:secret@gateway.example",
        "https://gateway.example?x=1", "http://127.0.0.1.evil.example", "http://localhost.evil.example",
    ])
    func `Insecure and invalid base URLs are refused, and the error hides their password`(base: String) throws {
        let url = try #require(URL(string: base))
        let error = #expect(throws: TchaviError.self) { _ = try BaseURL(url, allowsInsecureHTTP: false) }
        #expect(error?.code == .invalidRequest)
        #expect(error?.description.contains("secret") == false)
    }

    @Test func `Plain http is allowed where the configuration says so`() throws {
        let url = try #require(URL(string: "http://gateway.example"))
        _ = try BaseURL(url, allowsInsecureHTTP: true)
    }

    @Test func `Query items are encoded`() throws {
        let url = try BaseURL(try #require(URL(string: "https://g.example")), allowsInsecureHTTP: false)
            .url(path: "/usage", query: [("model", "a&b=c d+é"), ("page", "2")])
        #expect(url.absoluteString == "https://g.example/usage?model=a%26b%3Dc%20d%2B%C3%A9&page=2")
    }

    @Test(arguments: [
        ("Fri, 29 Sep 2023 16:26:57 GMT", 1_696_004_817.0), ("Thu, 01 Jan 1970 00:00:00 GMT", 0),
        ("Friday, 29-Sep-23 16:26:57 GMT", 1_696_004_817), ("Fri Sep 29 16:26:57 2023", 1_696_004_817),
        ("Sunday, 06-Nov-94 08:49:37 GMT", 784_111_777), ("Sun Nov  6 08:49:37 1994", 784_111_777),
    ])
    func `HTTP dates are read`(text: String, seconds: Double) {
        #expect(HTTPDate.date(text)?.timeIntervalSince1970 == seconds)
    }

    @Test(arguments: [
        "", "Zun, 29 Sep 2023 16:26:27 GMT", "Fri, 29 Sep 100000 16:26:57 GMT", "Fri, 29 Foo 2023 16:26:57 GMT",
        "Fri, 29 Sep 2023 16:26:57 CET", "Fri Sep 29 2023", "Fri, 29 Sep 2023 6:26:57 GMT",
        "Fri, 32 Sep 2023 16:26:57 GMT",
    ])
    func `Invalid HTTP dates are ignored`(text: String) {
        #expect(HTTPDate.date(text) == nil)
    }
}
