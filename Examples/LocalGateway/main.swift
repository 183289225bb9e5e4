import Foundation
import TchaviTesting

// Serves a LocalGateway on a loopback socket, for programs in other languages: `swift run local-gateway [PORT]`.
// It ends when its standard input does.

let port = CommandLine.arguments.dropFirst().first.flatMap { UInt16($0) } ?? 0
let server = try LocalGateway().serve(port: port)
let settings = "TCHAVI_BASE_URL=\(server.baseURL.absoluteString)\nTCHAVI_API_KEY=\(LocalGateway.defaultAPIKey)\n"
// Not `print`, which keeps its output back where it is read by a program.
FileHandle.standardOutput.write(Data(settings.utf8))
while readLine() != nil {}
server.stop()
