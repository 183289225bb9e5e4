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
    let source: any PromptSource =
        if let url = arguments.source { .bundle(at: url) } else { .directory(arguments.directory) }
    let library = PromptLibrary(sources: [source], gateway: gateway.client)
    if let file = arguments.bundle {
        let bundle = try await PromptBundle(reading: DirectorySource(arguments.directory))
        try bundle.data.write(to: URL(fileURLWithPath: file))
        print("\(bundle.records.count) prompts, revision \(bundle.revision)")
        return
    }
    for diagnostic in try await library.diagnostics() { printError("Skipped \(diagnostic)") }
    if arguments.lists {
        for id in try await library.promptIDs() { print(id) }
        return
    }
    if arguments.lints {
        let findings = try await library.lint()
        for finding in findings { print(finding) }
        print("\(findings.count) findings")
        if findings.contains(where: { $0.severity == .error }) { exit(65) }
        return
    }
    if let directory = arguments.changedDirectory {
        let changed = PromptLibrary(source: .directory(directory), gateway: gateway.client)
        try await printChanges(from: library, to: changed)
        return
    }
    if arguments.explains {
        print(try await library.explain(arguments.prompt, matching: arguments.query))
        return
    }

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

/// Prints for which queries each prompt of two libraries selects another version.
func printChanges(from library: PromptLibrary, to changed: PromptLibrary) async throws {
    let (before, after) = (try await library.promptIDs(), try await changed.promptIDs())
    for id in before where !after.contains(id) { print("\(id): removed") }
    for id in after where !before.contains(id) { print("\(id): added") }
    for id in before where after.contains(id) {
        let whatIf = WhatIf(before: try await library.record(id), after: try await changed.record(id))
        let changes = await whatIf.changes()
        print("\(id): \(changes.count) changes")
        for change in changes { print("  \(change)") }
    }
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
