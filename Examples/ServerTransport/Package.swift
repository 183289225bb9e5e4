// swift-tools-version: 6.2

import PackageDescription

let settings: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
]

let package = Package(
    name: "ServerTransport",
    platforms: [.macOS(.v15)],
    products: [
        .library(name: "TchaviAsyncHTTPClient", targets: ["TchaviAsyncHTTPClient"]),
        .executable(name: "call-benchmarks", targets: ["CallBenchmarks"]),
        .executable(name: "disorder", targets: ["Disorder"]),
        .executable(name: "soak", targets: ["Soak"]),
    ],
    dependencies: [
        .package(name: "tchavi-swift", path: "../.."),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
    ],
    targets: [
        .target(
            name: "TchaviAsyncHTTPClient",
            dependencies: [
                .product(name: "Tchavi", package: "tchavi-swift"),
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOFoundationCompat", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ],
            swiftSettings: settings
        ),
        .executableTarget(
            name: "CallBenchmarks",
            dependencies: [
                "TchaviAsyncHTTPClient",
                .product(name: "Tchavi", package: "tchavi-swift"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ],
            swiftSettings: settings
        ),
        .target(
            name: "ProgramOptions",
            dependencies: [
                "TchaviAsyncHTTPClient",
                .product(name: "Tchavi", package: "tchavi-swift"),
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "NIOCore", package: "swift-nio"),
            ],
            swiftSettings: settings
        ),
        .executableTarget(
            name: "Disorder",
            dependencies: [
                "ProgramOptions",
                .product(name: "Tchavi", package: "tchavi-swift"),
                .product(name: "TchaviTesting", package: "tchavi-swift"),
            ],
            swiftSettings: settings
        ),
        .target(name: "MemoryUse"),
        .executableTarget(
            name: "Soak",
            dependencies: [
                "MemoryUse",
                "ProgramOptions",
                .product(name: "Tchavi", package: "tchavi-swift"),
                .product(name: "TchaviTesting", package: "tchavi-swift"),
            ],
            swiftSettings: settings
        ),
        .testTarget(
            name: "TchaviAsyncHTTPClientTests",
            dependencies: [
                "TchaviAsyncHTTPClient",
                .product(name: "Tchavi", package: "tchavi-swift"),
                .product(name: "TchaviTesting", package: "tchavi-swift"),
            ],
            swiftSettings: settings
        ),
    ],
    swiftLanguageModes: [.v6]
)
