// swift-tools-version: 6.2
import PackageDescription

/// Hot targets are optimised in debug builds too, so that `swift test` stays short.
let hot: [SwiftSetting] = [.unsafeFlags(["-O"], .when(configuration: .debug))]

/// Targets in C are optimised in debug builds, too.
let hotC: [CSetting] = [
  .unsafeFlags(["-O2"], .when(configuration: .debug)),
  // Debian 12's valgrind cannot read what clang writes by default.
  .unsafeFlags(["-gdwarf-4"]),
]

let package = Package(
  name: "amr",
  products: [.executable(name: "amr", targets: ["amr"])],
  targets: [
    // Layers: each target depends only on targets above it; Tests/CommandLineTests checks this.
    .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["libz-dev"])]),
    .systemLibrary(name: "CMalloc"),
    .target(name: "SystemMemory", dependencies: ["CMalloc"], swiftSettings: hot),
    .target(name: "Digits"),
    .target(name: "JSON5", dependencies: ["Digits"], swiftSettings: hot),
    .target(name: "ChecksumBlocks", cSettings: hotC),
    .target(
      name: "Checksums", dependencies: ["CZlib", "ChecksumBlocks"], swiftSettings: hot),
    .target(name: "DurableFiles", dependencies: ["SystemMemory"]),
    .target(name: "Parallel", dependencies: ["SystemMemory"]),
    .target(name: "Gzip", dependencies: ["CZlib", "Parallel"], swiftSettings: hot),
    .target(name: "ArrivalLanes", cSettings: hotC),
    .target(name: "CSV", swiftSettings: hot),
    .target(name: "PortableMath", swiftSettings: hot),
    .target(name: "RandomStreams", swiftSettings: hot),
    .target(
      name: "Metering", dependencies: ["Digits", "PortableMath", "RandomStreams"],
      swiftSettings: hot),
    .target(name: "VEE", dependencies: ["Metering"], swiftSettings: hot),
    .target(name: "ERTProtocol", dependencies: ["ChecksumBlocks"], swiftSettings: hot),
    .target(
      name: "CollectorUpload", dependencies: ["Digits", "Checksums", "Metering", "ERTProtocol"],
      swiftSettings: hot),
    .target(
      name: "RadioModel", dependencies: ["PortableMath", "RandomStreams"], swiftSettings: hot),
    .target(name: "Columnar", dependencies: ["Checksums", "Gzip"], swiftSettings: hot),
    .target(
      name: "DeltaTable",
      dependencies: ["Digits", "JSON5", "Checksums", "DurableFiles", "Columnar"],
      swiftSettings: hot),
    .target(
      name: "AMRSimulation",
      dependencies: [
        "Digits", "JSON5", "Checksums", "Parallel", "CSV", "PortableMath", "RandomStreams",
        "Metering", "ERTProtocol", "CollectorUpload", "RadioModel", "ArrivalLanes",
      ], swiftSettings: hot),
    .target(
      name: "HeadEnd",
      dependencies: [
        "SystemMemory", "Digits", "JSON5", "Checksums", "DurableFiles", "Parallel", "CSV",
        "Metering", "VEE", "ERTProtocol", "CollectorUpload", "Columnar", "DeltaTable",
      ], swiftSettings: hot),
    .target(
      name: "BillingExport",
      dependencies: [
        "JSON5", "Checksums", "DurableFiles", "Parallel", "Gzip", "CSV", "Metering", "VEE",
        "Columnar", "HeadEnd",
      ], swiftSettings: hot),
    .target(name: "Reporting", dependencies: ["JSON5"]),
    .target(
      name: "RunPipeline",
      dependencies: [
        "JSON5", "Checksums", "DurableFiles", "Metering", "VEE", "CollectorUpload", "AMRSimulation",
        "HeadEnd", "BillingExport", "Reporting",
      ]),
    .executableTarget(
      name: "amr",
      dependencies: [
        "SystemMemory", "JSON5", "DurableFiles", "Parallel", "CSV", "Metering", "VEE",
        "CollectorUpload", "AMRSimulation", "HeadEnd", "BillingExport", "Reporting", "RunPipeline",
      ],
      // Linked statically, the standard library needs no loading at start-up.
      linkerSettings: [.unsafeFlags(["-static-stdlib"], .when(configuration: .release))]),
    .executableTarget(
      name: "amr-bench",
      dependencies: [
        "SystemMemory", "JSON5", "Checksums", "DurableFiles", "CSV", "RandomStreams", "Metering",
        "ERTProtocol", "CollectorUpload", "RadioModel", "AMRSimulation", "HeadEnd", "BillingExport",
        "Reporting", "RunPipeline",
      ],
      path: "Benchmarks/amr-bench", swiftSettings: hot),
    .target(
      name: "TestSupport", dependencies: ["DurableFiles", "Columnar", "DeltaTable"],
      path: "Tests/TestSupport", swiftSettings: hot),
    .testTarget(name: "DigitsTests", dependencies: ["Digits"]),
    .testTarget(name: "JSON5Tests", dependencies: ["JSON5", "TestSupport"]),
    .testTarget(name: "ChecksumsTests", dependencies: ["CZlib", "Checksums", "TestSupport"]),
    .testTarget(name: "DurableFilesTests", dependencies: ["DurableFiles", "TestSupport"]),
    .testTarget(name: "ParallelTests", dependencies: ["Parallel"]),
    .testTarget(name: "GzipTests", dependencies: ["DurableFiles", "Gzip", "TestSupport"]),
    .testTarget(name: "CSVTests", dependencies: ["CSV", "TestSupport"]),
    .testTarget(name: "PortableMathTests", dependencies: ["PortableMath"]),
    .testTarget(name: "RandomStreamsTests", dependencies: ["RandomStreams"]),
    .testTarget(
      name: "MeteringTests", dependencies: ["RandomStreams", "Metering", "TestSupport"]),
    .testTarget(name: "VEETests", dependencies: ["Metering", "VEE", "TestSupport"]),
    .testTarget(name: "ERTProtocolTests", dependencies: ["ERTProtocol", "TestSupport"]),
    .testTarget(
      name: "CollectorUploadTests",
      dependencies: ["Metering", "ERTProtocol", "CollectorUpload", "TestSupport"]),
    .testTarget(
      name: "RadioModelTests", dependencies: ["RandomStreams", "RadioModel", "TestSupport"]),
    .testTarget(name: "ColumnarTests", dependencies: ["DurableFiles", "Columnar", "TestSupport"]),
    .testTarget(
      name: "DeltaTableTests",
      dependencies: ["DurableFiles", "Columnar", "DeltaTable", "TestSupport"]),
    .testTarget(
      name: "AMRSimulationTests",
      dependencies: [
        "JSON5", "Checksums", "CSV", "PortableMath", "RandomStreams", "Metering", "ERTProtocol",
        "CollectorUpload", "RadioModel", "AMRSimulation", "TestSupport",
      ], swiftSettings: hot),
    .testTarget(
      name: "HeadEndTests",
      dependencies: [
        "Checksums", "DurableFiles", "CSV", "Metering", "ERTProtocol", "CollectorUpload",
        "Columnar", "DeltaTable", "HeadEnd", "TestSupport",
      ]),
    .testTarget(
      name: "BillingExportTests",
      dependencies: [
        "JSON5", "Checksums", "DurableFiles", "Gzip", "CSV", "Metering", "VEE", "ERTProtocol",
        "CollectorUpload", "HeadEnd", "BillingExport", "TestSupport",
      ]),
    .testTarget(
      name: "RunPipelineTests",
      dependencies: [
        "DurableFiles", "Metering", "CollectorUpload", "AMRSimulation", "HeadEnd", "Reporting",
        "RunPipeline", "TestSupport",
      ]),
    .testTarget(
      name: "CommandLineTests",
      dependencies: [
        "JSON5", "DurableFiles", "CSV", "Metering", "CollectorUpload", "Columnar", "AMRSimulation",
        "HeadEnd", "BillingExport", "amr", "TestSupport",
      ]),
    .testTarget(
      name: "BenchmarkTests",
      dependencies: [
        "JSON5", "DurableFiles", "RandomStreams", "RadioModel", "amr-bench", "TestSupport",
      ]),
  ],
  swiftLanguageModes: [.v6]
)
