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
        for (name, value) in more { self[name].fold(value) }
    }
}
