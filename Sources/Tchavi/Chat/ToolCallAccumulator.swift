/// Combines the deltas of a choice's tool calls.
struct ToolCallAccumulator: Sendable {
    /// The calls so far, in the order in which they began.
    private(set) var deltas: [ToolCallDelta] = []
    /// The positions of the newest calls with an index or id.
    private var positionsByIndex: [Int: Int] = [:]
    private var positionsByID: [String: Int] = [:]
    private var nextIndex = 0

    /// The calls in the order of their indices; those with the same index in the order in which they began.
    var toolCalls: [ToolCall] {
        deltas.enumerated()
            .sorted { ($0.element.index ?? 0, $0.offset) < ($1.element.index ?? 0, $1.offset) }
            .map { ToolCall($0.element) }
    }

    mutating func append(_ delta: ToolCallDelta) {
        guard let position = position(of: delta) else { return begin(delta) }
        deltas[position].append(delta)
        if let id = deltas[position].id, !id.isEmpty { positionsByID[id] = position }
    }

    /// The position of the call that a delta continues; `nil` if it begins a call.
    private func position(of delta: ToolCallDelta) -> Int? {
        if let index = delta.index {
            guard let position = positionsByIndex[index] else { return nil }
            return delta.isAnother(than: deltas[position]) ? delta.id.flatMap { positionsByID[$0] } : position
        }
        if let id = delta.id, !id.isEmpty { return positionsByID[id] }
        // Servers that send neither indices nor ids send each call as a whole, with its name.
        guard let last = deltas.last, !(delta.hasName && last.hasName) else { return nil }
        return deltas.indices.last
    }

    private mutating func begin(_ delta: ToolCallDelta) {
        var first = delta
        let index = delta.index ?? nextIndex
        first.index = index
        nextIndex = max(nextIndex, index.addingWithoutOverflow(1))
        positionsByIndex[index] = deltas.count
        if let id = delta.id, !id.isEmpty { positionsByID[id] = deltas.count }
        deltas.append(first)
    }
}

extension ToolCallDelta {
    /// The name of the function or custom tool, if the delta has one.
    package var name: String? { function?.name ?? additionalFields.customToolName }

    fileprivate var hasName: Bool { name.map { !$0.isEmpty } ?? false }

    /// Whether this begins a call of its own although its index is that of another call: some servers send all parallel
    /// calls with index 0.
    fileprivate func isAnother(than other: ToolCallDelta) -> Bool {
        guard hasName, let id, !id.isEmpty, let otherID = other.id, !otherID.isEmpty else { return false }
        return id != otherID
    }

    fileprivate mutating func append(_ delta: ToolCallDelta) {
        if id?.isEmpty ?? true { id = delta.id }
        if type == nil { type = delta.type }
        if !delta.additionalFields.isEmpty { additionalFields.fold(delta.additionalFields) }
        guard let new = delta.function else { return }
        if function == nil { function = Function() }
        if function?.name?.isEmpty ?? true { function?.name = new.name }
        if let arguments = new.arguments, function?.arguments?.append(arguments) == nil {
            function?.arguments = arguments
        }
        if !new.additionalFields.isEmpty { function?.additionalFields.fold(new.additionalFields) }
    }
}

extension ToolCall {
    fileprivate init(_ delta: ToolCallDelta) {
        self.init(id: delta.id ?? "", name: delta.function?.name ?? "", arguments: delta.function?.arguments ?? "")
        type = delta.type ?? "function"
        function.additionalFields = delta.function?.additionalFields ?? [:]
        additionalFields = delta.additionalFields
    }
}
