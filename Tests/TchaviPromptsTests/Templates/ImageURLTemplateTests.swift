import Foundation
import Tchavi
import Testing

@testable import TchaviPrompts

struct ImageURLTemplateTests {
    /// A URL and a value of its variable `x`, with the URL that the model gets.
    struct Case: CustomTestStringConvertible {
        let url: String
        let value: String
        let rendered: String

        init(_ url: String, _ value: String, _ rendered: String) {
            self.url = url
            self.value = value
            self.rendered = rendered
        }

        var testDescription: String { "\(url) with \(value.debugDescription)" }
    }

    private static func render(_ url: String, _ values: [String: String]) throws -> String {
        try ImageURLTemplate(parsing: url, syntax: .angleBrackets).rendered(values)
    }

    @Test(arguments: [
        Case("https://img.example/<<x>>", "@evil.example/", "https://img.example/%40evil.example%2F"),
        Case("https://img.example/<<x>>", "/evil.example/x", "https://img.example/%2Fevil.example%2Fx"),
        Case("https://img.example/a/<<x>>", "../../x", "https://img.example/a/..%2F..%2Fx"),
        Case("https://img.example/<<x>>", "?a=b", "https://img.example/%3Fa%3Db"),
        Case("https://img.example/<<x>>", "#x", "https://img.example/%23x"),
        Case("https://img.example/<<x>>", "%2e%2e", "https://img.example/%252e%252e"),
        Case("https://img.example/<<x>>", "\r\nHost: evil.example", "https://img.example/%0D%0AHost%3A%20evil.example"),
        Case("https://img.example/<<x>>", "\0", "https://img.example/%00"),
        Case("https://img.example/<<x>>", "Zürich 日", "https://img.example/Z%C3%BCrich%20%E6%97%A5"),
        Case("https://img.example/<<x>>", "", "https://img.example/"),
        Case("https://img.example/<<x>>", #"\evil.example\.."#, "https://img.example/%5Cevil.example%5C.."),
        Case("https://img.example/<<x>>", "a;b,c+d&e~f", "https://img.example/a%3Bb%2Cc%2Bd%26e~f"),
        Case("https://img.example/a/...<<x>>", "", "https://img.example/a/..."),
        Case("https://img.example/<<x>>.png", "..", "https://img.example/...png"),
        Case("HTTP://img.example:8080/<<x>>", "cat", "HTTP://img.example:8080/cat"),
        Case("https://u:p@img.example/<<x>>", "cat", "https://u:p@img.example/cat"),
        Case("https://img.example?q=<<x>>&r=1", "a&r=2 #/..", "https://img.example?q=a%26r%3D2%20%23%2F..&r=1"),
        Case("https://img.example/?q=/<<x>>/", "..", "https://img.example/?q=/../"),
        Case("https://img.example/a#<<x>>", "@b?c#d", "https://img.example/a#%40b%3Fc%23d"),
        Case("data:image/png;base64,<<x>>", "iVBORw0KGgo=", "data:image/png;base64,iVBORw0KGgo="),
        Case("DATA:IMAGE/PNG;BASE64,<<x>>", "+/+/AA==", "DATA:IMAGE/PNG;BASE64,+/+/AA=="),
        Case("data:image/<<x>>;base64,AAAA", "png;base64,B", "data:image/png%3Bbase64%2CB;base64,AAAA"),
        Case("<<x>>", "https://img.example/a b", "https://img.example/a b"),
        Case(#"https://img.example/\<<x>>"#, "a", "https://img.example/<<x>>"),
    ])
    func `A value stays in its place of the URL`(_ test: Case) throws {
        let rendered = try Self.render(test.url, ["x": test.value])
        #expect(Array(rendered.utf8) == Array(test.rendered.utf8))
    }

    @Test func `No value of one character changes the scheme, the host or the folder`() throws {
        for code in UInt32(0)...0x2FF {
            let value = try #require(Unicode.Scalar(code)).description
            for value in [value, value + "evil.example/", "a" + value + value + "b"] where value != "." {
                let text = try Self.render("https://img.example/photos/<<x>>/1.png?size=<<x>>#<<x>>", ["x": value])
                let url = try #require(URL(string: text), "\(value.debugDescription)")
                #expect(url.scheme == "https" && url.host == "img.example" && url.port == nil && url.user == nil)
                #expect(url.standardized.pathComponents.count == 4, "\(value.debugDescription)")
                #expect(url.pathComponents[2] == value, "\(value.debugDescription)")
                #expect(URLComponents(string: text)?.queryItems == [URLQueryItem(name: "size", value: value)])
                #expect(URLComponents(string: text)?.fragment == value)
            }
        }
    }

    @Test(arguments: [
        ("https://img.example/a/<<x>>/b", ".."), ("https://img.example/a/<<x>>", ".."),
        ("https://img.example/<<x>>?y", "."), ("https://img.example/a/.<<x>>#y", "."),
        ("https://img.example/a/.<<x>>./b", ""), ("https://img.example/a/%2E<<x>>/b", "."),
        (#"https://img.example/a\\<<x>>\b"#, ".."), ("https://img.example/a/%2<<x>>.", "e"),
    ])
    func `A path segment that would lead to another folder is refused`(url: String, value: String) throws {
        let error = #expect(throws: ImageURLTemplate.InvalidValue.self) { _ = try Self.render(url, ["x": value]) }
        #expect(error?.variable == "x")
        #expect(error?.reason.contains("`..`") == true)
    }

    @Test(arguments: [
        "", "A", "AAA", "AAA=A===", "AA=A", "A===", "====", "AA-_", "AA A", "AAAA\n", "AAAA\r\nAAAA", "ÄÄÄÄ", "<<x>>",
        "data:image/png;base64,AAAA", "https://img.example/a",
    ])
    func `Data that is not base64 is refused, with its variable`(value: String) throws {
        let error = #expect(throws: ImageURLTemplate.InvalidValue.self) {
            _ = try Self.render("data:image/<<type>>;base64,<<data>>", ["type": "png", "data": value])
        }
        #expect(error?.variable == "data")
    }

    @Test(arguments: [
        "https://<<host>>/x", "https://img.example<<suffix>>/x", "<<scheme>>://img.example/x", "https:/<<x>>",
        "http:<<x>>", "https://<<user>>@img.example/", "https://img.example:<<port>>/", "https://<<x>>",
        "https:///<<x>>", "https://img.example<<x>>", "https://img.example\\\\<<x>>", "https://\\/<<x>>",
        "https://img.example\\@<<x>>/", "//<<x>>", "/<<x>>", "<<a>><<b>>", " <<x>>", "<<x>> ",
        " https://img.example/<<x>>",
        "file:///<<x>>", "javascript:<<x>>", "data:<<type>>,AAAA", "data:text/html,<<x>>", "data:image<<x>>",
        "hTTps://<<x>>/", "ﬁle:<<x>>",
    ])
    func `A variable before the end of the authority is refused on reading`(url: String) throws {
        let braces = url.replacingOccurrences(of: "<<", with: "{{").replacingOccurrences(of: ">>", with: "}}")
        #expect(ImageURLTemplate(parsing: url, syntax: .angleBrackets).isMisplaced)
        #expect(ImageURLTemplate(parsing: braces, syntax: .braces).isMisplaced)
        // The syntax is not known when a prompt is read.
        #expect(ImageURLTemplate.isMisplaced(in: url) && ImageURLTemplate.isMisplaced(in: braces))
        let message = ChatMessage.user(.parts([.text("a"), .image(ImageURL(url))]))
        let error = #expect(throws: JSONError.self) { try message.checkImageURLs() }
        #expect(error?.path == "$.content[1].image_url.url")
    }

    @Test(arguments: [
        "<<photo>>", "<< photo >>", "{{photo}}", "https://img.example/<<x>>", "https://img.example?<<x>>",
        "https://img.example#<<x>>", "data:image/<<x>>", "data:image/png;base64,<<x>>", "a", "", "<<", "file:///x",
        #"https://img.example/\<<x>>"#, #"\<<x>>"#, "https://img.example/{{x}}<<y>>",
    ])
    func `Other places, and URLs without variables, are read`(url: String) throws {
        #expect(!ImageURLTemplate.isMisplaced(in: url))
        try ChatMessage.user(.parts([.image(ImageURL(url))])).checkImageURLs()
    }

    @Test(arguments: [
        "https://img.example", "HTTPS://img.example/a?b#c", "http://[::1]:80/a", "https://img.example/ü",
        "DATA:IMAGE/PNG;BASE64,AAAA", "data:image/svg+xml,%3Csvg/%3E",
    ])
    func `Locations of images are accepted in any case`(url: String) {
        #expect(ImageURL(url).refusal == nil)
    }

    @Test(arguments: [
        "", "https", "https:", "https://", "https:///x", "https://?x", "https://#x", "https://\\x", "https://a\\b/c",
        "https:/img.example", "https:img.example", "//img.example/x", "img.example/x", "file:///etc/passwd",
        "FILE:///etc/passwd", "ftp://img.example/x", "javascript:alert(1)", "data:text/html,x", "data:image/png",
        "data:,x", "data:image", " https://img.example/", "https://img.example/ ", "https://img.example/a b",
        "https://img.example/\t", "https://img.example/\r\nX", "https://img.example/\0", "https://img.example/\u{7F}",
        "https://img.example/\u{85}", "https://img.example/\u{A0}", "https://img.example/\u{2028}",
        "https://\u{301}img.example", "https://img.example/a\u{3000}", "data:image/png;base64,AA\nAA", "<<x>>",
        "ｈttps://img.example/",
    ])
    func `Everything else is refused`(url: String) {
        // A combining mark is a part of the host's name, not of the slash before it.
        #expect((ImageURL(url).refusal == nil) == (url == "https://\u{301}img.example"))
    }
}
