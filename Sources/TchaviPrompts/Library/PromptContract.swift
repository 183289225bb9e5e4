public import Tchavi

/// What a program gives one prompt, and what it expects of it: variables, tools, and the shape of the response.
///
/// A version that does not fit, for instance because it uses a variable that the program does not know yet, is found before it
/// is used, instead of in a run.
///
/// ```swift
/// let contract = PromptContract("support-reply", variables: ["customer", "message"], tools: ["find_order"])
/// print(contract.violations(by: version))
/// ```
public struct PromptContract: Sendable, Hashable {
    /// The id of the prompt.
    public var promptID: String
    /// The names of the variables that the program gives.
    public var variables: Set<String>
    /// The names of the function tools that the program registers, with an implementation or to be captured.
    public var tools: Set<String>
    /// Whether the program also captures the calls of function tools that it does not register.
    public var capturesOtherTools: Bool
    /// The JSON Schema of the responses that the program decodes; `nil` for a program that decodes none.
    public var responseSchema: JSONValue?

    /// Creates a contract.
    public init(
        _ promptID: String,
        variables: Set<String> = [],
        tools: Set<String> = [],
        capturesOtherTools: Bool = false,
        responseSchema: JSONValue? = nil
    ) {
        self.promptID = promptID
        self.variables = variables
        self.tools = tools
        self.capturesOtherTools = capturesOtherTools
        self.responseSchema = responseSchema
    }

    /// A reason why a version does not fit a contract.
    public struct Violation: Sendable, Hashable, CustomStringConvertible {
        /// What a version does not fit. The set is open: later versions of the package may add members.
        public struct Kind: OpenEnum {
            /// The name of the kind.
            public let rawValue: String
            /// Creates a kind from its name.
            public init(rawValue: String) { self.rawValue = rawValue }

            /// The version uses a variable that the program does not give.
            public static let variable: Kind = "variable"
            /// The version declares a function tool that the program does not register.
            public static let tool: Kind = "tool"
            /// The version's response schema does not guarantee what the program decodes.
            public static let response: Kind = "response"
        }

        /// What the version does not fit.
        public var kind: Kind
        /// The name of the variable or the tool, or the path of the field in the response: `$.items[].price`.
        public var name: String
        /// What does not fit, in one sentence.
        public var message: String

        /// Creates a violation.
        public init(_ kind: Kind, _ name: String, _ message: String) {
            self.kind = kind
            self.name = name
            self.message = message
        }

        /// The same as ``message``.
        public var description: String { message }
    }

    /// Returns the reasons why a version does not fit the contract.
    ///
    /// Only what certainly does not fit is a reason. A version without a configuration, or one that cannot be read, has none,
    /// because selecting it is an error of its own. Tools of other kinds than `function` are run by the provider. Of response
    /// formats, `json_schema` is compared with ``responseSchema``, and `json_object` is a reason only if that does not
    /// allow objects; `text` is none, because the messages may ask for JSON.
    ///
    /// - Parameters:
    ///   - version: The version.
    ///   - syntax: The syntax of the variables in its messages.
    /// - Returns: The reasons; empty if the version fits.
    public func violations(by version: PromptVersion, syntax: VariableSyntax = .angleBrackets) -> [Violation] {
        guard let config = version.config, version.unreadableReason == nil else { return [] }
        return variableViolations(config, syntax) + toolViolations(config) + responseViolations(config)
    }

    private func variableViolations(_ config: PromptVersionConfig, _ syntax: VariableSyntax) -> [Violation] {
        CompiledMessages(config.messages, syntax: syntax).variables.filter { !variables.contains($0.name) }.map {
            Violation(
                .variable,
                $0.name,
                "The program does not give the variable `\($0.name)` of message \($0.messageIndex)."
            )
        }
    }

    private func toolViolations(_ config: PromptVersionConfig) -> [Violation] {
        guard !capturesOtherTools else { return [] }
        var names: Set<String> = []
        return (config.modelParameters["tools"]?.array ?? []).compactMap { tool in
            guard ["function", nil].contains(tool["type"]?.string), let name = tool["function"]?["name"]?.string,
                !tools.contains(name), names.insert(name).inserted
            else { return nil }
            return Violation(
                .tool,
                name,
                "The version declares the tool `\(name)`, which the program does not register."
            )
        }
    }

    private func responseViolations(_ config: PromptVersionConfig) -> [Violation] {
        guard let responseSchema, let format = config.modelParameters["response_format"] else { return [] }
        let schema: JSONValue? =
            switch format["type"]?.string {
            case "json_schema": format["json_schema"]?["schema"]
            case "json_object": ["type": "object"]
            default: nil
            }
        guard let schema else { return [] }
        var comparison = SchemaComparison(produced: schema, expected: responseSchema)
        return comparison.differences().map { Violation(.response, $0.path, $0.message) }
    }
}
