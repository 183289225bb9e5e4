extension PromptVersionConfig {
    /// The names of the variables that the messages use, each once, in the order of their first appearance.
    package func variableNames(syntax: VariableSyntax) -> [String] {
        CompiledMessages(messages, syntax: syntax).variables.map(\.name)
    }
}
