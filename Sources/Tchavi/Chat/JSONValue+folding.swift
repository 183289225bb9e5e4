extension JSONValue? {
    /// Appends in place: strings and arrays are concatenated, objects merged, other values replaced.
    mutating func fold(_ more: JSONValue) {
        switch more {
        case .null: return
        case .string(let new):
            guard case .string(var text)? = self else { break }
            // Release the string held here, so that it is appended to in place and not copied.
            self = nil
            text += new
            self = .string(text)
            return
        case .array(let new):
            guard case .array(var elements)? = self else { break }
            self = nil
            elements += new
            self = .array(elements)
            return
        case .object(let new):
            guard case .object(var members)? = self else { break }
            self = nil
            members.fold(new)
            self = .object(members)
            return
        default: break
        }
        self = more
    }
}

extension [String: JSONValue] {
    mutating func fold(_ more: [String: JSONValue]) {
        for (name, value) in more {
            if let blocks = ReasoningBlocks(rawValue: name), case .array(let fragments) = value {
                self[name].fold(fragments, of: blocks)
            } else {
                self[name].fold(value)
            }
        }
    }
}

/// The fields of a message whose elements arrive in fragments. They are signed: put together otherwise, servers refuse them.
private enum ReasoningBlocks: String {
    /// LiteLLM's: a block is open until a fragment with its signature, or of another type, arrives
    /// (<https://github.com/BerriAI/litellm/pull/20702>).
    case thinkingBlocks = "thinking_blocks"
    /// OpenRouter's: fragments of an entry share its `index`
    /// (<https://openrouter.ai/docs/use-cases/reasoning-tokens>).
    case reasoningDetails = "reasoning_details"

    /// The members that are texts in fragments; others are whole.
    static let texts: Set<String> = ["thinking", "text", "summary", "data", "signature"]

    func continues(_ block: [String: JSONValue], _ fragment: [String: JSONValue]) -> Bool {
        guard block["type"] == fragment["type"] else { return false }
        switch self {
        case .thinkingBlocks: return block["type"] == "thinking" && block["signature"]?.string?.isEmpty ?? true
        case .reasoningDetails: return block["index"]?.integer != nil && block["index"] == fragment["index"]
        }
    }
}

extension JSONValue? {
    fileprivate mutating func fold(_ fragments: [JSONValue], of blocks: ReasoningBlocks) {
        var elements = self?.array ?? []
        self = nil
        for fragment in fragments {
            if let members = fragment.object, var block = elements.last?.object, blocks.continues(block, members) {
                elements.removeLast()
                for (name, value) in members where !value.isNull {
                    if ReasoningBlocks.texts.contains(name) { block[name].fold(value) } else { block[name] = value }
                }
                elements.append(.object(block))
            } else {
                elements.append(fragment)
            }
        }
        self = .array(elements)
    }
}
