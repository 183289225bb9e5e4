public import Foundation
public import Observation
import Tchavi

extension PromptLibrary {
    /// What a library holds, how old it is, and what went wrong last.
    public struct Status: Sendable {
        /// A hash of the prompts; `nil` if nothing has been read yet. Changes when a prompt or folder changes.
        public var revision: String?
        /// Where the oldest prompts that the library holds are from.
        public var origin: Selection.Origin?
        /// When the prompts were last read from their sources, or had not changed: for several sources, the earliest.
        public var refreshedAt: Date?
        /// The time since then, never negative; of shipped prompts the time since they were published, and `nil` if that is
        /// not known.
        public var age: Duration?
        /// How many prompts can be requested.
        public var promptCount = 0
        /// How many diagnostics ``PromptLibrary/diagnostics()`` has.
        public var diagnosticCount = 0
        /// The error of the last read, of the first source whose last read failed; `nil` if every last read succeeded.
        public var lastError: (any Error)?
        /// Whether a source refuses the credential (status 401 or 403). Such a source is read again only by
        /// ``PromptLibrary/refresh()``, until that succeeds.
        public var isRefused = false
        /// The state of each source, in their order.
        public var sources: [Source] = []

        /// The state of one source.
        public struct Source: Sendable {
            /// The source's ``PromptSource/name``.
            public var name: String
            /// A hash of its prompts; `nil` if nothing was read yet.
            public var revision: String?
            /// Where its prompts were read from.
            public var origin: Selection.Origin?
            /// The time since they were read from the source, or had not changed.
            public var age: Duration?
            /// How many prompts it has.
            public var promptCount: Int
            /// The error of the last read; `nil` if it succeeded.
            public var lastError: (any Error)?
            /// Whether the source refuses the credential.
            public var isRefused: Bool
        }
    }

    /// What the library holds, how old it is, and what failed last. Reads nothing.
    ///
    /// It can be observed with `Observation`: a view that uses it is updated after every read, and `.task(id:
    /// library.status.revision)` runs whenever the prompts have changed.
    public var status: Status {
        registrar.access(self, keyPath: \.status)
        let snapshot = currentSnapshot
        let now = time.elapsed()
        var status = Status()
        status.revision = snapshot?.revision
        status.promptCount = snapshot?.ids.count ?? 0
        status.diagnosticCount = diagnostics(of: snapshot).count
        // Shipped prompts of an unknown age count as the oldest.
        if let oldest = snapshot?.layers.map(\.form).max(by: {
            $0.age(at: now) ?? .seconds(1e18) < $1.age(at: now) ?? .seconds(1e18)
        }) {
            status.origin = oldest.origin
            status.age = oldest.age(at: now)
            status.refreshedAt = status.age.map { self.now().addingTimeInterval(-$0.seconds) }
        }
        status.sources = readers.map { reader in
            let form = reader.form
            return Status.Source(
                name: reader.source.name,
                revision: form?.revision,
                origin: form?.origin,
                age: form?.age(at: now),
                promptCount: form?.ids.count ?? 0,
                lastError: reader.lastError,
                isRefused: reader.isRefused
            )
        }
        status.lastError = status.sources.lazy.compactMap(\.lastError).first
        status.isRefused = status.sources.contains(where: \.isRefused)
        return status
    }
}

extension PromptLibrary: Observable {}
