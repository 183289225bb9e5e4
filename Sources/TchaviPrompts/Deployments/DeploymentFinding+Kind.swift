public import Tchavi

extension DeploymentFinding {
    /// The kind of a problem. The set is open: later versions of the package may find more.
    public struct Kind: OpenEnum {
        /// The name of the kind.
        public let rawValue: String
        /// Creates a kind from its name.
        public init(rawValue: String) { self.rawValue = rawValue }

        /// A deployment that is never selected, because another one always is, or because its rule is on
        /// `promptVersionNumber`, which pins a query to a version before any rule is evaluated.
        public static let neverSelected: Kind = "neverSelected"
        /// Two deployments that always match equally well, and have no weights that decide between them.
        public static let alwaysTies: Kind = "alwaysTies"
        /// Rules, or a rule and a tag of the version, that no query can satisfy together, or a group without alternatives.
        public static let contradiction: Kind = "contradiction"
        /// A rule whose operator does not apply to its value, so that no query satisfies it.
        public static let incomparable: Kind = "incomparable"
        /// Rules of several deployments that compare one field with a Boolean and with a number.
        public static let mixedTypes: Kind = "mixedTypes"
        /// An unknown operator or combinator.
        public static let unknownOperator: Kind = "unknownOperator"
        /// Deployments that apply to the same queries and whose weights are all zero, one of which is selected nevertheless.
        public static let zeroWeights: Kind = "zeroWeights"
        /// An arm of an experiment that applies to other queries than the other arms.
        public static let unequalArms: Kind = "unequalArms"
        /// A deployment of a version that the prompt does not have.
        public static let missingVersion: Kind = "missingVersion"
        /// A prompt without a fallback and without an unconditional deployment, so that some queries select no version.
        public static let noFallback: Kind = "noFallback"
        /// A variable that a deployed version needs, but the version deployed before it did not.
        public static let newVariable: Kind = "newVariable"
        /// Arms of one split that need different variables.
        public static let unequalVariables: Kind = "unequalVariables"
        /// A variable that the fallback needs, but no deployed version does.
        public static let fallbackVariable: Kind = "fallbackVariable"
        /// A comparison of versions or numbers that are strings, which compares them in lexicographic order.
        public static let lexicographicComparison: Kind = "lexicographicComparison"
        /// A comparison of versions with a number that has a fraction: as a number, `2.10` is `2.1`.
        public static let numericVersion: Kind = "numericVersion"
        /// A deployed version or a fallback without a `config`, messages or a model.
        public static let incompleteVersion: Kind = "incompleteVersion"
        /// A version or a fallback whose model parameters a run refuses, deployed or not.
        public static let invalidParameters: Kind = "invalidParameters"
        /// A deployment whose `rules.version` is another version than the one that it is stored under.
        public static let versionMismatch: Kind = "versionMismatch"
        /// A fallback that is a copy of a version with another `config`.
        public static let staleFallback: Kind = "staleFallback"
        /// A split that no query reaches.
        public static let unreachableSplit: Kind = "unreachableSplit"
        /// An arm that no bucketing key is assigned to.
        public static let unreachableArm: Kind = "unreachableArm"
        /// A variable in the other syntax, `{{name}}` where variables are written `<<name>>` or the other way round, which is
        /// sent as it is.
        public static let otherSyntax: Kind = "otherSyntax"
        /// A message whose role the chat API does not have.
        public static let unknownRole: Kind = "unknownRole"
        /// A message without text, other parts and tool calls.
        public static let emptyMessage: Kind = "emptyMessage"
        /// A model parameter outside of the range that the chat API documents.
        public static let parameterOutOfRange: Kind = "parameterOutOfRange"

        /// An image whose URL a run refuses: it is not an `https:`, `http:` or `data:image/` URL.
        public static let invalidImageURL: Kind = "invalidImageURL"
        /// A weight below zero, which counts as zero: no user is assigned to the deployment.
        public static let negativeWeight: Kind = "negativeWeight"

        /// The kinds that are about the content of a version, whether it is deployed or not.
        package static let content: Set<Kind> = [
            .otherSyntax, .unknownRole, .emptyMessage, .invalidParameters, .parameterOutOfRange, .invalidImageURL,
        ]

        /// Every kind that the linter reports.
        static let known: Set<Kind> = [
            .neverSelected, .alwaysTies, .contradiction, .incomparable, .mixedTypes, .unknownOperator,
            .zeroWeights, .unequalArms, .missingVersion, .noFallback, .newVariable, .unequalVariables,
            .fallbackVariable, .lexicographicComparison, .numericVersion, .incompleteVersion,
            .invalidParameters, .versionMismatch, .staleFallback, .unreachableSplit, .unreachableArm,
            .otherSyntax, .unknownRole, .emptyMessage, .parameterOutOfRange,
            .invalidImageURL, .negativeWeight,
        ]
    }
}
