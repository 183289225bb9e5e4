/// A command: what it accepts, and what it does.
protocol Command: Sendable {
    /// What the command accepts.
    static var syntax: CommandSyntax { get }

    /// Carries out the command.
    ///
    /// - Parameters:
    ///   - arguments: The parsed arguments, which ask for no help.
    ///   - session: The environment, and where output goes.
    /// - Returns: How the command ended.
    /// - Throws: ``UsageError``, ``Failure`` and the errors of the library, which decide on the exit code.
    static func run(_ arguments: ParsedArguments, in session: Session) async throws -> ExitCode
}
