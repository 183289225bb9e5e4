import Tchavi

@testable import TchaviPrompts

/// Generates records that are as odd as a record can be.
struct RecordGenerator {
    var random: Generator

    init(seed: UInt64) { random = Generator(state: seed) }

    /// Generates a record that can be decoded.
    mutating func record() -> PromptRecord {
        while true {
            if let record = try? PromptRecord(json: recordJSON()) { return record }
        }
    }

    private mutating func recordJSON() -> JSONValue {
        let id = random.pick(
            ["p", "P", "support-reply", "a/b ü", "con", "1.md", ".hidden", "x.json", "..", "a b", "ü"] + [text()]
        )
        let count = random.pick([0, 1, 1, 2, 3, 6])
        var versions: [JSONValue] = []
        for _ in 0..<count { versions.append(version(promptID: id)) }
        var record: [String: JSONValue] = ["promptId": .string(id), "versions": .array(versions)]
        if random.chance(50) {
            record["folderId"] = .string(
                random.pick(["", "billing", "billing/eu", "/x//y", "a/../b", "1.md/x"] + [text()])
            )
        }
        var rules: [String: JSONValue] = [:]
        for version in versions where random.chance(70) {
            rules[version["id"]?.string ?? ""] = deployments(of: version["version"]?.integer ?? 0)
        }
        if random.chance(10) { rules[text()] = deployments(of: 9) }
        record["rules"] = .object(rules)
        if random.chance(30), let version = versions.first { record["fallbackVersion"] = version }
        if random.chance(10) { record["fallbackVersion"] = version(promptID: id) }
        if random.chance(20) { record["variableSyntax"] = random.pick(["braces", "angleBrackets"]) }
        if random.chance(20) { record["description"] = random.pick([.string(text()), json(), nil]) }
        if random.chance(20) { record[text()] = json() }
        if random.chance(5) { record["extra"] = json() }
        return .object(record)
    }

    private mutating func version(promptID: String) -> JSONValue {
        let number = Int.random(in: -1...5, using: &random)
        var version: [String: JSONValue] = [
            "id": .string(
                random.pick(["\(promptID)@\(number)", "\(promptID)@\(number)", "first", "\(promptID)@2"] + [text()])
            ),
            "version": .integer(Int64(number)),
        ]
        if random.chance(80) { version["promptId"] = .string(random.chance(80) ? promptID : text()) }
        if random.chance(30) { version["description"] = .string(text()) }
        if random.chance(30) { version["createdAt"] = random.pick(["2026-01-04T09:00:00.000Z", "", "soon"]) }
        if random.chance(30) { version["updatedAt"] = .string(text()) }
        if random.chance(20) { version[random.pick(["author", "versionId", "messages", "model", text()])] = json() }
        if random.chance(90) { version["config"] = config() }
        return .object(version)
    }

    private mutating func config() -> JSONValue {
        var messages: [JSONValue] = []
        for _ in 0..<random.pick([0, 1, 1, 2, 5]) { messages.append(message()) }
        var config: [String: JSONValue] = [
            "messages": .array(messages), "model": .string(random.chance(60) ? "gpt-4o-mini" : text()),
        ]
        if random.chance(50) { config["id"] = .string(text()) }
        if random.chance(60) { config["provider"] = .string(random.chance(60) ? "openai" : text()) }
        if random.chance(30) { config["deploymentId"] = .string(text()) }
        if random.chance(50) {
            var tags: [String: JSONValue] = [:]
            for _ in 0..<2 { tags[text()] = random.pick([.string(text()), 1, 20.5, 1e30, true, ["a", "b"], [], nil]) }
            config["tags"] = .object(tags)
        }
        if random.chance(70) { config["modelParameters"] = parameters() }
        if random.chance(20) { config[random.pick(["outputSchema", "version", "parameters", text()])] = json() }
        return .object(config)
    }

    private mutating func parameters() -> JSONValue {
        var parameters: [String: JSONValue] = [:]
        for name in FrontMatterKey.parameters where random.chance(15) { parameters[name] = json() }
        if random.chance(50) { parameters["temperature"] = random.pick([0, 0.2, 1.5, 1e-7, "hot", nil]) }
        if random.chance(30) { parameters["max_tokens"] = random.pick([128, 10.0, 1.5, "many"]) }
        if random.chance(30) { parameters["stop"] = random.pick(["END", ["a", "b"], [1], .string(text())]) }
        if random.chance(30) {
            parameters["tools"] = [
                ["type": "function", "function": ["name": .string(text()), "parameters": json()]],
                ["type": "function", "function": ["name": "lookup_order", "x": json()], "cache_control": json()],
            ]
        }
        if random.chance(20) { parameters["response_format"] = random.pick([["type": "json_object"], "json"]) }
        if random.chance(20) {
            parameters[random.pick(["reasoning_effort", "model", "messages", "extra", text()])] = json()
        }
        return .object(parameters)
    }

