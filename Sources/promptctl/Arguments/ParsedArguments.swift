import Tchavi
import TchaviPrompts

/// The arguments of a command, split into values and options.
struct ParsedArguments: Sendable {
    let syntax: CommandSyntax
    private var positional: [String] = []
    private var values: [String: [String]] = [:]

    /// Whether the help was asked for, in which case nothing else is checked.
    private(set) var wantsHelp = false

    /// Parses the arguments that follow a command's name.
    ///
    /// - Throws: ``UsageError`` for what the command does not accept.
    init(_ arguments: some Sequence<String>, of syntax: CommandSyntax) throws(UsageError) {
        self.syntax = syntax
        let arguments = Array(arguments)
        let options = arguments.prefix { $0 != "--" }
        if options.contains("--help") || options.contains("-h") {
            wantsHelp = true
            return
        }
        var rest = arguments[...]
        while let argument = rest.popFirst() {
            if argument == "--" {
                positional += rest
                break
            }
            if argument.hasPrefix("--") {
                try parseLong(argument, &rest)
            } else if argument.hasPrefix("-"), argument != "-" {
                try parseShort(argument, &rest)
            } else {
                positional.append(argument)
            }
        }
        try checkCount()
    }

    // MARK: Values

    /// The value of an argument; `nil` if it is missing.
    func argument(_ name: String) -> String? {
        guard let index = syntax.arguments.firstIndex(where: { $0.name == name }), index < positional.count else {
            return nil
        }
        return positional[index]
    }

    /// The value of an argument that the syntax requires.
    func required(_ name: String) throws(UsageError) -> String {
        guard let value = argument(name) else { throw UsageError("Missing expected argument '<\(name)>'.", syntax) }
        return value
    }

    /// Whether a flag or an option is given.
    func has(_ name: String) -> Bool { values[name] != nil }

    /// The last value of an option.
    func value(_ name: String) -> String? { values[name]?.last }

    /// All values of an option, in their order.
    func all(_ name: String) -> [String] { values[name] ?? [] }

    /// The whole number that an option gives.
    func integer(_ name: String) throws(UsageError) -> Int? {
        guard let text = value(name) else { return nil }
        guard let number = Int(text) else { throw invalid(text, name, "Expected a whole number.") }
        return number
    }

    /// The number above zero that an option gives.
    func positiveInteger(_ name: String) throws(UsageError) -> Int? {
        guard let number = try integer(name) else { return nil }
        guard number > 0 else { throw invalid("\(number)", name, "Expected a number above 0.") }
        return number
    }

    /// The names and values of a repeating option of the form `NAME=VALUE`.
    func pairs(_ name: String) throws(UsageError) -> [(name: String, value: String)] {
        var pairs: [(name: String, value: String)] = []
        for text in all(name) {
            guard let equals = text.firstIndex(of: "="), equals > text.startIndex else {
                throw invalid(text, name, "Expected a name, an equals sign and a value.")
            }
            pairs.append((String(text[..<equals]), String(text[text.index(after: equals)...])))
        }
        return pairs
    }

    /// One of the words that an option accepts; the first one if the option is missing.
    func choice(_ name: String) throws(UsageError) -> String {
        guard case .values(let choices) = syntax.option(named: name)?.completion else { return "" }
        guard let text = value(name) else { return choices.first ?? "" }
        guard choices.contains(text) else {
            throw invalid(text, name, "Expected \(choices.map { "'\($0)'" }.joined(separator: " or ")).")
        }
        return text
    }

    /// The error of a value that an option does not accept.
    func invalid(_ text: String, _ name: String, _ reason: String) -> UsageError {
        let usage = syntax.option(named: name)?.usage ?? "--\(name)"
        return UsageError("The value '\(text)' is invalid for '\(usage)'. \(reason)", syntax)
    }

    // MARK: Parsing

    private mutating func parseLong(_ argument: String, _ rest: inout ArraySlice<String>) throws(UsageError) {
        let parts = argument.dropFirst(2).split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        let name = parts.first.map(String.init) ?? ""
        guard let option = syntax.option(named: name) else {
            let nearest = KnownNames(syntax.allOptions.map(\.name)).nearest(to: name)
            let advice = nearest.map { " Did you mean '--\($0)'?" } ?? ""
            throw UsageError("Unknown option '--\(name)'.\(advice)", syntax)
        }
        try set(option, parts.count == 2 ? String(parts[1]) : nil, as: "--\(name)", &rest)
    }

    private mutating func parseShort(_ argument: String, _ rest: inout ArraySlice<String>) throws(UsageError) {
        let name = argument[argument.index(after: argument.startIndex)]
        guard let option = syntax.option(abbreviated: name) else {
            throw UsageError("Unknown option '\(argument)'.", syntax)
        }
        let attached = argument.dropFirst(2)
        let value = attached.hasPrefix("=") ? attached.dropFirst() : attached
        try set(option, attached.isEmpty ? nil : String(value), as: "-\(name)", &rest)
    }

    private mutating func set(
        _ option: CommandSyntax.Option,
        _ attached: String?,
        as name: String,
        _ rest: inout ArraySlice<String>
    ) throws(UsageError) {
        guard option.value != nil else {
            if let attached {
                throw UsageError(
                    "The option '\(name)' does not take any value, but '\(attached)' was specified.",
                    syntax
                )
            }
            values[option.name] = []
            return
        }
        var value = attached
        if value == nil, let next = rest.first, next == "-" || !next.hasPrefix("-") || Double(next) != nil {
            value = rest.removeFirst()
        }
        guard let value else { throw UsageError("Missing value for '\(option.usage)'.", syntax) }
        if value.isEmpty, [.files, .directories].contains(option.completion) {
            throw UsageError("The value of '\(option.usage)' is empty.", syntax)
        }
        if !option.isRepeating, values[option.name] != nil {
            throw UsageError("The option '\(option.usage)' can only be given once.", syntax)
        }
        values[option.name, default: []].append(value)
    }

    private func checkCount() throws(UsageError) {
        let required = syntax.arguments.filter { !$0.isOptional }
        if positional.count < required.count {
            throw UsageError("Missing expected argument '<\(required[positional.count].name)>'.", syntax)
        }
        for (argument, value) in zip(syntax.arguments, positional) where value.isEmpty && argument.name != "input" {
            // Such as that of a variable that is not set in a script: an empty path would be the root.
            throw UsageError("The argument '<\(argument.name)>' is empty.", syntax)
        }
        let extra = positional.dropFirst(syntax.arguments.count).map { "'\($0)'" }
        guard !extra.isEmpty else { return }
        let noun = extra.count == 1 ? "Unexpected argument" : "\(extra.count) unexpected arguments:"
        throw UsageError("\(noun) \(extra.joined(separator: ", ")).", syntax)
    }
}

/// Arguments that a command does not accept.
struct UsageError: Error {
    let message: String
    /// The command's syntax; `nil` before the command is known.
    let syntax: CommandSyntax?

    init(_ message: String, _ syntax: CommandSyntax?) {
        self.message = message
        self.syntax = syntax
    }
}
