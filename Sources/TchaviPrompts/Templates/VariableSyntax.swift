/// How variables are written in a prompt's texts.
public enum VariableSyntax: Sendable, Hashable {
    /// `<<name>>`, the package's own.
    case angleBrackets
    /// `{{name}}`, Maxim's own.
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
}
