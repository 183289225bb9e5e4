import Tchavi

/// The values of a model parameter that the chat API documents.
struct ParameterRange: CustomStringConvertible {
    let name: String
    let minimum: Double
    let maximum: Double
    let isInteger: Bool

    /// The parameters with a range, from the reference of OpenAI's chat completions.
    static let known: [ParameterRange] = [
        ParameterRange("temperature", 0, 2),
        ParameterRange("top_p", 0, 1),
        ParameterRange("presence_penalty", -2, 2),
        ParameterRange("frequency_penalty", -2, 2),
        ParameterRange(integer: "n", 1, 128),
        ParameterRange(integer: "max_tokens", 1),
        ParameterRange(integer: "max_completion_tokens", 1),
        ParameterRange(integer: "top_logprobs", 0, 20),
        ParameterRange(integer: "seed"),
    ]

    private init(_ name: String, _ minimum: Double, _ maximum: Double) {
        (self.name, self.minimum, self.maximum) = (name, minimum, maximum)
        isInteger = false
    }

    private init(integer name: String, _ minimum: Double = -.infinity, _ maximum: Double = .infinity) {
        (self.name, self.minimum, self.maximum) = (name, minimum, maximum)
        isInteger = true
    }

    /// Whether a value is a number in the range. Integers have at most 64 bits.
    func contains(_ value: JSONValue) -> Bool {
        guard let number = value.double, number.isFinite, minimum <= number, number <= maximum else { return false }
        return switch value {
        case .double(let number): !isInteger || Int64(exactly: number) != nil
        case .unsignedInteger: !isInteger
        default: true
        }
    }

    /// The range as the object of a sentence.
    var description: String {
        let noun = isInteger ? "integers" : "numbers"
        if maximum.isFinite {
            return "\(noun) from \(minimum.ecmaScriptDescription) to \(maximum.ecmaScriptDescription)"
        }
        return minimum.isFinite ? "64-bit \(noun) from \(minimum.ecmaScriptDescription)" : "64-bit \(noun)"
    }
}
