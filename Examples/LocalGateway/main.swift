import Foundation
import TchaviTesting

// Serves a LocalGateway on a loopback socket, for programs in other languages: `swift run local-gateway [PORT]`.
// It stops at the end of standard input.

let port = CommandLine.arguments.dropFirst().first.flatMap { UInt16($0) } ?? 0
let server = try LocalGateway().serve(port: port)
let settings = "TCHAVI_BASE_URL=\(server.baseURL.absoluteString)\nTCHAVI_API_KEY=\(LocalGateway.defaultAPIKey)\n"
// Not `print`, which buffers its output when it goes to a pipe.
FileHandle.standardOutput.write(Data(settings.utf8))
while readLine() != nil {}
server.stop()
