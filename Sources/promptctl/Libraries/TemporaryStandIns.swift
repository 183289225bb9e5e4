import Tchavi
import TchaviPrompts
struct PromptPlace { var location: String; var line: Int?; var column: Int? }
struct FindingPlaces { init(_ d: PromptDirectory, _ f: FileTree) {}; mutating func place(of finding: DeploymentFinding) -> PromptPlace { PromptPlace(location: finding.promptID) } }
extension FileTree { static func reading(directory: String) throws -> (FileTree, [PromptDiagnostic]) { (FileTree(), []) } }
