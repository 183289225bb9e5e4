import Dispatch
import Foundation
import Tchavi

/// The files of a prompt directory as they were last read, so that only changed ones are read again.
///
/// What is read together is a *unit*: the version files and the `prompt.json` of one directory, or a file of records.
struct DirectoryCache: Sendable {
    /// How long a file has to be unchanged before a poll reads it, so that a file that is being written is not.
    static let settlingTime = Duration.milliseconds(500)

    /// How often files are read that are changed while they are read.
    private static let maximumReads = 3
    /// How long a removed prompt is kept while others are being written, which may replace it.
    private static let removalTime = Duration.seconds(5)

    private let root: String
    private var directories: [DirectoryScan.Directory] = []
    private var units: [String: DirectoryUnit] = [:]
    private var failures: [DirectoryScan.Failure] = []
    /// The units that have changed and were not read yet: their files, and since when they are unchanged.
    private(set) var unsettled: [String: (files: [DirectoryScan.File], since: ContinuousClock.Instant)] = [:]
    private var revision: String?

    init(root: String) {
        self.root = root
    }

    /// Reads what has changed.
    ///
    /// - Parameters:
    ///   - revision: The revision of the catalogue that the caller holds.
    ///   - isPolling: Whether to leave files for later that were changed within the ``settlingTime``.
    ///   - now: The time of the call.
    /// - Returns: The catalogue, or `nil` if it is that of the revision.
    /// - Throws: `POSIXError` if the directory cannot be read.
    mutating func load(
        since revision: String?,
        isPolling: Bool,
        now: ContinuousClock.Instant = .now
    ) throws(POSIXError) -> PromptCatalogue? {
        for _ in 0..<Self.maximumReads {
            let scan = try DirectoryScan(of: root)
            let isUnchanged =
                self.revision != nil && scan.directories == directories && scan.failures == failures
                && unsettled.isEmpty && !units.values.contains(where: \.isAmbiguous)
            if !isUnchanged { update(scan, isPolling: isPolling, now) }
            // What was changed while it was read may be a mixture of two forms; a poll leaves it for the next one.
            if isPolling || !units.values.contains(where: \.changedWhileRead) { break }
        }
        return revision != nil && revision == self.revision ? nil : catalogue()
    }

    private mutating func update(_ scan: DirectoryScan, isPolling: Bool, _ now: ContinuousClock.Instant) {
        directories = scan.directories
        failures = scan.failures
        var found: [String: DirectoryUnit.Files] = [:]
        for directory in directories { DirectoryUnit.add(directory, to: &found) }
        // A unit is not gone because the directory that it is in cannot be read.
        let missing = units.keys.filter { key in
            found[key] == nil && !failures.contains { key.isSameText(as: $0.path) || key.hasPrefix($0.path + "/") }
        }
        let changed = found.filter { key, files in
            let unit = units[key]
            if unit?.files == files.files, unit?.isAmbiguous == false {
                unsettled[key] = nil
                return false
            }
            // The first form of a directory is read at once; what was there before it was watched is complete.
            return revision == nil || isSettled(key, files.files, now, isPolling)
        }
        let isWriting = found.keys.contains { units[$0] == nil && changed[$0] == nil }
        for key in missing where isSettled(key, [], now, isPolling) {
            // What is new may be where the prompt has moved.
            if isPolling, isWriting, let since = unsettled[key]?.since, now - since < Self.removalTime { continue }
            units[key] = nil
            unsettled[key] = nil
        }
        unsettled = unsettled.filter { found[$0.key] != nil || units[$0.key] != nil }
        let keys = Array(changed.keys)
        let read = DispatchQueue.concurrently(keys.count) { [root, units] index in
            DirectoryUnit(changed[keys[index]] ?? .init(directory: ""), root: root, replacing: units[keys[index]])
        }
        for (key, unit) in zip(keys, read) {
            // While it is watched, a file that was changed while it was read is read again later.
            if isPolling, unit.changedWhileRead, revision != nil { continue }
            units[key] = unit
            unsettled[key] = nil
        }
        var content: [UInt8] = []
        for key in units.keys.sorted(by: { $0.precedesInBytes($1) }) {
            content += Array((key + "\0").utf8) + (units[key]?.hash ?? [])
        }
        for failure in failures { content += Array("\(failure.path)\0\(failure.reason)\0".utf8) }
        revision = SHA256.hexadecimal(content)
    }

    /// Whether the files of a unit have been unchanged for the ``settlingTime``, as far as this is waited for.
    private mutating func isSettled(
        _ key: String,
        _ files: [DirectoryScan.File],
        _ now: ContinuousClock.Instant,
        _ isPolling: Bool
    ) -> Bool {
        guard isPolling else { return true }
        guard let (earlier, since) = unsettled[key], earlier == files else {
            unsettled[key] = (files, now)
            return false
        }
        return now - since >= Self.settlingTime
    }

    private func catalogue() -> PromptCatalogue {
        var catalogue = PromptCatalogue(entries: [], revision: revision, validator: revision)
        for key in units.keys.sorted(by: { $0.precedesInBytes($1) }) {
            guard let unit = units[key] else { continue }
            catalogue.entries += unit.entries
            catalogue.unusable += unit.unusable
            catalogue.diagnostics += unit.diagnostics
        }
        catalogue.folders = PromptFolder.directories(of: catalogue.entries)
        catalogue.diagnostics += failures.map { failure in
            failure.diagnostic(advice: "Check its permissions; the prompts that were read from it are still used.")
        }
        return catalogue
    }
}
