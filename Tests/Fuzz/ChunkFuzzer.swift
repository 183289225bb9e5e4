import Foundation

/// Compiled with the module's sources by `.ci/fuzz`. Checks for any bytes that nothing traps, that JSON round-trips, and
/// that a valid chunk can be encoded and accumulated.
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
