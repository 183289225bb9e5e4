import ExampleSupport
import Foundation
import Tchavi
import TchaviPrompts
import TchaviTesting

// Many libraries that poll one bundle: `swift run bundle-polling --help`. `.ci/nginx-bundle` runs it against nginx.

let usage = """
    Usage: bundle-polling write FILE [PROMPTS] [GENERATION]
           bundle-polling poll URL [LIBRARIES] [ROUNDS]

    write   Writes a bundle of PROMPTS prompts (1000), whose text names the GENERATION (1).
    poll    Creates LIBRARIES libraries (200), reads the bundle at URL with each, and refreshes all of them once for each
            line on standard input, at most ROUNDS times (3). Prints a line after each round, and finally the peak of the
            process's resident memory.

    The bundle is signed with the key in BUNDLE_KEY, if that is set.
    Exit codes: 0 success, 1 a library failed, 64 invalid arguments.
    """

/// Reads an optional number.
func number(_ arguments: [String], at index: Int, default value: Int) -> Int {
    guard index < arguments.count else { return value }
    guard let number = Int(arguments[index]), number > 0 else {
        refuse("`\(arguments[index])` is not a positive number.")
    }
    return number
}

func refuse(_ message: String) -> Never {
    printError("\(message)\n\n\(usage)")
    exit(64)
}

/// Prints a line at once, also where standard output is a file.
func report(_ line: String) { FileHandle.standardOutput.write(Data("\(line)\n".utf8)) }

/// A prompt with two versions, whose text is about as long as prompts usually are.
func record(_ number: Int, generation: Int) -> PromptRecord {
    let id = "prompt-\(number)"
    let versions = [1, 2].map { version in
        let text =
            "Generation \(generation). "
            + String(repeating: "Answer the question of <<customer>> politely. ", count: 20)
        let config = PromptVersionConfig(
            id: "\(id)-c\(version)",
            messages: [.system(.text(text))],
            model: "gpt-4o-mini"
        )
        return PromptVersion(id: "\(id)-v\(version)", version: version, promptID: id, config: config)
    }
    return PromptRecord(promptID: id, versions: versions, deployments: ["\(id)-v2": [Deployment(id: "\(id)-d")]])
}

/// The peak of the process's resident memory, in KiB; `nil` where the system does not tell.
func peakMemory() -> Int? {
    let status = try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)
    let line = status?.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
    return line.flatMap { Int($0.filter(\.isNumber)) }
}

/// Runs an operation for each library, at most 50 at a time.
func forEach(_ libraries: [PromptLibrary], _ body: @escaping @Sendable (PromptLibrary) async throws -> Void)
    async throws
{
    for start in stride(from: 0, to: libraries.count, by: 50) {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for library in libraries[start..<min(start + 50, libraries.count)] {
                group.addTask { try await body(library) }
            }
            try await group.waitForAll()
        }
    }
}

let arguments = Array(CommandLine.arguments.dropFirst())
let key = ProcessInfo.processInfo.environment["BUNDLE_KEY"].map { Secret($0) }
switch arguments.first {
case "--help", "-h":
    print(usage)
case "write" where arguments.count >= 2:
    let generation = number(arguments, at: 3, default: 1)
    let records = (1...number(arguments, at: 2, default: 1000)).map { record($0, generation: generation) }
    let bundle = try PromptBundle(records: records, publishedAt: Timestamp(Date()))
    let data = if let key { try await bundle.data(signedWith: .hmacSHA256(key: key)) } else { bundle.data }
    // Written beside and renamed, so that a server never sends a part of it.
    try data.write(to: URL(fileURLWithPath: arguments[1]), options: .atomic)
    report("wrote \(data.count) bytes, revision \(bundle.revision)")
case "poll" where arguments.count >= 2:
    guard let url = URL(string: arguments[1]) else { refuse("`\(arguments[1])` is not a URL.") }
    let gateway = LocalGateway().client()
    var configuration = PromptLibrary.Configuration()
    // All libraries decode their bundles on the processors of one machine.
    configuration.initialTimeout = .seconds(300)
    let libraries = (0..<number(arguments, at: 2, default: 200)).map { _ in
        PromptLibrary(
            source: .bundle(at: url, verifying: key.map { .hmacSHA256(key: $0) }),
            gateway: gateway,
            configuration: configuration
        )
    }
    do {
        try await forEach(libraries) { _ = try await $0.promptIDs() }
        report("read \(libraries.count) libraries")
        for round in 1...number(arguments, at: 3, default: 3) {
            guard readLine() != nil else { break }
            try await forEach(libraries) { try await $0.refresh() }
            let text = try await libraries[0].prompt("prompt-1").messages.first?.text ?? ""
            report("round \(round): \(text.split(separator: ".").first ?? "")")
        }
    } catch {
        printError("\(error)")
        exit(1)
    }
    report("peak memory \(peakMemory().map { "\($0) KiB" } ?? "unknown")")
default:
    refuse("Unknown arguments.")
}
