import Dispatch
import Tchavi

extension DispatchQueue {
    /// Computes values on all processors, and returns them in the order of their indices.
    static func concurrently<Value: Sendable>(
        _ count: Int,
        _ compute: @Sendable (Int) -> Value
    ) -> [Value] {
        let size = 64
        guard count > size else { return (0..<count).map(compute) }
        let results = Locked([[Value]](repeating: [], count: (count + size - 1) / size))
        concurrentPerform(iterations: (count + size - 1) / size) { chunk in
            let values = (chunk * size..<min(count, (chunk + 1) * size)).map(compute)
            results.withLock { $0[chunk] = values }
        }
        return results.withLock { Array($0.joined()) }
    }
}
