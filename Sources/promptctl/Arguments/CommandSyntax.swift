/// What a command accepts: the one description from which its arguments are parsed, its help is printed, and shells complete
/// it.
struct CommandSyntax: Sendable {
    /// What a shell offers for a value.
    enum Completion: Sendable, Hashable {
        case nothing
        case files
        case directories
        case promptIDs
        case values([String])
    }

    /// A value without an option, in its place.
    struct Argument: Sendable {
        let name: String
        let help: String
        var isOptional = false
        var completion = Completion.nothing

        /// The argument in a usage line.
        var usage: String { isOptional ? "[<\(name)>]" : "<\(name)>" }
    }

    /// A named value, or a flag.
    struct Option: Sendable {
        let name: String
        var short: Character?
        /// The name of the value; `nil` for a flag.
        var value: String?
        var isRepeating = false
        let help: String
        var completion = Completion.nothing

        /// The option with its value, as a person types it.
        var usage: String { "--\(name)" + (value.map { " <\($0)>" } ?? "") }

        static func flag(_ name: String, short: Character? = nil, help: String) -> Option {
            Option(name: name, short: short, help: help)
        }

        static func value(
            _ name: String,
            short: Character? = nil,
            _ value: String,
            isRepeating: Bool = false,
            help: String,
            completion: Completion = .nothing
        ) -> Option {
            Option(
                name: name,
                short: short,
                value: value,
                isRepeating: isRepeating,
                help: help,
                completion: completion
            )
        }
    }

    /// The words that name the command, such as `import maxim`.
    let name: String
    /// What the command does, in one sentence.
    let abstract: String
    /// Further paragraphs of the help.
    var discussion = ""
    var arguments: [Argument] = []
    var options: [Option] = []

    /// The command's options and those of every command.
    var allOptions: [Option] {
        options + [.flag("help", short: "h", help: "Show this help.")]
    }

    /// The option with a long name.
    func option(named name: String) -> Option? { allOptions.first { $0.name == name } }

    /// The option with a short name.
    func option(abbreviated name: Character) -> Option? { allOptions.first { $0.short == name } }
}
