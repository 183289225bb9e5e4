import Tchavi

/// What is wrong in a JSON file. Places are paths until all are known, because finding one means to scan the file.
struct JSONFindings {
    private enum Place {
        case offset(Int)
        case value([JSONError.Step])
        case name([JSONError.Step])
    }

    private var items: [(place: Place, finding: Finding)] = []

    /// The number of findings, which is the index of the next one.
    var count: Int { items.count }

    mutating func append(_ finding: Finding) { items.append((.offset(finding.offset), finding)) }

    /// Reports a value of the wrong structure.
    mutating func append(_ error: JSONError, in path: [JSONError.Step] = []) {
        let error = JSONError(error.cause, at: path + error.steps)
        items.append((.value(error.steps), Finding(offset: 0, error)))
    }

    mutating func append(valueAt path: [JSONError.Step], _ message: String, _ advice: String) {
        items.append((.value(path), Finding(offset: 0, message: message, advice: advice)))
    }

    mutating func append(nameAt path: [JSONError.Step], _ message: String, _ advice: String) {
        items.append((.name(path), Finding(offset: 0, message: message, advice: advice)))
    }

    /// Returns the findings with their offsets.
    func located(in source: SourceText) -> [Finding] {
        guard items.contains(where: { if case .offset = $0.place { false } else { true } }) else {
            return items.map(\.finding)
        }
        let places = JSONPlaces(source.bytes, at: source.start)
        return items.map { place, finding in
            var finding = finding
            switch place {
            case .offset: break
            case .value(let path): finding.offset = places.value(at: path)
            case .name(let path): finding.offset = places.name(at: path)
            }
            return finding
        }
    }
}

extension SourceText {
    /// Parses a file that is one JSON value, or reports why it is not.
    func json(maximumDepth: Int = JSONParser.maximumDepth) throws(FindingError) -> JSONPrefix {
        if let invalidUTF8 { throw FindingError(invalidUTF8) }
        let range = start..<bytes.count
        do throws(JSONError) {
            let json = try JSONPrefix(parsing: bytes, in: range, maximumDepth: maximumDepth)
            guard let after = bytes[json.end...].firstIndex(where: { ![0x20, 0x09, 0x0A, 0x0D].contains($0) }) else {
                return json
            }
            throw JSONError("unexpected text after the value", offset: after)
        } catch {
            throw FindingError(Finding(invalidJSON: error, in: range))
        }
    }
}
