package import Tchavi

/// The syntax of the variables in a prompt's messages.
///
/// Set it for a library with ``PromptLibrary/init(source:gateway:syntax:tools:observers:configuration:)``, or for one prompt with
/// ``PromptRecord/variableSyntax``.
public enum VariableSyntax: String, Sendable, Hashable {
    /// `<<name>>`, the default of this package.
    case angleBrackets
    /// `{{name}}`, the syntax of Maxim.
    case braces

    var open: UInt8 {
        switch self {
        case .angleBrackets: UInt8(ascii: "<")
        case .braces: UInt8(ascii: "{")
        }
    }

    var close: UInt8 {
        switch self {
        case .angleBrackets: UInt8(ascii: ">")
        case .braces: UInt8(ascii: "}")
        }
    }

    /// The syntax that an author may have confused with this one.
    var other: VariableSyntax {
        switch self {
        case .angleBrackets: .braces
        case .braces: .angleBrackets
        }
    }

    /// Returns a variable as it is written in this syntax.
    func variable(_ name: String) -> String {
        switch self {
        case .angleBrackets: "<<\(name)>>"
        case .braces: "{{\(name)}}"
        }
    }
}

extension VariableSyntax: JSONScalar {
    package init?(scalar: JSONValue) {
        guard let name = scalar.string else { return nil }
        self.init(rawValue: name)
    }
    package var json: JSONValue { .string(rawValue) }
    package static var kind: String { "`angleBrackets` or `braces`" }
}
