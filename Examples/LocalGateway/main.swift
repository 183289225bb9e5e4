import Dispatch
import ExampleSupport
import Foundation
import TchaviTesting

// Serves a LocalGateway on a loopback socket, for programs in other languages: `swift run local-gateway --help`.

let usage = """
    Usage: local-gateway [PORT] [options]

    Serves an in-process gateway, which is not a language model, at http://127.0.0.1:PORT, and prints the variables that
    a client needs. Without PORT, or with 0, the system chooses the port. It stops at the end of standard input.

      --forever   ignore standard input, and serve until SIGINT (Control-C) or SIGTERM
      --help      print this help

    Exit codes: 0 success, 64 invalid arguments, 69 the port cannot be opened.
    """

func refuse(_ message: String) -> Never {
    printError("\(message)\n\n\(usage)")
    exit(64)
}

var port: UInt16?
var isForever = false
for argument in CommandLine.arguments.dropFirst() {
    switch argument {
    case "--help", "-h":
        print(usage)
        exit(0)
    case "--forever": isForever = true
    case _ where argument.hasPrefix("-"): refuse("Unknown option `\(argument)`.")
    default:
        guard port == nil else { refuse("Only one port can be served.") }
        guard let number = UInt16(argument) else {
            refuse("`\(argument)` is not a port: it must be between 0 and 65535.")
        }
        port = number
    }
}

let isInterrupted = DispatchSemaphore(value: 0)
// Before anyone can know that the gateway is there, and end it.
let sources = isForever ? handleSignals([SIGINT, SIGTERM]) { isInterrupted.signal() } : []

do {
    let server = try LocalGateway().serve(port: port ?? 0)
    let settings = "TCHAVI_BASE_URL=\(server.baseURL.absoluteString)\nTCHAVI_API_KEY=\(LocalGateway.defaultAPIKey)\n"
    // Not `print`, which buffers its output when it goes to a pipe.
    FileHandle.standardOutput.write(Data(settings.utf8))
    if isForever { isInterrupted.wait() } else { while readLine() != nil {} }
    server.stop()
} catch {
    printError("The port \(port ?? 0) cannot be opened: \(error)")
    exit(69)
}
