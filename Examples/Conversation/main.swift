import ExampleSupport
import Foundation
import Tchavi
import TchaviPrompts

// A chat in the terminal, which streams, calls tools, and can be saved and resumed: `swift run conversation --help`.

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
    let gateway = try ExampleGateway()
    printError("\(gateway.description)\n\(Chat.commands)")
    let library = PromptLibrary(
        source: .directory(ExampleGateway.prompts),
        gateway: gateway.client,
        tools: [.weather, .tides]
    )
    let prompt = try await library.prompt("weather", matching: PromptQuery().deploymentVariable("coast", true))
    var chat = Chat(prompt: prompt, model: arguments.model, maxTokens: arguments.maxTokens, file: arguments.file)
    if let file = arguments.file, FileManager.default.fileExists(atPath: file) { try chat.resume(file) }
    await chat.run()
} catch {
    printError(error.localizedDescription)
    exit(65)
}
