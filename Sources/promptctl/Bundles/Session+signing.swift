extension Session {
    /// What verifies or signs the bundle instead of the key in the environment.
    ///
    /// - Throws: ``UsageError`` if there is a key, too.
    func signingCommand(_ option: String, of arguments: ParsedArguments) throws -> SigningCommand? {
        guard let command = arguments.value(option) else { return nil }
        guard try bundleKey() == nil else {
            throw UsageError(
                "A bundle has one signature: unset TCHAVI_BUNDLE_KEY, or leave out '--\(option)'.",
                arguments.syntax
            )
        }
        return SigningCommand(command, in: self)
    }
}
