import Foundation

/// Compiled with the module's own sources by `.ci/fuzz`. Whatever bytes come in: no trap, and the events do not depend on
/// where the bytes were split.
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

private func events(_ pieces: [Data]) -> [ServerSentEvent]? {
    var parser = EventStreamParser(limit: 4096)
    var events: [ServerSentEvent] = []
    for piece in pieces {
        do {
            try parser.push(piece)
        } catch {
            return nil
        }
        while let event = parser.next() { events.append(event) }
    }
    return events
}
