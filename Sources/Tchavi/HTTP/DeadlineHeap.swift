/// Deadlines of timers, the earliest first: a binary heap.
struct DeadlineHeap {
    struct Entry {
        let deadline: ContinuousClock.Instant
        let timer: UInt64
    }

    private var entries: [Entry] = []

    var count: Int { entries.count }

    var first: Entry? { entries.first }

    mutating func insert(_ entry: Entry) {
        entries.append(entry)
        var child = entries.count - 1
        while child > 0 {
            let parent = (child - 1) / 2
            guard entries[child].deadline < entries[parent].deadline else { return }
            entries.swapAt(child, parent)
            child = parent
        }
    }

    mutating func removeFirst() {
        guard let last = entries.popLast(), !entries.isEmpty else { return }
        entries[0] = last
        var parent = 0
        while true {
            let children = (2 * parent + 1..<2 * parent + 3).clamped(to: 0..<entries.count)
            guard let earliest = children.min(by: { entries[$0].deadline < entries[$1].deadline }),
                entries[earliest].deadline < entries[parent].deadline
            else { return }
            entries.swapAt(parent, earliest)
            parent = earliest
        }
    }

    mutating func removeAll(where shouldBeRemoved: (Entry) -> Bool) {
        // Sorted entries are a heap.
        entries = entries.filter { !shouldBeRemoved($0) }.sorted { $0.deadline < $1.deadline }
    }
}
