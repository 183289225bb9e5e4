import Foundation
import TestSupport
import Testing

@testable import Tchavi

struct EndpointTests {
    @Test(.enabled(if: ConformanceCases.recorded.arePresent, "the recorded cases are not beside the checkout"))
    func `Path parameters are encoded as openai-python encodes them`() throws {
        var checked = 0
        for entry in try #require(
            try ConformanceCases.recorded.json("url-path-openai-python.json")["interpolation"]?.array
        ) {
            let template = try #require(entry["template"]?.string)
            // An endpoint's path has neither query nor fragment, and its parameters are texts.
            guard !template.contains("?"), !template.contains("#") else { continue }
            let parameters = try #require(entry["params"]?.object)
            let texts = parameters.compactMapValues(\.string)
            guard texts.count == parameters.count else { continue }
            #expect(try Endpoint(.get, template).path(texts) == entry["expected"]?.string, "\(template) \(texts)")
            checked += 1
        }
        #expect(checked >= 15)
    }

    @Test(.enabled(if: ConformanceCases.recorded.arePresent, "the recorded cases are not beside the checkout"))
    func `Dot segments are refused, however they are spelled`() throws {
        for entry in try #require(try ConformanceCases.recorded.json("url-path-openai-python.json")["rejected"]?.array)
        {
            let template = try #require(entry["template"]?.string)
            let texts = try #require(entry["params"]?.object).compactMapValues(\.string)
            let error = #expect(throws: TchaviError.self) { _ = try Endpoint(.get, template).path(texts) }
            #expect(error?.code == .invalidRequest, "\(template) \(texts)")
        }
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
    func `Base URLs that would leak or make no sense are refused, without their password`(base: String) throws {
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
    ])
    func `Dates of HTTP are read`(text: String, seconds: Double) {
        #expect(HTTPDate.date(text)?.timeIntervalSince1970 == seconds)
    }

    @Test(arguments: [
        "", "Zun, 29 Sep 2023 16:26:27 GMT", "Fri, 29 Sep 100000 16:26:57 GMT", "Fri, 29 Foo 2023 16:26:57 GMT",
    ])
    func `What is no date of HTTP is none`(text: String) {
        #expect(HTTPDate.date(text) == nil)
    }
}
