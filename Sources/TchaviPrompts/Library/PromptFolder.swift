public import Tchavi

/// A folder of prompts.
///
/// In a directory of prompts, a folder is a directory: its id is the path, its name the last component, and it has no tags.
public struct PromptFolder: Sendable, Hashable, Identifiable {
    /// The folder's id, which ``PromptQuery/folder(_:)`` and ``PromptRecord/folderID`` use.
    public var id: String
    /// The folder's name.
    public var name: String
    /// The id of the folder that contains this one; `nil` for none.
    public var parentFolderID: String?
    /// The folder's tags, by which ``PromptLibrary/folders(matching:)`` finds it.
    public var tags: [String: ConditionValue]
    /// Unrecognized fields.
    public var additionalFields: [String: JSONValue] = [:]

    /// Creates a folder.
    public init(id: String, name: String, parentFolderID: String? = nil, tags: [String: ConditionValue] = [:]) {
        self.id = id
        self.name = name
        self.parentFolderID = parentFolderID
        self.tags = tags
    }
}

extension PromptFolder {
    /// Whether a query finds the folder.
    ///
    /// A query without conditions finds every folder. Other queries find the folders that have at least one of their
    /// conditions as a tag, and no tag with another value: a tag that the query does not mention is ignored. Tags are
    /// compared as the rules of deployments are, so that the tag 20 also matches the text `"20"`. Enforced conditions have to be
    /// tags of the folder, all or one of them as ``PromptQuery/enforcing(_:)`` says. With ``PromptQuery/exactMatch()``, the
    /// folder has every condition as a tag and no other tags. With ``PromptQuery/folder(_:)``, only that folder is found.
    /// A pinned version and a bucketing key are ignored.
    ///
    /// Maxim's SDKs, which this follows, find no folder for a query without conditions, and do not enforce conditions.
    ///
    /// - Parameter query: The query.
    /// - Returns: Whether the folder matches it.
    public func matches(_ query: PromptQuery) -> Bool {
        if let folder = query.folderID, !folder.isSameText(as: id) { return false }
        let conditions = query.conditions.filter { !$0.field.isSameText(as: PromptQuery.versionField) }
        let values = conditions.map { condition in
            tags.first { $0.key.isSameText(as: condition.field) }?.value
        }
        if query.isExactMatch, values.contains(nil) || tags.count != conditions.count { return false }
        guard !conditions.isEmpty else { return true }
        guard values.contains(where: { $0 != nil }) else { return false }
        for (condition, value) in zip(conditions, values) {
            if let value, Comparison.test(condition.value, .equal, value) != true { return false }
        }
        let enforced = zip(conditions, values).filter { $0.0.isEnforced }.map { $0.1 != nil }
        switch query.enforcement {
        case .all: return !enforced.contains(false)
        case .any: return enforced.isEmpty || enforced.contains(true)
        }
    }
}

extension PromptFolder: JSONMapped {
    package init() { self.init(id: "", name: "") }

    package mutating func map(_ json: inout JSONMapper) {
        json.field("id", &id)
        json.defaulted("name", &name)
        json.field("parentFolderId", &parentFolderID)
        json.field("tags", &tags, reading: PromptVersionConfig.tags, writing: { $0.json })
        json.rest(&additionalFields)
    }
}
