import Tchavi
import TchaviPrompts
struct MaximDifference: Hashable { var description: String; var json: JSONValue }
struct MaximDifferences { static func all(in record: PromptRecord) -> [MaximDifference] { [] } }
