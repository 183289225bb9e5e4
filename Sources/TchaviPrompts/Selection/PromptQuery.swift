/// What a program knows when it asks for a prompt, by which a version is selected: the values of deployment variables and
/// tags, a bucketing key, or the version itself.
///
/// A value: each method returns a copy with one change.
///
/// ```swift
/// let query = PromptQuery()
///     .deploymentVariable("environment", "production")
///     .tag("plan", "enterprise")
///     .bucketed(by: user.id)
/// ```
public struct PromptQuery: Sendable, Hashable {
    /// The value that is given for a field.
    public struct Condition: Sendable, Hashable {
        /// The name of the field, compared by its UTF-8 bytes.
        public var field: String
        /// The value that rules on the field are compared with.
        public var value: ConditionValue
        /// Whether a deployment has to look at the field to match.
        public var isEnforced: Bool

        /// Creates a condition.
        ///
        /// - Parameters:
        ///   - field: The field's name.
        ///   - value: The value that is given.
        ///   - isEnforced: Whether a deployment has to look at the field to match.
        public init(field: String, value: ConditionValue, isEnforced: Bool) {
            self.field = field
            self.value = value
            self.isEnforced = isEnforced
        }
    }

    /// How many of the enforced conditions a deployment has to look at.
    public enum Enforcement: String, Sendable, Hashable {
        /// A deployment has to look at every enforced condition.
        case all = "AND"
        /// A deployment has to look at at least one enforced condition.
        case any = "OR"
    }

    /// The field by which a version is asked for by its number, as in Maxim's SDKs.
    public static let versionField = "promptVersionNumber"

    /// The conditions, on distinct fields, in the order in which they were first set.
    public private(set) var conditions: [Condition] = []
    /// Whether a deployment has to look at every condition, and at nothing else.
    public private(set) var isExactMatch = false
    /// How many of the enforced conditions a deployment has to look at.
    public private(set) var enforcement = Enforcement.all
    /// The folder that the prompt has to be in.
    public private(set) var folderID: String?
    /// The key that decides between the arms of a split; the same key always gets the same arm.
    public private(set) var bucketingKey: String?
    /// Whether only a pinned version or a match is taken.
    public private(set) var requiresMatch = false
    /// Whether the version of the highest number is taken, deployed or not.
    public private(set) var wantsLatest = false

    /// Creates a query without a condition, which gets an unconditional deployment, or else the fallback.
    public init() {}

    /// Gives a value for a variable that deployments are made by.
    ///
    /// - Parameters:
    ///   - field: The variable's name. Setting it again replaces the value.
    ///   - value: The value: a string, a number, a Boolean or several strings.
    ///   - isEnforced: Whether a deployment has to look at the variable to match.
    /// - Returns: The query with that condition.
    public func deploymentVariable(
        _ field: String,
        _ value: some ConditionValueConvertible,
        isEnforced: Bool = true
    ) -> PromptQuery {
        setting(Condition(field: field, value: value.conditionValue, isEnforced: isEnforced))
    }

    /// Gives a value for a tag. Deployments of versions that carry the tag with this value are preferred, also without a
    /// rule; those of versions that carry it with another value do not match.
    ///
    /// - Parameters:
    ///   - field: The tag's name. Setting it again replaces the value.
    ///   - value: The value: a string, a number, a Boolean or several strings.
    ///   - isEnforced: Whether a deployment has to look at the tag to match.
    /// - Returns: The query with that condition.
    public func tag(
        _ field: String,
        _ value: some ConditionValueConvertible,
        isEnforced: Bool = false
    ) -> PromptQuery {
        setting(Condition(field: field, value: value.conditionValue, isEnforced: isEnforced))
    }

    /// Asks for one version by its number, deployed or not. Rules and fallback are then not looked at.
    ///
    /// - Parameter number: The version's number.
    /// - Returns: The query, pinned.
    public func version(_ number: Int) -> PromptQuery {
        setting(Condition(field: Self.versionField, value: .integer(Int64(number)), isEnforced: false))
            .with { $0.wantsLatest = false }
    }

    /// Asks for the version of the highest number, deployed or not: for development, before anything is deployed.
    ///
    /// - Returns: The query, pinned to the latest version.
    public func latest() -> PromptQuery {
        with { query in
            query.wantsLatest = true
            query.conditions.removeAll { $0.field.isSameText(as: Self.versionField) }
        }
    }

    /// Matches only deployments that look at every condition and at nothing else. Where none does, unconditional
    /// deployments and the fallback still serve, unless ``requiringMatch()`` is added.
    ///
    /// - Returns: The query, exact.
    public func exactMatch() -> PromptQuery { with { $0.isExactMatch = true } }

    /// Says how many of the enforced conditions a deployment has to look at.
    ///
    /// - Parameter enforcement: All of them, or at least one.
    /// - Returns: The query with that rule.
    public func enforcing(_ enforcement: Enforcement) -> PromptQuery { with { $0.enforcement = enforcement } }

    /// Looks for the prompt in one folder only.
    ///
    /// - Parameter id: The folder's id.
    /// - Returns: The query, confined to the folder.
    public func folder(_ id: String) -> PromptQuery { with { $0.folderID = id } }

    /// Decides between the arms of a split by this key.
    ///
    /// - Parameter key: Whom the assignment sticks to: a user's or a conversation's id. An empty key is a key.
    /// - Returns: The query with that key.
    public func bucketed(by key: String) -> PromptQuery { with { $0.bucketingKey = key } }

    /// Takes only a pinned version or a deployment that matches: neither an unconditional one nor the fallback.
    ///
    /// - Returns: The query, strict.
    public func requiringMatch() -> PromptQuery { with { $0.requiresMatch = true } }

    private func with(_ change: (inout PromptQuery) -> Void) -> PromptQuery {
        var copy = self
        change(&copy)
        return copy
    }

    private func setting(_ condition: Condition) -> PromptQuery {
        with { query in
            if let index = query.conditions.firstIndex(where: { $0.field.isSameText(as: condition.field) }) {
                query.conditions[index] = condition
            } else {
                query.conditions.append(condition)
            }
        }
    }
}

extension PromptQuery {
    /// The index of the condition on a field.
    func index(of field: String) -> Int? {
        conditions.firstIndex { $0.field.isSameText(as: field) }
    }
}
