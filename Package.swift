// swift-tools-version: 6.1
import PackageDescription

let settings: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
]

let package = Package(
  name: "clearance",
  products: [
    .executable(name: "clearance", targets: ["clearance"])
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
    .package(url: "https://github.com/apple/swift-configuration", from: "1.4.0", traits: []),
    .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
    .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
    .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
    .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
    .package(url: "https://github.com/hummingbird-project/swift-mustache", from: "2.1.1"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
  ],
  targets: [
    // Row 0
    .systemLibrary(name: "CLibPQ", pkgConfig: "libpq", providers: [.apt(["libpq-dev"])]),
    // Row 1
    .target(name: "CEL", swiftSettings: settings),
    .target(
      name: "Compliance",
      resources: [.embedInCode("Resources/countries.csv"), .embedInCode("Resources/subdivisions.csv")],
      swiftSettings: settings),
    .target(
      name: "PostgreSQL",
      dependencies: ["CLibPQ", .product(name: "Logging", package: "swift-log")],
      swiftSettings: settings),
    // Row 2
    .target(
      name: "Ledger",
      dependencies: ["Compliance", .product(name: "Crypto", package: "swift-crypto")],
      swiftSettings: settings),
    .target(name: "Linkage", dependencies: ["Compliance"], swiftSettings: settings),
    .target(name: "Ownership", dependencies: ["Compliance"], swiftSettings: settings),
    .target(
      name: "Policy",
      dependencies: [
        "CEL", "Compliance",
        .product(name: "Crypto", package: "swift-crypto"),
        .product(name: "Yams", package: "Yams"),
      ],
      swiftSettings: settings),
    .target(
      name: "Screening",
      dependencies: ["Compliance", .product(name: "Crypto", package: "swift-crypto")],
      swiftSettings: settings),
    .target(
      name: "Store",
      dependencies: [
        "Compliance", "Linkage", "PostgreSQL",
        .product(name: "Crypto", package: "swift-crypto"),
        .product(name: "Logging", package: "swift-log"),
      ],
      swiftSettings: settings),
    .target(name: "Usage", dependencies: ["Compliance"], swiftSettings: settings),
    // Row 3
    .target(
      name: "ClearanceService",
      dependencies: [
        "Ledger", "Linkage", "Ownership", "Policy", "Screening", "Store", "Usage",
        .product(name: "DequeModule", package: "swift-collections"),
        .product(name: "Crypto", package: "swift-crypto"),
        .product(name: "Logging", package: "swift-log"),
        .product(name: "Metrics", package: "swift-metrics"),
        .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
      ],
      swiftSettings: settings),
    .target(
      name: "RuleBook",
      dependencies: ["Compliance", "Policy", .product(name: "Mustache", package: "swift-mustache")],
      resources: [.embedInCode("Resources/book.html.mustache"), .embedInCode("Resources/book.md.mustache")],
      swiftSettings: settings),
    // Row 4
    .target(
      name: "ClearanceAPI",
      dependencies: [
        "ClearanceService",
        .product(name: "HTTPTypes", package: "swift-http-types"),
        .product(name: "Hummingbird", package: "hummingbird"),
        .product(name: "HummingbirdCore", package: "hummingbird"),
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOHTTP1", package: "swift-nio"),
        .product(name: "Metrics", package: "swift-metrics"),
      ],
      resources: [.embedInCode("Resources/openapi.json")],
      swiftSettings: settings),
    // Row 5
    .executableTarget(
      name: "clearance",
      dependencies: [
        "ClearanceAPI", "Ledger", "Linkage", "Ownership", "RuleBook", "Screening", "Usage",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "Configuration", package: "swift-configuration"),
        .product(name: "UnixSignals", package: "swift-service-lifecycle"),
      ],
      exclude: [
        "Benchmarks/comparison.py", "Benchmarks/compare_engines.py", "Benchmarks/compare_linkage.py",
        "Benchmarks/compare_screening.py",
      ],
      swiftSettings: settings),
    .executableTarget(name: "cel-conformance", dependencies: ["CEL"], swiftSettings: settings),
    // What tests of several targets share.
    .target(name: "Seeded", path: "Tests/Seeded", swiftSettings: settings),
    .target(name: "Stranger", path: "Tests/Stranger", exclude: ["main.go"], swiftSettings: settings),
    .testTarget(
      name: "CELTests", dependencies: ["CEL", "Seeded"], exclude: ["Fuzz/run", "Golden"], swiftSettings: settings),
    .testTarget(name: "ComplianceTests", dependencies: ["Compliance"], swiftSettings: settings),
    .testTarget(
      name: "LedgerTests", dependencies: ["Compliance", "Ledger", "Seeded", "Stranger"], swiftSettings: settings),
    .testTarget(name: "LinkageTests", dependencies: ["Compliance", "Linkage", "Seeded"], swiftSettings: settings),
    .testTarget(
      name: "OwnershipTests", dependencies: ["Compliance", "Ownership", "Seeded"], swiftSettings: settings),
    .testTarget(name: "PostgreSQLTests", dependencies: ["PostgreSQL"], swiftSettings: settings),
    .testTarget(
      name: "PolicyTests", dependencies: ["Policy"], exclude: ["Golden"], swiftSettings: settings),
    .testTarget(name: "RuleBookTests", dependencies: ["Compliance", "Policy", "RuleBook"], swiftSettings: settings),
    .testTarget(name: "ScreeningTests", dependencies: ["Compliance", "Screening", "Seeded"], swiftSettings: settings),
    .testTarget(name: "UsageTests", dependencies: ["Compliance", "Usage", "Seeded"], swiftSettings: settings),
    .testTarget(
      name: "ClearanceServiceTests",
      dependencies: ["CEL", "ClearanceService", "Compliance", "Policy", "Screening", "Seeded", "Store"],
      swiftSettings: settings),
    // Runs the built executable as a process of its own; the dependency on it is there to have it built.
    .testTarget(
      name: "ServiceTests",
      dependencies: [
        "clearance", "Compliance", "Ledger", "PostgreSQL", "Seeded", "Stranger",
        .product(name: "Logging", package: "swift-log"),
      ],
      swiftSettings: settings),
  ],
  swiftLanguageModes: [.v6]
)
