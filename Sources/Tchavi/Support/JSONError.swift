/// Why a text is no JSON, or a JSON value not of the shape that was asked for.
public struct JSONError: Error, Sendable, Hashable, CustomStringConvertible {
    /// One step from a value to a value inside it.
    package enum Step: Sendable, Hashable {
        case member(String)
        case element(Int)
    }

    /// What is wrong: `expected a string, found a number`.
    public let reason: String

    private(set) var steps: [Step]

    package init(_ reason: String, at steps: [Step] = []) {
        self.reason = reason
        self.steps = steps
    }

    /// Where it is wrong, as a path from the root: `$.choices[0].message`.
    public var path: String {
        steps.reduce(into: "$") { path, step in
            switch step {
            case .element(let index): path += "[\(index)]"
            case .member(let name) where name.isPlainMemberName: path += ".\(name)"
            case .member(let name): path += "[\(JSONValue.string(name).serialized())]"
            }
        }
    }

    /// The member of the root that is wrong, or that what is wrong is in.
    package var member: String? {
        if case .member(let name)? = steps.first { name } else { nil }
    }

    /// Reason and path in one line.
    public var description: String { "\(reason), at \(path)" }

    /// The same error, seen from one step further out.
    package func inside(_ step: Step) -> JSONError { JSONError(reason, at: [step] + steps) }
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
