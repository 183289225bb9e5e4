import Foundation
import Tchavi
import TchaviPrompts

/// A test of a prompt: a query and an input, and what is expected of them.
struct PromptCase: Sendable {
    /// What has to be true of a case.
    struct Expectation: Sendable {
        /// The number of the selected version; `.some(nil)` if none is selected.
        var version: Int??
        var reason: Selection.Reason?
        var deploymentID: String?
        /// The messages that are sent.
        var messages: [ChatMessage]?
        /// Whether selecting or resolving fails, and with which code if that is not `nil`.
        var failure: PromptError.Code??
        var response: ResponseExpectation?
    }

    let name: String
    let promptID: String
    var query = PromptQuery()
    var variables: [String: String] = [:]
    var input: String?
    var images: [ImageURL] = []
    var expected = Expectation()

    /// Reads a case.
    ///
    /// - Parameters:
    ///   - json: The line.
    ///   - promptID: The prompt that the file stands beside; `nil` if each case has to name one.
    ///   - number: The line's number, which a case without a name is named after.
    /// - Throws: `JSONError` for what cannot be read, for an unknown member, and if nothing is expected.
    init(_ json: JSONValue, promptID: String?, line number: Int) throws(JSONError) {
        guard let members = json.object else { throw JSONError("expected a case as an object") }
        try members.checkMembers(["name", "promptId", "query", "variables", "input", "images", "expected"])
        name = try members.string("name") ?? "line \(number)"
        guard let id = try members.string("promptId") ?? promptID else {
            throw JSONError("missing, because the file stands beside no prompt", at: [.member("promptId")])
        }
        self.promptID = id
        if let query = members["query"], !query.isNull {
            do { self.query = try PromptQuery(authored: query) } catch { throw error.inside(.member("query")) }
        }
        for (name, value) in try members.object("variables") ?? [:] {
            guard let text = value.variableText else {
                throw JSONError("expected a string", at: [.member("variables"), .member(name)])
            }
            variables[name] = text
        }
        input = try members.string("input")
        images = try members.strings("images")?.map { ImageURL($0) } ?? []
        guard let expected = try members.object("expected"), !expected.isEmpty else {
            throw JSONError("missing: the case expects nothing", at: [.member("expected")])
        }
        do {
            self.expected = try Self.expectation(expected)
        } catch {
            throw error.inside(.member("expected"))
        }
    }

    private static let reasons: [Selection.Reason] = [.pinned, .matched, .split, .unconditional, .fallback, .none]
    /// The codes of errors before a model is called.
    private static let codes: [PromptError.Code] = [
        .notFound, .noMatch, .missingVariables, .invalidRecord, .invalidInput, .limit,
    ]

    private static func expectation(_ members: [String: JSONValue]) throws(JSONError) -> Expectation {
        try members.checkMembers(["version", "reason", "deployment", "messages", "fails", "response"])
        var expectation = Expectation()
        if let version = members["version"] {
            guard version.isNull || version.integer != nil else {
                throw JSONError("expected a number, or null if no version is selected", at: [.member("version")])
            }
            expectation.version = .some(version.integer)
        }
        expectation.reason = try members.word("reason", of: reasons.map(\.rawValue)).map {
            Selection.Reason(rawValue: $0)
        }
        expectation.deploymentID = try members.string("deployment")
        if let messages = members["messages"] {
            do {
                expectation.messages = try [ChatMessage](reading: messages)
            } catch {
                throw error.inside(.member("messages"))
            }
        }
        switch members["fails"] {
        case nil, false: break
        case true: expectation.failure = .some(nil)
        case .string:
            let code = try members.word("fails", of: codes.map(\.rawValue))
            expectation.failure = .some(code.map { PromptError.Code(rawValue: $0) })
        default: throw JSONError("expected true, or the code of the error", at: [.member("fails")])
        }
        if let response = members["response"] {
            do {
                expectation.response = try ResponseExpectation(response)
            } catch {
                throw error.inside(.member("response"))
            }
        }
        if expectation.failure != nil, members.count > 1 {
            throw JSONError("excludes every other expectation", at: [.member("fails")])
        }
        if expectation.version == .some(nil) {
            for name in ["deployment", "messages", "response"] where members[name] != nil {
                throw JSONError("no version has any, where `version` is null", at: [.member(name)])
            }
        }
        if members == ["fails": false] { throw JSONError("expects nothing", at: [.member("fails")]) }
        return expectation
    }
}