    // MARK: Messages

    private mutating func message() -> JSONValue {
        var message: [String: JSONValue] = [
            "role": .string(
                random.pick(["system", "user", "user", "assistant", "developer", "tool", "function", "critic", "User"])
            )
        ]
        switch Int.random(in: 0..<10, using: &random) {
        case 0: message["content"] = nil
        case 1: message["content"] = .null
        case 2...4:
            var parts: [JSONValue] = []
            for _ in 0..<random.pick([0, 1, 2, 3]) { parts.append(part()) }
            message["content"] = .array(parts)
        default: message["content"] = .string(text())
        }
        if random.chance(10) { message["name"] = .string(text()) }
        if random.chance(10) { message["tool_call_id"] = .string(text()) }
        if random.chance(10) {
            message["tool_calls"] = random.pick([
                [["id": "c1", "type": "function", "function": ["name": "f", "arguments": "{}"]]],
                [["id": "c1", "type": "custom", "custom": ["name": "g"]]], [["function": ["arguments": ["a": 1]]]],
                "none", [],
            ])
        }
        if random.chance(5) { message["function_call"] = random.pick([["name": "f"], json()]) }
        if random.chance(5) { message["refusal"] = random.pick(["no", 5]) }
        if random.chance(10) { message[text()] = json() }
        return .object(message)
    }

    private mutating func part() -> JSONValue {
        switch Int.random(in: 0..<10, using: &random) {
        case 0: return ["type": "input_audio", "input_audio": json()]
        case 1: return ["type": "text", "text": .string(text()), "cache_control": json()]
        case 2: return ["type": "image_url", "image_url": ["url": .string(url()), "x": json()]]
        case 3...5: return ["type": "text", "text": .string(text())]
        default:
            var image: [String: JSONValue] = [
                "url": .string(
                    random.pick(["<<photo>>", "https://a.example/a_(b).png", "a)b", " ", "", "a](b", url()])
                )
            ]
            if random.chance(50) { image["detail"] = random.pick(["low", "high", "auto", "medium", ""]) }
            return ["type": "image_url", "image_url": .object(image)]
        }
    }

    // MARK: Deployments

    private mutating func deployments(of number: Int) -> JSONValue {
        var deployments: [JSONValue] = []
        for _ in 0..<random.pick([0, 1, 1, 2, 4]) { deployments.append(deployment(of: number)) }
        return .array(deployments)
    }

    private mutating func deployment(of number: Int) -> JSONValue {
        var rules: [String: JSONValue] = [:]
        if random.chance(80) { rules["version"] = .integer(Int64(number)) }
        if random.chance(10) { rules["version"] = random.pick([7, "x", nil]) }
        if random.chance(60) { rules["query"] = group(depth: 0) }
        if random.chance(5) { rules[text()] = json() }
        var deployment: [String: JSONValue] = [
            "id": .string(random.pick(["v\(number)", "v\(number)", "v\(number)-2", "a", "b", "c", "d", text()])),
            "rules": .object(rules),
        ]
        if random.chance(30) { deployment["weight"] = random.pick([50, 33.3, 0, -1, 1e22]) }
        if random.chance(30) { deployment["experiment"] = .string(random.chance(50) ? "tone" : text()) }
        if random.chance(30) {
            deployment["timestamp"] = .string(random.chance(50) ? "2026-01-21T09:00:00.000Z" : text())
        }
        if random.chance(30) { deployment["isFallback"] = .boolean(random.chance(50)) }
        if random.chance(20) { deployment["description"] = random.pick([.string(text()), json()]) }
        if random.chance(10) { deployment[random.pick(["version", "when", "query", "extra", text()])] = json() }
        return .object(deployment)
    }

