import Foundation
import Tchavi

extension FileTree {
    /// Creates a JSON file for each prompt, with the record in the form of the API.
    ///
    /// ``PromptDirectory/init(reading:)`` reads equal records from these files. A file is named after the prompt's id and is
    /// in its folder, unless that is not safe as a path on some system.
    ///
    /// - Parameter records: The prompts, in any order; their ids differ.
    package init(writingRecords records: [PromptRecord]) {
        let places = DirectoryNames(records).places
        var taken = Set(places.map { $0.path.lowercased() })
        var files: [File] = []
        for (record, place) in zip(records, places) {
            var path = place.path
            // These names mean something else: the deployments of the prompt in that directory, and a list of folders.
            if ["prompt", "folders"].contains(place.name.lowercased()) {
                var number = 1
                repeat {
                    path = "\(place.path)-record\(number == 1 ? "" : "-\(number)")"
                    number += 1
                } while !taken.insert(path.lowercased()).inserted
            }
            files.append(File(path: "\(path).json", content: Data((record.json.prettyPrinted() + "\n").utf8)))
        }
        self.init(files)
    }
}
