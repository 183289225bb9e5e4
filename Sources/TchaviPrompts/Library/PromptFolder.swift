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