    private mutating func group(depth: Int) -> JSONValue {
        var rules: [JSONValue] = []
        for _ in 0..<random.pick([0, 1, 2, 2, 3]) {
            rules.append(depth < 3 && random.chance(15) ? group(depth: depth + 1) : rule())
        }
        if random.chance(70) {
            // In the order of their bytes, so that most groups have the short form.
            rules.sort { ($0["field"]?.string ?? "").utf8.lexicographicallyPrecedes(($1["field"]?.string ?? "").utf8) }
        }
        var group: [String: JSONValue] = ["rules": .array(rules)]
        if random.chance(30) { group["not"] = .boolean(random.chance(50)) }
        if random.chance(50) { group["combinator"] = random.pick(["AND", "AND", "and", "OR", "XOR"]) }
        if random.chance(5) { group[text()] = json() }
        return .object(group)
    }

    private mutating func rule() -> JSONValue {
        let operators = [
            "=", "=", "=", "!=", ">", "<=", "includes", "includes", "does not include", "version >=", "=~",
        ]
        var rule: [String: JSONValue] = [
            "field": .string(random.pick(["plan", "country", "age", "é", "e\u{301}", text()])),
            "operator": .string(random.pick(operators)),
            "value": random.pick([.string(text()), 18, 2.5, true, ["FR", "BE"], [], 20.0]),
        ]
        if random.chance(10) { rule[random.pick(["valueSource", "rules", text()])] = random.pick([nil, "value"]) }
        return .object(rule)
    }

    // MARK: Values

    mutating func json(depth: Int = 0) -> JSONValue {
        switch Int.random(in: 0..<(depth < 4 ? 11 : 7), using: &random) {
        case 0: .null
        case 1: .boolean(random.chance(50))
        case 2: .integer(Int64(bitPattern: random.next()))
        case 3:
            .double(random.pick([0.5, 1.0, 1e-7, 1e22, -0.0, .leastNonzeroMagnitude, .greatestFiniteMagnitude, 0.1]))
        case 4: random.pick([.unsignedInteger(.max), 0, -1, 1_099_511_627_776])
        case 5, 6: .string(text())
        case 7, 8: .array((0..<random.pick([0, 1, 2, 3, 20])).map { _ in json(depth: depth + 2) })
        default:
            .object(
                Dictionary(
                    (0..<random.pick([0, 1, 2, 3])).map { _ in (text(), json(depth: depth + 1)) },
                    uniquingKeysWith: { first, _ in first }
                )
            )
        }
    }

    static let texts = [
        "", " ", "a", "Hi.", "You answer <<customer>>.", "user:", "\\user:", "\\\\system: ", "message:", "User:",
        "user: hi",
        "![low](a)", "\\![](b)", "![x](<<photo>>) ", "a\r\nb", "a\rb", "\na", "a\n", "a\n \nb", "  a  ", "a\t", "\t",
        "yes", "No", "~",
        "null", "TRUE", "=", "<<", "1:30", "1_000", "0x1F", "0o17", "-0b1", ".5", "-.inf", ".NaN", "1e3", "-1.5e-3",
        "2026-11-20",
        "2026-11-20T10:00:00Z", "12", "-x", "- x", "-", "?", ": a", "a: b", "a:", "a:b", "a #b", "a#b", "#a", "!a",
        "&a", "*a", "|",
        ">", "%", "@a", "`a`", "\"a\"", "'a'", "{a", "[a", "]", "}", ",", "---", "---\nmodel: x\n---", "é", "e\u{301}",
        "日本語",
        "👩‍💻", "\0", "\u{7}", "\u{7F}", "\u{85}", "\u{9F}", "\u{A0}", "\u{2028}", "\u{2029}", "\u{FEFF}a", "\u{FFFE}",
        "\u{FFFF}",
        "\u{10FFFF}", "\u{D7FF}", "\u{E000}", "\\", "\\n", "\"", "a/b", "{{name}}", "...", "+", "+1", "e1", "0", "00",
        "t", "z", "1 2",
    ]

    /// A text that can be an image URL: one that is read has no variable in its authority.
    private mutating func url() -> String {
        let text = text()
        return ImageURLTemplate.isMisplaced(in: text) ? "https://a.example/?\(text)" : text
    }

    mutating func text() -> String {
        switch Int.random(in: 0..<40, using: &random) {
        case 0: return String(repeating: "k", count: random.pick([998, 999, 1000, 1001, 1100]))
        case 1...8:
            return (0..<random.pick([2, 3, 4])).map { _ in random.pick(Self.texts) }
                .joined(separator: random.pick(["", " ", "\n", "\n\n"]))
        default: return random.pick(Self.texts)
        }
    }
}
