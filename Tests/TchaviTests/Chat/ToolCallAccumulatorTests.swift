import Testing

@testable import Tchavi

struct ToolCallAccumulatorTests {
    private func calls(_ deltas: [ToolCallDelta]) -> [ToolCall] {
        var accumulator = ToolCallAccumulator()
        for delta in deltas { accumulator.append(delta) }
        return accumulator.toolCalls
    }

    private func delta(_ index: Int?, _ id: String?, _ name: String?, _ arguments: String?) -> ToolCallDelta {
        ToolCallDelta(index: index, id: id, function: .init(name: name, arguments: arguments))
    }

    @Test func `Parallel calls that share an index are told apart by their ids`() {
        #expect(
            calls([
                delta(0, "a", "f", #"{"x":"#), delta(0, nil, nil, "1}"), delta(0, "b", "g", "{"),
                delta(0, "", nil, "}"),
                delta(0, "a", "f", "!"),
            ]) == [
                ToolCall(id: "a", name: "f", arguments: #"{"x":1}!"#), ToolCall(id: "b", name: "g", arguments: "{}"),
            ]
        )
    }

    @Test func `Another id without a name does not begin a call`() {
        #expect(
            calls([delta(0, "a", "f", "{"), delta(0, "b", nil, "}"), delta(0, "a", "f", "")])
                == [ToolCall(id: "a", name: "f", arguments: "{}")]
        )
        #expect(
            calls([delta(0, nil, "f", "{"), delta(0, "a", "f", "}")]) == [ToolCall(id: "a", name: "f", arguments: "{}")]
        )
    }

    @Test func `Whole calls without index and id are told apart by their names`() {
        #expect(
            calls([delta(nil, nil, "f", "{}"), delta(nil, nil, "f", "{}"), delta(nil, nil, nil, " ")])
                == [ToolCall(id: "", name: "f", arguments: "{}"), ToolCall(id: "", name: "f", arguments: "{} ")]
        )
    }

    @Test func `Calls are in the order of their indices`() {
        #expect(
            calls([delta(7, "a", "f", ""), delta(nil, "b", "g", ""), delta(2, "c", "h", ""), delta(nil, "b", nil, "1")])
                .map { $0.name + $0.function.arguments } == ["h", "f", "g1"]
        )
    }
}
