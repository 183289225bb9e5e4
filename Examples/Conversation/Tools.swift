import TchaviPrompts

/// What the tools know of a port; a program of yours would ask a service.
private struct Port: Encodable {
    let celsius: Double
    let sky: String
    let highTide: String

    static let all = [
        "Brest": Port(celsius: 12.5, sky: "clear", highTide: "18:42"),
        "Concarneau": Port(celsius: 13, sky: "cloudy", highTide: "17:58"),
        "Saint-Malo": Port(celsius: 11.5, sky: "showers", highTide: "21:10"),
    ]

    static func named(_ name: String) throws(PromptToolError) -> Port {
        guard let port = all[name] else {
            // The model reads it, and can tell the user or try another name.
            throw PromptToolError("`\(name)` is not known. Known are \(all.keys.sorted().joined(separator: ", ")).")
        }
        return port
    }
}

private struct WeatherQuery: Decodable { let city: String }
private struct TideQuery: Decodable { let port: String }
private struct Weather: Encodable {
    let celsius: Double
    let sky: String
}

extension PromptTool {
    /// Implements the tool `get_weather` of the prompt.
    static let weather = program("get_weather") { (query: WeatherQuery) in
        let port = try Port.named(query.city)
        return Weather(celsius: port.celsius, sky: port.sky)
    }

    /// Implements the tool `get_tides` of the prompt.
    static let tides = program("get_tides") { (query: TideQuery) in
        ["highTide": try Port.named(query.port).highTide]
    }
}
