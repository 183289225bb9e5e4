import ExampleSupport
import Foundation
import Tchavi
import TchaviPrompts

// Fetches a deployed prompt from a library, runs it, and prints the request and the response:
// `swift run fetch-and-run --help`.

let arguments: Arguments
do {
    arguments = try Arguments(Array(CommandLine.arguments.dropFirst()))
} catch {
    printError("\(error.message)\n\n\(Arguments.usage)")
    exit(64)
}
if arguments.wantsHelp {
    print(Arguments.usage)
    exit(0)
}

do {
    try await run(arguments)
} catch let error as PromptError {
    printError(error.description)
    exit(65)
} catch let error as TchaviError {
    printError(error.description)
    exit(69)
} catch {
    printError("\(error)")
    exit(70)
}

func run(_ arguments: Arguments) async throws {
    let gateway = try ExampleGateway()
    let library = PromptLibrary(sources: [try promptSource(arguments.source)], gateway: gateway.client)
    for diagnostic in try await library.diagnostics() { printError("Skipped \(diagnostic)") }
    let prompt = try await library.prompt(arguments.prompt, matching: arguments.query)
    let resolution = try prompt.resolve(arguments.input, variables: arguments.variables, images: arguments.images)
    // This program has no tools of its own: it shows what the model would have called.
    let response = try await prompt.run(
        arguments.input,
        variables: arguments.variables,
        images: arguments.images,
        options: RunOptions(unregisteredTools: .capture)
    )
    if arguments.printsJSON {
        print(response.json.prettyPrinted())
    } else {
        show(response, resolution, gateway)
    }
}

/// Returns the source that an argument names: a directory, the URL of a bundle, or Maxim's API.
func promptSource(_ name: String) throws -> any PromptSource {
    if name == "maxim:" {
        let environment = ProcessInfo.processInfo.environment
        guard let key = environment["MAXIM_API_KEY"] else {
            throw TchaviError(.authentication, "MAXIM_API_KEY is not set.", advice: "Set it to a key of the workspace.")
        }
        let base = environment["MAXIM_BASE_URL"].flatMap { URL(string: $0) } ?? MaximSource.defaultBaseURL
        return .maxim(apiKey: Secret(key), baseURL: base)
    }
    if let url = URL(string: name), url.scheme?.hasPrefix("http") == true { return .bundle(at: url) }
    return .directory(name)
}

func show(_ response: PromptResponse, _ resolution: Resolution, _ gateway: ExampleGateway) {
    print("Selected  \(response.selection?.description ?? "")")
    print("Model     \(response.model) of \(response.provider)")
    print("Gateway   \(gateway.description)")
    print("Request   sha256:\(resolution.contentHash)")
    if !resolution.unusedVariables.isEmpty {
        print("Unused    \(resolution.unusedVariables.joined(separator: ", "))")
    }
    print("\nMessages")
    for message in resolution.messages {
        print("  \(message.role): \(message.text)")
        guard case .parts(let parts) = message.content else { continue }
        for image in parts.compactMap(\.imageURL) { print("    image \(image.url)") }
    }
    print("\nResponse")
    print("  \(response.text.isEmpty ? "(none)" : response.text)")
    for call in response.toolCallResults {
        print("  tool \(call.name)(\(call.arguments)) -> \(call.result)\(call.isError ? " (failed)" : "")")
    }
    let usage = response.usage
    print("\nUsage     \(usage)")
    print("Latency   \(usage.latency.shortMilliseconds)")
    if let used = usage.creditsUsed, let remaining = usage.creditsRemaining {
        print("Credits   \(used) used, \(remaining) left")
    }
}
