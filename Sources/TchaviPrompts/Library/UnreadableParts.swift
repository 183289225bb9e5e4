import Tchavi

/// Why parts of a record could not be read, which the record's JSON does not say: without it, a version that cannot be read
/// would come back as one that is empty.
struct UnreadableParts: JSONMapped {
    /// The reasons of versions, by their index.
    private var versions: [String: String] = [:]
    /// The reasons of deployments, by the version's id and the index in its list.
    private var deployments: [String: [String: String]] = [:]
    private var fallback: String?

    init() {}

    init(of record: PromptRecord) {
        versions = Self.reasons(record.versions.map(\.unreadableReason))
        deployments = record.deployments.mapValues { Self.reasons($0.map(\.unreadableReason)) }
            .filter { !$0.value.isEmpty }
        fallback = record.fallbackVersion?.unreadableReason
    }

    private static func reasons(_ reasons: [String?]) -> [String: String] {
        var result: [String: String] = [:]
        for (index, reason) in reasons.enumerated() { if let reason { result[String(index)] = reason } }
        return result
    }

    var isEmpty: Bool { versions.isEmpty && deployments.isEmpty && fallback == nil }

    /// Marks the parts of a record.
    func mark(_ record: inout PromptRecord) {
        guard !isEmpty else { return }
        for (index, reason) in versions {
            guard let index = Int(index), record.versions.indices.contains(index) else { continue }
            record.versions[index].unreadableReason = reason
        }
        for (id, reasons) in deployments {
            guard var list = record.deployments[id] else { continue }
            for (index, reason) in reasons {
                guard let index = Int(index), list.indices.contains(index) else { continue }
                list[index].unreadableReason = reason
            }
            record.deployments[id] = list
        }
        if let fallback { record.fallbackVersion?.unreadableReason = fallback }
    }

    mutating func map(_ json: inout JSONMapper) {
        json.defaulted("versions", &versions)
        json.defaulted("deployments", &deployments)
        json.field("fallback", &fallback)
    }
}
