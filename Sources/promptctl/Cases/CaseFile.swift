import Tchavi
import TchaviPrompts

/// A file of cases that stands beside prompts.
///
/// `cases.jsonl` in a prompt's directory has the cases of this prompt, and `weather.cases.jsonl` those of `weather.json`. In
/// other directories each case names its prompt.
struct CaseFile: Sendable {
    /// A line of the file: a case, or why it cannot be read.
    struct Line: Sendable {
        let number: Int
        let result: Result<PromptCase, JSONError>
    }

    let path: String
    let lines: [Line]

    /// Finds the files of a library.
    static func all(in files: FileTree, of directory: PromptDirectory) -> [CaseFile] {
        let ids = Dictionary(directory.prompts.map { ($0.file, $0.id) }) { first, _ in first }
        let records = Dictionary(grouping: directory.prompts, by: \.file)
        return files.files.filter { FileTree.isCases($0.path.split(separator: "/").last ?? "") }.map { file in
            let slash = file.path.lastIndex(of: "/")
            let parent = slash.map { String(file.path[..<$0]) } ?? ""
            var id = ids[parent]
            if file.path.hasSuffix(".cases.jsonl") {
                let record = file.path.dropLast(".cases.jsonl".count) + ".json"
                // A file with several records has no single prompt.
                if let prompts = records[String(record)], prompts.count == 1 { id = prompts[0].id }
            }
            let lines = JSONLine.all(in: file.content).map { line in
                Line(
                    number: line.number,
                    result: line.value.flatMap { json in
                        Result { () throws(JSONError) in try PromptCase(json, promptID: id, line: line.number) }
                    }
                )
            }
            return CaseFile(path: file.path, lines: lines)
        }
    }
}
