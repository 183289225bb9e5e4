// Writes or reads the file of a disk cache, for `.ci/kill-snapshot`, which kills it in the middle.
//
// snapshot-writer write DIRECTORY   writes catalogues of different sizes, one after another, without an end
// snapshot-writer once DIRECTORY    writes one catalogue
// snapshot-writer read DIRECTORY    prints the revision that is stored, with the number of its prompts

import Foundation
import Tchavi
import TchaviPrompts

func catalogue(_ number: Int) -> StoredCatalogue {
    let count = 5 + number % 7 * 5
    let text = String(repeating: "Answer as the support of a store does. ", count: 400)
    let entries = (0..<count).map { index in
        let id = "prompt-\(index)"
        let config = PromptVersionConfig(id: "c", messages: [.system("\(number) \(text)")], model: "m")
        let version = PromptVersion(id: "v", version: 1, promptID: id, config: config)
        return PromptCatalogue.Entry(location: id, record: PromptRecord(promptID: id, versions: [version]))
    }
    return StoredCatalogue(catalogue: PromptCatalogue(entries: entries, revision: "\(number)/\(count)"), readAt: Date())
}

let arguments = CommandLine.arguments.dropFirst()
guard arguments.count == 2, let command = arguments.first, let directory = arguments.last else {
    print("usage: snapshot-writer write|once|read DIRECTORY")
    exit(64)
}
let file = SnapshotFile(directory: URL(fileURLWithPath: directory), sourceName: "snapshot-writer")
do {
    switch command {
    case "read":
        guard let stored = try file.read() else {
            print("nothing")
            exit(2)
        }
        let count = stored.catalogue.entries.count
        guard let revision = stored.catalogue.revision, revision.hasSuffix("/\(count)") else {
            print("\(count) prompts of revision \(stored.catalogue.revision ?? "none")")
            exit(1)
        }
        print(revision)
    case "once": try file.write(catalogue(1))
    default:
        var number = Int(Date().timeIntervalSince1970 * 1000)
        while true {
            try file.write(catalogue(number))
            _ = try file.renew(readAt: Date(), shippedRevision: nil)
            number += 1
        }
    }
} catch {
    print(error)
    exit(1)
}
