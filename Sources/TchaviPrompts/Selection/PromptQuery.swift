package import Tchavi

/// A query that selects a version of a prompt: by deployment variables and tags, by a bucketing key, or by the
/// version's number.
///
/// A query is a value; each method returns a changed copy.
///
/// ```swift
/// let query = PromptQuery()
///     .deploymentVariable("environment", "production")
///     .tag("plan", "enterprise")
///     .bucketed(by: user.id)
/// ```
///
/// A query can be encoded, for instance to record queries and to compare what a change does to them with
/// ``WhatIf/changes(for:)``. Its JSON is `{"conditions": [{"field": "plan", "value": "enterprise", "enforced": false}],
/// "exactMatch": false, "operator": "AND", "bucketBy": "user-42"}`, with `folderId`, `requiresMatch` and `latest` where
/// they are set. Every field may be missing.
public struct PromptQuery: Sendable, Hashable {
    /// A field of the query and its value.
    public struct Condition: Sendable, Hashable {
        /// The name of the field, compared by its UTF-8 bytes.
        public var field: String
        /// The value that rules on the field are compared with.
        public var value: ConditionValue
        /// Whether only deployments with a rule or tag on the field match.
        public var isEnforced: Bool

        /// Creates a condition.
        public init(field: String, value: ConditionValue, isEnforced: Bool) {
            self.field = field
            self.value = value
            self.isEnforced = isEnforced
        }
    }

    /// How many of the enforced conditions the rules and tags of a deployment have to use.
    public enum Enforcement: String, Sendable, Hashable {
        /// The deployment has to use every enforced condition.
        case all = "AND"
        /// The deployment has to use at least one enforced condition.
        case any = "OR"
    }

    /// The name of the field that selects a version by its number, as in Maxim's SDKs.
    public static let versionField = "promptVersionNumber"

    /// The conditions, on distinct fields, in the order in which they were first set.
    public private(set) var conditions: [Condition] = []
    /// Whether only deployments match that use every condition and no other field; see ``exactMatch()``.
    public private(set) var isExactMatch = false
    /// How many of the enforced conditions a deployment has to use; see ``enforcing(_:)``.
    public private(set) var enforcement = Enforcement.all
    /// The id of the folder that the prompt has to be in; `nil` for any.
    public private(set) var folderID: String?
    /// The key that decides between the arms of a split; see ``bucketed(by:)-(String?)``.
    public private(set) var bucketingKey: String?
    /// Whether unconditional deployments and the fallback are not selected; see ``requiringMatch()``.
    public private(set) var requiresMatch = false
    /// Whether the version with the highest number is selected, deployed or not; see ``latest()``.
    public private(set) var wantsLatest = false

    /// Creates a query without conditions, which selects an unconditional deployment or else the fallback.
    public init() {}

    /// Sets the value of a deployment variable, which the rules of deployments compare.
    ///
    /// - Parameters:
    ///   - field: The variable's name. Setting it again replaces the value.
    ///   - value: The value: a string, a number, a Boolean, a UUID or several strings. `nil` leaves the query as it is.
    ///   - isEnforced: Whether only deployments with a rule or tag on the variable match.
    /// - Returns: The query with that condition.
    public func deploymentVariable(
        _ field: String,
        _ value: (some ConditionValueConvertible)?,
        isEnforced: Bool = true
    ) -> PromptQuery {
        setting(field, value?.conditionValue, isEnforced)
    }

    /// Sets the value of a deployment variable to the raw value of an enumeration's case.
    ///
    /// - Parameters:
    ///   - field: The variable's name. Setting it again replaces the value.
    ///   - value: The case. `nil` leaves the query as it is.
    ///   - isEnforced: Whether only deployments with a rule or tag on the variable match.
    /// - Returns: The query with that condition.
    @_disfavoredOverload
    public func deploymentVariable<Value: RawRepresentable>(
        _ field: String,
        _ value: Value?,
        isEnforced: Bool = true
    ) -> PromptQuery where Value.RawValue: ConditionValueConvertible {
        setting(field, value?.rawValue.conditionValue, isEnforced)
    }

    /// Sets the value of a tag.
    ///
    /// Deployments of versions that have the tag with this value match without a rule. Deployments of versions that
    /// have the tag with another value are not selected, not even unconditional ones.
    ///
    /// - Parameters:
    ///   - field: The tag's name. Setting it again replaces the value.
    ///   - value: The value: a string, a number, a Boolean, a UUID or several strings. `nil` leaves the query as it is.
    ///   - isEnforced: Whether only deployments with a rule or tag on the field match.
    /// - Returns: The query with that condition.
    public func tag(
        _ field: String,
        _ value: (some ConditionValueConvertible)?,
        isEnforced: Bool = false
    ) -> PromptQuery {
        setting(field, value?.conditionValue, isEnforced)
    }

    /// Sets the value of a tag to the raw value of an enumeration's case.
    ///
    /// An enumeration that conforms to ``ConditionValueConvertible`` decides itself what its value is.
    ///
    /// - Parameters:
    ///   - field: The tag's name. Setting it again replaces the value.
    ///   - value: The case. `nil` leaves the query as it is.
    ///   - isEnforced: Whether only deployments with a rule or tag on the field match.
    /// - Returns: The query with that condition.
    @_disfavoredOverload
    public func tag<Value: RawRepresentable>(
        _ field: String,
        _ value: Value?,
        isEnforced: Bool = false
    ) -> PromptQuery where Value.RawValue: ConditionValueConvertible {
        setting(field, value?.rawValue.conditionValue, isEnforced)
    }

