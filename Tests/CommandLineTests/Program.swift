import Foundation
import TestSupport
import Testing

/// The built program, run as its users run it.
enum Program {
  /// It lies beside the test bundle.
  static let path: String = {
    let bundle =
      (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
    return URL(fileURLWithPath: bundle).deletingLastPathComponent().path + "/amr"
  }()

  /// Runs `amr` with the words of a line, in a directory.
  static func run(_ line: String, in scratch: TemporaryDirectory, input: String = "") throws
    -> CommandResult
  {
    try runCommand(path, words(line), directory: scratch.path, input: Array(input.utf8))
  }

  /// Runs a line of the shell, in which `amr` is the program.
  static func shell(_ line: String, in scratch: TemporaryDirectory) throws -> CommandResult {
    try runCommand(
      "/bin/sh", ["-c", "amr() { '\(path)' \"$@\"; }; \(line)"], directory: scratch.path)
  }

  /// Starts `amr` without waiting for it; its output goes to `output`.
  static func start(
    _ line: String, in scratch: TemporaryDirectory, input: Any = FileHandle.nullDevice,
    output: Any = FileHandle.nullDevice,
    errors: Any = FileHandle.nullDevice
  ) throws -> Process {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: path)
    process.arguments = words(line)
    process.currentDirectoryURL = URL(fileURLWithPath: scratch.path)
    process.standardInput = input
    process.standardOutput = output
    process.standardError = errors
    try process.run()
    return process
  }
}

/// Where Package.swift lies.
let packageRoot = URL(fileURLWithPath: #filePath)
  .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

/// A directory with a few small scenarios and a file of tracts.
///
/// `tiny.json5` is whole; `Scenarios/named.json5` is a copy of it that can be given by name.
func scenarioDirectory() throws -> TemporaryDirectory {
  let scratch = try TemporaryDirectory()
  let manager = FileManager.default
  for directory in ["Scenarios/data", "data"] {
    try manager.createDirectory(
      atPath: scratch.file(directory), withIntermediateDirectories: true)
    try write(tracts, to: scratch.file("\(directory)/tracts.csv"))
  }
  try write(tinyScenario, to: scratch.file("tiny.json5"))
  try write(tinyScenario, to: scratch.file("Scenarios/named.json5"))
  return scratch
}

func write(_ text: String, to path: String) throws {
  try Data(text.utf8).write(to: URL(fileURLWithPath: path))
}

func text(of path: String) throws -> String {
  String(decoding: try Data(contentsOf: URL(fileURLWithPath: path)), as: UTF8.self)
}

private let tracts = """
  name,latitude_deg,longitude_deg,land_area_km2,housing_units
  north,40.45,-79.99,0.6,900
  south,40.44,-80.00,1.5,600

  """

/// 80 modules, several collectors, two days in four periods, with losses and repeats.
let tinyScenario = """
  {
    name: "tiny",
    description: "80 modules",
    days: 2,
    utc_offset_minutes: -300,
    territory: { tracts_csv: "data/tracts.csv", served_area_km2: 2, modules: 80 },
    endpoints: { interval_s: 60, first_endpoint_id: 1000 },
    collectors: { lattice_spacing_m: 700, min_modules_per_site: 1 },
    radio: { channels: 2 },
    backhaul: { upload_period_h: 12, loss_probability: 0.3, ack_loss_probability: 0.3 },
  }

  """
