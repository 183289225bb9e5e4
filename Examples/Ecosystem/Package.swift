// swift-tools-version: 6.2

import PackageDescription

let settings: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .treatAllWarnings(as: .error),
]

extension Target.Dependency {
    static let tchavi = product(name: "Tchavi", package: "tchavi-swift")
    static let prompts = product(name: "TchaviPrompts", package: "tchavi-swift")
    static let testing = product(name: "TchaviTesting", package: "tchavi-swift")
    static let asyncHTTPClient = product(name: "AsyncHTTPClient", package: "async-http-client")
    static let asyncAlgorithms = product(name: "AsyncAlgorithms", package: "swift-async-algorithms")
    static let argumentParser = product(name: "ArgumentParser", package: "swift-argument-parser")
    static let hummingbird = product(name: "Hummingbird", package: "hummingbird")
    static let hummingbirdTesting = product(name: "HummingbirdTesting", package: "hummingbird")
    static let httpTypes = product(name: "HTTPTypes", package: "swift-http-types")
    static let inMemoryLogging = product(name: "InMemoryLogging", package: "swift-log")
    static let logging = product(name: "Logging", package: "swift-log")
    static let metrics = product(name: "Metrics", package: "swift-metrics")
    static let metricsTesting = product(name: "MetricsTestKit", package: "swift-metrics")
    static let nioCore = product(name: "NIOCore", package: "swift-nio")
    static let nioFoundationCompat = product(name: "NIOFoundationCompat", package: "swift-nio")
    static let nioHTTP1 = product(name: "NIOHTTP1", package: "swift-nio")
    static let nioPosix = product(name: "NIOPosix", package: "swift-nio")
    static let serviceLifecycle = product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
    static let unixSignals = product(name: "UnixSignals", package: "swift-service-lifecycle")
    static let serviceLifecycleTesting = product(name: "ServiceLifecycleTestKit", package: "swift-service-lifecycle")
}

let package = Package(
    name: "Ecosystem",
    platforms: [.macOS(.v15)],
    products: [
        .library(name: "TchaviAsyncHTTPClient", targets: ["TchaviAsyncHTTPClient"]),
        .library(name: "PromptObservability", targets: ["PromptObservability"]),
        .library(name: "PromptLibraryService", targets: ["PromptLibraryService"]),
        .executable(name: "call-benchmarks", targets: ["CallBenchmarks"]),
        .executable(name: "disorder", targets: ["Disorder"]),
        .executable(name: "prompt-server", targets: ["PromptServerProgram"]),
        .executable(name: "soak", targets: ["Soak"]),
    ],
    dependencies: [
        .package(name: "tchavi-swift", path: "../.."),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-async-algorithms", from: "1.1.4"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    ],
    targets: [
        // The transport.
        .target(
            name: "TchaviAsyncHTTPClient",
            dependencies: [.tchavi, .asyncHTTPClient, .nioCore, .nioFoundationCompat, .nioHTTP1, .nioPosix],
            swiftSettings: settings
        ),
        .testTarget(
            name: "TchaviAsyncHTTPClientTests",
            dependencies: ["TchaviAsyncHTTPClient", .tchavi, .testing],
            swiftSettings: settings
        ),
        .executableTarget(
            name: "CallBenchmarks",
            dependencies: ["TchaviAsyncHTTPClient", .tchavi, .nioCore, .nioPosix],
            swiftSettings: settings
        ),
        .target(
            name: "ProgramOptions",
            dependencies: ["TchaviAsyncHTTPClient", .tchavi, .asyncHTTPClient, .nioCore],
            swiftSettings: settings
        ),
        .executableTarget(
            name: "Disorder",
            dependencies: ["ProgramOptions", .tchavi, .testing],
            swiftSettings: settings
        ),
        .target(name: "MemoryUse"),
        .executableTarget(
            name: "Soak",
            dependencies: ["MemoryUse", "ProgramOptions", .tchavi, .testing],
            swiftSettings: settings
        ),

        // Prompts in a server.
        .target(
            name: "PromptObservability",
            dependencies: [.prompts, .logging, .metrics],
            swiftSettings: settings
        ),
        .testTarget(
            name: "PromptObservabilityTests",
            dependencies: [
                "PromptObservability", .tchavi, .prompts, .testing, .inMemoryLogging, .logging, .metrics,
                .metricsTesting,
            ],
            swiftSettings: settings
        ),
        .target(
            name: "PromptLibraryService",
            dependencies: [.prompts, .logging, .serviceLifecycle],
            swiftSettings: settings
        ),
        .testTarget(
            name: "PromptLibraryServiceTests",
            dependencies: [
                "PromptLibraryService", .prompts, .testing, .inMemoryLogging, .logging, .serviceLifecycle,
                .serviceLifecycleTesting,
            ],
            swiftSettings: settings
        ),
        .target(
            name: "PromptServer",
            dependencies: [
                .tchavi, .prompts, .asyncAlgorithms, .httpTypes, .hummingbird, .logging, .nioCore, .nioFoundationCompat,
            ],
            swiftSettings: settings
        ),
        .testTarget(
            name: "PromptServerTests",
            dependencies: [
                "PromptServer", .tchavi, .prompts, .testing, .asyncHTTPClient, .httpTypes, .hummingbird,
                .hummingbirdTesting, .logging, .nioCore, .nioHTTP1,
            ],
            swiftSettings: settings
        ),
        .executableTarget(
            name: "PromptServerProgram",
            dependencies: [
                "PromptLibraryService", "PromptObservability", "PromptServer", "TchaviAsyncHTTPClient", .tchavi,
                .prompts,
                .testing, .argumentParser, .asyncHTTPClient, .hummingbird, .logging, .serviceLifecycle,
                .unixSignals,
            ],
            swiftSettings: settings
        ),
    ],
    swiftLanguageModes: [.v6]
)