    /// Selects a version by its number, deployed or not. Deployments and the fallback are ignored.
    ///
    /// - Parameter number: The version's number.
    /// - Returns: The query, pinned to the version.
    public func version(_ number: Int) -> PromptQuery {
        setting(Self.versionField, .integer(Int64(number)), false)
    }

    /// Selects the version with the highest number, deployed or not: for development, before a version is deployed.
    ///
    /// - Returns: The query, pinned to the latest version.
    public func latest() -> PromptQuery {
        with { query in
            query.wantsLatest = true
            query.conditions.removeAll { $0.field.isSameText(as: Self.versionField) }
        }
    }

    /// Matches only deployments whose rules and tags use every condition of the query and no other field.
    ///
    /// If none does, an unconditional deployment or the fallback is still selected, unless ``requiringMatch()`` is
    /// added.
    ///
    /// - Returns: The query that requires an exact match.
    public func exactMatch() -> PromptQuery { with { $0.isExactMatch = true } }

    /// Sets how many of the enforced conditions a deployment has to use.
    ///
    /// - Parameter enforcement: All of them, or at least one.
    /// - Returns: The query with that enforcement.
    public func enforcing(_ enforcement: Enforcement) -> PromptQuery { with { $0.enforcement = enforcement } }

    /// Limits the query to prompts in one folder.
    ///
    /// - Parameter id: The folder's id.
    /// - Returns: The query, limited to the folder.
    public func folder(_ id: String) -> PromptQuery { with { $0.folderID = id } }

    /// Selects only a pinned version or a deployment that matches: neither an unconditional deployment nor the
    /// fallback.
    ///
    /// - Returns: The query that requires a match.
    public func requiringMatch() -> PromptQuery { with { $0.requiresMatch = true } }

    /// The query without its bucketing key.
    package var withoutKey: PromptQuery { with { $0.bucketingKey = nil } }

    /// What is left of the query without its conditions and its bucketing key.
    var withoutConditionsAndKey: PromptQuery {
        with { query in
            query.conditions = []
            query.bucketingKey = nil
        }
    }

    private func with(_ change: (inout PromptQuery) -> Void) -> PromptQuery {
        var copy = self
        change(&copy)
        return copy
    }

    private func setting(_ field: String, _ value: ConditionValue?, _ isEnforced: Bool) -> PromptQuery {
        guard let value else { return self }
        return with { $0.set(Condition(field: field, value: value, isEnforced: isEnforced)) }
    }

    /// Returns the query with a bucketing key.
    func settingKey(_ key: String) -> PromptQuery { with { $0.bucketingKey = key } }

    private mutating func set(_ condition: Condition) {
        if condition.field.isSameText(as: Self.versionField) { wantsLatest = false }
        if let index = index(of: condition.field) {
            conditions[index] = condition
        } else {
            conditions.append(condition)
        }
    }
}

extension PromptQuery {
    /// Returns the index of the condition on a field.
    func index(of field: String) -> Int? {
        conditions.firstIndex { $0.field.isSameText(as: field) }
    }
}

extension PromptQuery: CustomStringConvertible {
    /// The query in one line: `plan = enterprise, region = eu (enforced), for key user-42`. Control characters are escaped.
    public var description: String {
        var parts = conditions.map(\.description)
        if wantsLatest { parts.append("latest version") }
        if isExactMatch { parts.append("exact match") }
        if requiresMatch { parts.append("match required") }
        if enforcement == .any { parts.append("any enforced condition") }
        if let folderID { parts.append("in folder \(folderID)") }
        let query = parts.isEmpty ? "no conditions" : parts.joined(separator: ", ")
        return (query + (bucketingKey.map { ", for key \($0)" } ?? "")).escapingControlCharacters
    }
}

extension PromptQuery.Condition: CustomStringConvertible {
    /// The condition in readable form: `plan = enterprise (enforced)`.
    public var description: String { "\(field) = \(value)\(isEnforced ? " (enforced)" : "")" }
}

extension PromptQuery.Condition: JSONMapped {
    package init() { self.init(field: "", value: "", isEnforced: false) }

    package mutating func map(_ json: inout JSONMapper) {
        json.field("field", &field)
        json.field("value", &value)
        json.defaulted("enforced", &isEnforced)
    }
}

extension PromptQuery: JSONMapped {
    package mutating func map(_ json: inout JSONMapper) {
        var conditions = conditions
        json.defaulted("conditions", &conditions)
        // A field that is set again replaces the value.
        if json.isReading { for condition in conditions { set(condition) } }
        json.defaulted("exactMatch", &isExactMatch)
        json.field(
            "operator",
            &enforcement,
            reading: { json throws(JSONError) in
                guard let value = json.string.flatMap({ Enforcement(rawValue: $0.uppercased()) }) else {
                    throw JSONError("expected \"AND\" or \"OR\", found \(json.serialized())")
                }
                return value
            },
            writing: { .string($0.rawValue) }
        )
        json.field("bucketBy", &bucketingKey)
        json.field("folderId", &folderID)
        json.flag("requiresMatch", &requiresMatch)
        json.flag("latest", &wantsLatest)
        // As in `latest()`, which replaces a pinned version.
        if json.isReading, wantsLatest { self = latest() }
    }
}

extension JSONMapper {
    /// Maps a Boolean that is written only if it is true.
    fileprivate mutating func flag(_ name: String, _ value: inout Bool) {
        if isReading || value { defaulted(name, &value) }
    }
}
