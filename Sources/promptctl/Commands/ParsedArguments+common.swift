import Foundation
import Tchavi
import TchaviPrompts

extension ParsedArguments {
    /// The library that is given as an argument or an option.
    func library() throws -> LibraryReference {
        let argument = argument("library")
        if argument != nil, has("library") {
            throw UsageError("The library is given twice: '\(argument ?? "")' and '--library'.", syntax)
        }
        return try LibraryReference(argument ?? value("library"))
    }

    /// The syntax of variables.
    func variableSyntax() throws(UsageError) -> VariableSyntax {
        VariableSyntax(rawValue: try choice("syntax")) ?? .angleBrackets
    }

    /// The query that the options describe.
    func query() throws(UsageError) -> PromptQuery {
        var query = PromptQuery()
        for (name, value) in try pairs("set") { query = query.deploymentVariable(name, value) }
        for (name, value) in try pairs("tag") { query = query.tag(name, value) }
        query = query.bucketed(by: value("user"))
        if has("version"), has("latest") { throw UsageError("'--version' and '--latest' exclude each other.", syntax) }
        if let number = try integer("version") { query = query.version(number) }
        if has("latest") { query = query.latest() }
        if has("exact") { query = query.exactMatch() }
        if has("any") { query = query.enforcing(.any) }
        if has("require-match") { query = query.requiringMatch() }
        if let folder = value("folder") { query = query.folder(folder) }
        return query
    }

    /// The values of the prompt's variables: those of a file, and those of options, which take precedence.
    func variables() throws -> [String: String] {
        var values: [String: String] = [:]
        if let file = value("vars") {
            guard let members = try JSONValue(file: file).object else {
                throw Failure(.data, "The file '\(file)' is not an object of JSON.")
            }
            for (name, value) in members {
                guard let text = value.variableText else {
                    throw Failure(.data, "The file '\(file)' has no string, number or Boolean for '\(name)'.")
                }
                values[name] = text
            }
        }
        for (name, value) in try pairs("var") { values[name] = value }
        return values
    }

    /// The images of the input: URLs, or the contents of files.
    func images() async throws -> [ImageURL] {
        var images: [ImageURL] = []
        for text in all("image") {
            let isFile = !text.contains(":") && FileManager.default.fileExists(atPath: text)
            images.append(isFile ? try await ImageURL(contentsOf: URL(fileURLWithPath: text)) : ImageURL(text))
        }
        return images
    }

    /// The text of the input: the argument, or standard input for `-`.
    func inputText(in session: Session) async throws -> String? {
        guard let text = argument("input") else { return nil }
        guard text == "-" else { return text }
        let data: Data
        do {
            let input = session.input
            data = try await Blocking.run { try input() }
        } catch {
            throw Failure(.data, "Standard input cannot be read: \(error.localizedDescription)")
        }
        guard let text = String(bytes: data, encoding: .utf8) else {
            throw Failure(.data, "Standard input is not UTF-8.")
        }
        return text
    }
}
