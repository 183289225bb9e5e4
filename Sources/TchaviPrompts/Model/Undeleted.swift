import Tchavi

/// The elements of an array, without those that the server has marked as deleted by a `deletedAt`.
///
/// An element that is deleted is not read, so it does no harm if it cannot be.
struct Undeleted<Element: JSONConvertible>: JSONConvertible {
    let elements: [Element]

    init(_ elements: [Element]) {
        self.elements = elements
    }

    init(reading json: JSONValue) throws(JSONError) { try self.init(reading: json, leniently: false) }

    init(reading json: JSONValue, leniently: Bool) throws(JSONError) {
        guard case .array(let values) = json else { throw JSONError("expected an array, found \(json.kind)") }
        var elements: [Element] = []
        elements.reserveCapacity(values.count)
        for (index, value) in values.enumerated() where !value.isMarkedDeleted {
            do {
                elements.append(try Element(reading: value, leniently: leniently))
            } catch {
                throw error.inside(.element(index))
            }
        }
        self.elements = elements
    }

    var json: JSONValue { elements.json }
}

extension JSONValue {
    /// Whether this is a prompt, a version or a deployment with a `deletedAt`.
    var isMarkedDeleted: Bool { self["deletedAt"].map { !$0.isNull } ?? false }
}
