import Foundation
import Tchavi
import TchaviPrompts
import TestSupport
import Testing

struct TemplateTests {
    @Test func `Every conformance case renders as expected`() throws {
        let file = try ConformanceCases.own.json("templates.json")
        let variables = try #require(file["variables"]?.object).compactMapValues(\.string)
        let cases = try #require(file["cases"]?.array)
        #expect(cases.count == 90)
        for entry in cases {
            let text = try #require(entry["template"]?.string)
            let syntax: VariableSyntax = entry["syntax"] == "angle" ? .angleBrackets : .braces
            let template = Template(parsing: text, syntax: syntax)
            let missing = entry["missing"]?.array?.compactMap(\.string) ?? []
            switch Self.render(template, variables) {
            case .success(let rendered):
                // By bytes: Swift's own equality would not see a changed encoding.
                #expect(Array(rendered.utf8) == Array((entry["expected"]?.string ?? "").utf8), "\(text)")
                #expect(missing.isEmpty, "\(text)")
            case .failure(let error):
                #expect(error.names.sorted() == missing, "\(text)")
            }
        }
    }

    @Test(arguments: [
        ("a \\<< b", "a << b"),
        ("a \\\\<< b", "a \\<< b"),
        ("<<<<<<name>>", "<<<<Ada"),
        ("\\<<<name>>", "<<<name>>"),
        ("<<name", "<<name"),
        ("<<name>", "<<name>"),
        ("<< \t name \t >>", "Ada"),
        ("<<name>><<", "Ada<<"),
    ])
    func `Text that is not a variable is literal`(text: String, expected: String) throws {
        #expect(try Template(parsing: text).rendered(["name": "Ada"]) == expected)
    }

    @Test func `A value is never rendered itself`() throws {
        let template = Template(parsing: "<<a>><<b>>")
        #expect(try template.rendered(["a": "<<b>>", "b": "\\<<a>>"]) == "<<b>>\\<<a>>")
        #expect(try template.rendered(["a": "<", "b": "<a>>"]) == "<<a>>")
    }

    @Test func `Every missing name is listed, once, in order`() {
        let template = Template(parsing: "<<b>> <<a>> <<b>> <<c>>")
        #expect(template.variableNames == ["b", "a", "c"])
        guard case .failure(let error) = Self.render(template, ["a": ""]) else {
            Issue.record("It rendered without its values.")
            return
        }
        #expect(error.names == ["b", "c"])
    }

    private static func render(
        _ template: Template,
        _ variables: [String: String]
    ) -> Result<String, Template.MissingVariables> {
        Result { () throws(Template.MissingVariables) in try template.rendered(variables) }
    }
}
