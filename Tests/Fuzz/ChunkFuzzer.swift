import Foundation

/// Compiled with the module's own sources by `.ci/fuzz`. Whatever bytes come in: no trap; what is read as JSON is written
/// and read again as the same; and a chunk that can be read can be folded.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzChunk(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    guard let start else { return 0 }
    guard let json = try? JSONValue(parsing: Data(bytes: start, count: count)) else { return 0 }
    let again = try? JSONValue(parsing: json.serialized())
    precondition(again == json)
    precondition((try? JSONValue(parsing: json.prettyPrinted())) == json)
    _ = json.canonical()
    _ = ErrorReader.reported(in: json, status: 200)
    if let chunk = try? ChatCompletionChunk(json: json) {
        precondition((try? ChatCompletionChunk(json: chunk.json)) != nil)
        var accumulator = ChatCompletionAccumulator()
        for _ in 0..<3 { accumulator.append(chunk) }
        precondition((try? ChatCompletion(json: accumulator.completion.json)) != nil)
    }
    _ = try? ChatCompletion(json: json)
    return 0
}
