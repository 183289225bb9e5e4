import Foundation
import Tchavi
import TchaviPrompts

// Fetches prompts from a Maxim API that `.ci/maxim_client.py` scripts, for a comparison with the package maxim-py:
// `maxim-comparison URL CASES` prints which version each case selects, `maxim-comparison URL --benchmark` measures.

let arguments = CommandLine.arguments.dropFirst()
guard arguments.count == 2, let url = arguments.first.flatMap({ URL(string: $0) }), let mode = arguments.last else {
    print("Usage: maxim-comparison URL CASES | maxim-comparison URL --benchmark")
    exit(64)
}

var options = RemoteSourceOptions()
options.timeout = .seconds(300)
options.maximumBytes = 1 << 30
let library = PromptLibrary(
    source: .maxim(apiKey: "comparison", baseURL: url, options: options),
    gateway: TchaviClient(.apiKey("none"))
)
if mode == "--benchmark" {
    try await measure(library)
} else {
    try await select(library, cases: mode)
}

/// Prints the name of each case and the id of the version that is selected, as JSON.
func select(_ library: PromptLibrary, cases path: String) async throws {
    let lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n")
    for (index, line) in lines.enumerated() {
        let json = try JSONValue(parsing: String(line))
        let query = try json["query"].flatMap { $0.isNull ? nil : try PromptQuery(json: $0) } ?? PromptQuery()
        var result: [String: JSONValue] = ["name": json["name"] ?? .null, "version": .null]
        do {
            let prompt = try await library.prompt("case-\(index)", matching: query)
            result["version"] = prompt.selection.versionID.map { .string($0) }
        } catch let error as PromptError where error.code == .noMatch {
            // No version is a result.
        } catch {
            result["error"] = .string("\(error)")
        }
        print(JSONValue.object(result).serialized())
    }
}

/// Prints the seconds that the first sync and a cached fetch with selection take, and the peak memory, as JSON.
func measure(_ library: PromptLibrary) async throws {
    let clock = ContinuousClock()
    let start = clock.now
    let count = try await library.promptIDs().count
    let sync = clock.now - start
    let query = PromptQuery().deploymentVariable("environment", "production")
    for round in 0..<count { _ = try await library.prompt("prompt-\(round)", matching: query) }
    let fetches = 20_000
    let begin = clock.now
    for round in 0..<fetches { _ = try await library.prompt("prompt-\(round % count)", matching: query) }
    let fetch = clock.now - begin
    let status = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
    let peak = status.split(separator: "\n").first { $0.hasPrefix("VmHWM") }?.split(separator: " ").dropFirst().first
    let result: JSONValue = [
        "prompts": .integer(Int64(count)),
        "sync": .double(sync / .seconds(1)),
        "fetch": .double(fetch / .seconds(1) / Double(fetches)),
        "kilobytes": .integer(peak.flatMap { Int64($0) } ?? 0),
    ]
    print(result.serialized())
}
