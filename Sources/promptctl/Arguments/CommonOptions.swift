import Foundation
import Tchavi
import TchaviPrompts

extension CommandSyntax.Option {
    /// The library, for commands whose first argument is something else.
    static let library = CommandSyntax.Option.value(
        "library",
        short: "l",
        "library",
        help: "The library to read: a directory, a bundle, a URL, 'maxim:' or 'git:REVISION[:PATH]'.",
        completion: .files
    )

    /// How variables are written.
    static let syntax = CommandSyntax.Option.value(
        "syntax",
        "syntax",
        help: "How variables are written where a prompt does not say it: 'angleBrackets' (<<name>>) or 'braces' "
            + "({{name}}). (default: angleBrackets)",
        completion: .values(["angleBrackets", "braces"])
    )

    /// JSON in place of text.
    static let json = CommandSyntax.Option.flag("json", help: "Print one object of JSON.")

    /// What a query consists of.
    static let query: [CommandSyntax.Option] = [
        .value(
            "set",
            "name=value",
            isRepeating: true,
            help: "Set a deployment variable, which the rules of a deployment must use."
        ),
        .value("tag", "name=value", isRepeating: true, help: "Set a tag, which the rules may use."),
        .value("user", "key", help: "Set the key that decides between the arms of a split, such as a user's id."),
        .value("version", "number", help: "Use the version of this number, deployed or not."),
        .flag("latest", help: "Use the version with the highest number, deployed or not."),
        .flag("exact", help: "Match only deployments that use every condition and no other field."),
        .flag("any", help: "Match deployments that use at least one of the variables of --set, not all of them."),
        .flag("require-match", help: "Select neither an unconditional deployment nor the fallback."),
        .value("folder", "id", help: "Find the prompt only in this folder."),
    ]

    /// What a prompt is given.
    static let input: [CommandSyntax.Option] = [
        .value("var", "name=value", isRepeating: true, help: "Set a variable of the prompt."),
        .value("image", "url", isRepeating: true, help: "Add an image to the input."),
    ]
}

extension CommandSyntax.Argument {
    /// The library, which the commands for a whole library take as their argument.
    static let library = CommandSyntax.Argument(
        name: "library",
        help: "The library. (default: the directory Prompts, or else the working directory)",
        isOptional: true,
        completion: .files
    )

    /// The prompt.
    static let promptID = CommandSyntax.Argument(
        name: "id",
        help: "The prompt's id.",
        completion: .promptIDs
    )
}

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
        VariableSyntax(rawValue: try choice("syntax", of: ["angleBrackets", "braces"])) ?? .angleBrackets
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

    /// The values of the prompt's variables.
    func variables() throws(UsageError) -> [String: String] {
        Dictionary(try pairs("var").map { ($0.name, $0.value) }) { $1 }
    }

    /// The images of the input.
    var images: [ImageURL] { all("image").map { ImageURL($0) } }

    /// The text of the input: the argument, or standard input for `-`.
    func inputText(in session: Session) throws(Failure) -> String? {
        guard let text = argument("input") else { return nil }
        guard text == "-" else { return text }
        guard let text = String(bytes: session.input(), encoding: .utf8) else {
            throw Failure(.data, "Standard input is not UTF-8.")
        }
        return text
    }
}
