/// Why a string is not valid JSON, or a JSON value does not have the expected structure.
public struct JSONError: Error, Sendable, Hashable, CustomStringConvertible {
    /// One step from a value to a value inside it.
    package enum Step: Sendable, Hashable {
        case member(String)
        case element(Int)
    }

    /// What is wrong: `expected a string, found a number`. If a string is not valid JSON, with the byte offset.
    public var reason: String { offset.map { "\(cause), at byte \($0)" } ?? cause }

    /// What is wrong, without the offset.
    package let cause: String

    /// The byte offset at which a string is not valid JSON; `nil` if it is, and a value has the wrong structure.
    package let offset: Int?

    /// The path from the root to the invalid value.
    package private(set) var steps: [Step]

    package init(_ cause: String, at steps: [Step] = [], offset: Int? = nil) {
        self.cause = cause
        self.offset = offset
        self.steps = steps
    }

    /// The path from the root to the invalid value: `$.choices[0].message`.
    public var path: String {
        steps.reduce(into: "$") { path, step in
            switch step {
            case .element(let index): path += "[\(index)]"
            case .member(let name) where name.isPlainMemberName: path += ".\(name)"
            case .member(let name): path += "[\(JSONValue.string(name).serialized())]"
            }
        }
    }

    /// The name of the root's member that is invalid, or contains the invalid value.
    package var member: String? {
        if case .member(let name)? = steps.first { name } else { nil }
    }

    /// The reason and the path in one line.
    public var description: String { steps.isEmpty ? reason : "\(reason), at \(path)" }

    /// Returns the error with a path that begins one step further out.
    package func inside(_ step: Step) -> JSONError {
        JSONError(cause, at: [step] + steps, offset: offset)
    }
}

extension String {
    fileprivate var isPlainMemberName: Bool {
        !isEmpty
            && utf8.allSatisfy { byte in
                (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
                    || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || byte == UInt8(ascii: "_")
            }
    }
}
