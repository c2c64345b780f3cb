import Foundation

/// Whether tests repeat their random part for many minutes instead of seconds.
public let longTests = ProcessInfo.processInfo.environment["AMR_LONG_TESTS"] == "1"

/// Where the random part of a test starts: `AMR_SEED`, else the number given.
public func testSeed(_ usual: UInt64) -> UInt64 {
  ProcessInfo.processInfo.environment["AMR_SEED"].flatMap { UInt64($0) } ?? usual
}
