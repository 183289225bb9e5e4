// swift-tools-version: 6.2

import PackageDescription

let settings: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
]

func example(_ name: String, path: String) -> Target {
    .executableTarget(
        name: name,
        dependencies: ["Tchavi", "TchaviPrompts", "TchaviTesting", "ExampleSupport"],
        path: "Examples/\(path)",
        swiftSettings: settings
    )
}

let package = Package(
    name: "tchavi-swift",
    platforms: [.macOS(.v15), .iOS(.v18), .tvOS(.v18), .watchOS(.v11), .visionOS(.v2)],
    products: [
        .library(name: "Tchavi", targets: ["Tchavi"]),
        .library(name: "TchaviPrompts", targets: ["TchaviPrompts"]),
        .library(name: "TchaviTesting", targets: ["TchaviTesting"]),
        .executable(name: "promptctl", targets: ["promptctl"]),
    ],
    targets: [
        .target(name: "Tchavi", swiftSettings: settings),
        .target(name: "TchaviPrompts", dependencies: ["Tchavi"], swiftSettings: settings),
        .target(name: "TchaviTesting", dependencies: ["Tchavi", "TchaviPrompts"], swiftSettings: settings),
        .executableTarget(
            name: "promptctl",
            dependencies: ["Tchavi", "TchaviPrompts", "TchaviTesting"],
            swiftSettings: settings
        ),
        .target(
            name: "ExampleSupport",
            dependencies: ["Tchavi", "TchaviTesting"],
            path: "Examples/ExampleSupport",
            swiftSettings: settings
        ),
        example("fetch-and-run", path: "FetchAndRun"),
        example("ab-selection", path: "ABSelection"),
        example("tool-calls", path: "ToolCalls"),
        example("conversation", path: "Conversation"),
        example("local-gateway", path: "LocalGateway"),
        .executableTarget(
            name: "snapshot-writer",
            dependencies: ["Tchavi", "TchaviPrompts"],
            path: "Examples/SnapshotWriter",
            swiftSettings: settings
        ),
        example("bundle-polling", path: "BundlePolling"),
        example("maxim-comparison", path: "MaximComparison"),
        example("litellm-client", path: "LiteLLMClient"),
        .target(name: "AllocationCounter", path: "Examples/AllocationCounter"),
        .executableTarget(
            name: "benchmarks",
            dependencies: ["Tchavi", "TchaviPrompts", "TchaviTesting", "AllocationCounter"],
            path: "Examples/Benchmarks",
            swiftSettings: settings
        ),
        .target(name: "TestSupport", dependencies: ["Tchavi"], path: "Tests/TestSupport", swiftSettings: settings),
        .testTarget(
            name: "TchaviTests",
            dependencies: ["Tchavi", "TchaviTesting", "TestSupport"],
            swiftSettings: settings
        ),
        .testTarget(
            name: "TchaviPromptsTests",
            dependencies: ["Tchavi", "TchaviPrompts", "TchaviTesting", "TestSupport"],
            swiftSettings: settings
        ),
        .testTarget(
            name: "TchaviTestingTests",
            dependencies: ["Tchavi", "TchaviPrompts", "TchaviTesting"],
            swiftSettings: settings
        ),
        .testTarget(
            name: "PromptctlTests",
            dependencies: ["promptctl", "Tchavi", "TchaviPrompts", "TchaviTesting", "TestSupport"],
            swiftSettings: settings
        ),
    ],
    swiftLanguageModes: [.v6]
)
