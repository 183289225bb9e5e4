import ExampleSupport
import Foundation
import Tchavi
import TchaviPrompts

// Assigns 10,000 users to the arms of a split, twice and with other weights, to show that assignments are sticky:
// `swift run ab-selection`.

let userCount = 10_000
let users = (0..<userCount).map { "user-\($0)" }
let gateway = try ExampleGateway()
let library = PromptLibrary(source: .directory(ExampleGateway.prompts), gateway: gateway.client)

func assignments(_ library: PromptLibrary) async throws -> [Int] {
    var versions: [Int] = []
    for user in users {
        versions.append(try await library.prompt("tone", matching: PromptQuery().bucketed(by: user)).version)
    }
    return versions
}

func chart(_ versions: [Int], of record: PromptRecord) {
    for version in record.versions.sorted(by: { $0.version < $1.version }) {
        let count = versions.count { $0 == version.version }
        let share = Double(count) / Double(versions.count)
        let bar = String(repeating: "█", count: Int((share * 40).rounded()))
        let weight = record.deployments[version.id]?.first?.weight ?? 0
        let name = (version.description ?? "").padding(toLength: 14, withPad: " ", startingAt: 0)
        let label = "\(Int(weight))".padding(toLength: 3, withPad: " ", startingAt: 0)
        print("  v\(version.version) \(name) weight \(label) \(bar) \(count) users")
    }
}

func share(_ count: Int) -> String { "\((Double(count) / Double(userCount) * 1000).rounded() / 10) %" }

let record = try await library.record("tone")
let before = try await assignments(library)
print("\(userCount) users on `tone`, split by the experiment `tone-2026`:")
chart(before, of: record)

let again = try await assignments(library)
let moved = zip(before, again).count { $0 != $1 }
print("\nSelected again, \(moved) users get another version: the assignment is sticky.")

// The same prompt with other weights, as after a change in production.
var changed = record
for (version, weight) in ["tone-v1": 70.0, "tone-v2": 30.0] { changed.deployments[version]?[0].weight = weight }
let changedLibrary = PromptLibrary(source: .memory([changed]), gateway: gateway.client)
let after = try await assignments(changedLibrary)
print("\nWith the weights 70 and 30:")
chart(after, of: changed)

let toFormal = zip(before, after).count { $0 == 2 && $1 == 1 }
let toWarm = zip(before, after).count { $0 == 1 && $1 == 2 }
print("\n\(toFormal) users (\(share(toFormal))) moved from warm to formal, and \(toWarm) from formal to warm.")
print("Their buckets are between 0.5 and 0.7. All other users keep their version.")

let sample = try await library.prompt("tone", matching: PromptQuery().bucketed(by: "user-42"))
print("\nSelection for user-42: \(sample.selection).")
