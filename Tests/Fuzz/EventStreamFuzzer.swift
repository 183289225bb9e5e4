import Foundation

/// Compiled with the module's sources by `.ci/fuzz`. Checks for any bytes that nothing traps, and that the events do not
/// depend on where the bytes are split.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzEventStream(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    guard let start, count > 0 else { return 0 }
    let bytes = Data(bytes: start, count: count)
    let split = Int(bytes[0]) % count
    let whole = events([bytes])
    precondition(events([bytes.prefix(split), bytes.dropFirst(split)]) == whole)
    if count < 512 { precondition(events(bytes.map { Data([$0]) }) == whole) }
    return 0
}

private func events(_ chunks: [Data]) -> [ServerSentEvent]? {
    var parser = EventStreamParser(limit: 4096)
    var events: [ServerSentEvent] = []
    for chunk in chunks {
        do {
            try parser.push(chunk)
        } catch {
            return nil
        }
        while let event = parser.next() { events.append(event) }
    }
    return events
}
