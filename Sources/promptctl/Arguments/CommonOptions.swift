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
        .value("vars", "file", help: "Set the variables of this object of JSON.", completion: .files),
        .value(
            "image",
            "image",
            isRepeating: true,
            help: "Add an image to the input: a URL, or the path of a file.",
            completion: .files
        ),
        .value("model", "model", help: "Use this model instead of the version's."),
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
