import CollectorUpload
import DurableFiles
import TestSupport

/// What a head-end's operator has in a directory after some days, and the commands that take it
/// in: uploads of `smoke-1k`, hour by hour, in streams of mixed order with repeats, one stream
/// damaged and one cut short, a day closed meanwhile, and uploads that come late.
struct UploadSpool {
  struct Step {
    let line: String
    let exitCode: Int32
  }

  let directory: TemporaryDirectory
  let steps: [Step]
  /// Paths of all streams, in the order of the steps.
  let streams: [String]
  /// Uploads that are whole somewhere, each counted once.
  let distinctUploads: Int

  /// The time of arrival is told, so that it is the same whenever a command is given.
  static let options = "--as-of 1998-07-01T00:00:00Z --quiet"
  private static let close = "store close store --through 1998-06-05"

  /// Makes the spool; the same seed gives the same bytes.
  init(seed: UInt64) throws {
    let directory = try TemporaryDirectory()
    let scenario = packageRoot.appendingPathComponent("Scenarios/smoke-1k.json5").path
    let made = try Program.run(
      "simulate \(scenario) --out sent --quiet --set backhaul.upload_period_h=1 "
        + "--set backhaul.poll_window_min=30", in: directory)
    guard made.exitCode == 0 else { throw SpoolError(description: made.errorText) }
    var random = SplitMix64(seed: seed)
    let names = directory.allFiles().filter { $0.hasSuffix(".amru") }
    var uploads = try names.map { try FileSystem.system.readFile(directory.file($0)) }
    uploads.shuffle(using: &random)
    var late = Array(uploads[..<200])
    let hurt = Array(uploads[200..<240])
    var prompt = Array(uploads[200...])
    prompt += prompt.filter { _ in Int.random(in: 0..<5, using: &random) < 2 }
    prompt.shuffle(using: &random)
    late += prompt[..<50]
    late.shuffle(using: &random)

    var streams: [[String]] = [[], [], []]
    func write(_ bytes: [UInt8], to part: Int) throws {
      let name = "p\(part)-\(streams[part].count).amru"
      try FileSystem.system.writeAtomically(bytes, to: directory.file(name))
      streams[part].append(name)
    }
    for start in stride(from: 0, to: prompt.count, by: 100) {
      try write(Array(prompt[start..<min(start + 100, prompt.count)].joined()), to: 0)
    }
    var flipped = Array(hurt.joined())
    flipped[UploadHeader.byteCount + 4] ^= 0x10
    try write(flipped, to: 1)
    try write(Array(hurt.joined().dropLast(7)), to: 1)
    for part in [late[..<100], late[100...]] { try write(Array(part.joined()), to: 2) }

    // The first registry lacks five endpoints, whose frames go to quarantine; the second has all,
    // so that they leave it.
    let lines = try text(of: directory.file("sent/registry.csv")).split(whereSeparator: \.isNewline)
    try CommandLineTests.write(
      (lines[..<10] + lines[15...]).joined(separator: "\n") + "\n",
      to: directory.file("first.csv"))
    // Half of the streams come so often that the others no longer go into the first batch.
    let half = streams[0][..<(streams[0].count / 2)].joined(separator: " ")
    let often = [String](repeating: half, count: 7).joined(separator: " ")
    steps = [
      Step(
        line: "ingest store \(often) \(streams[0].joined(separator: " ")) --registry first.csv "
          + "--utc-offset -300 \(Self.options)", exitCode: 0),
      Step(
        line: "ingest store \(streams[1].joined(separator: " ")) --registry sent/registry.csv "
          + Self.options, exitCode: 65), Step(line: Self.close, exitCode: 0),
      Step(line: "ingest store \(streams[2].joined(separator: " ")) \(Self.options)", exitCode: 0),
    ]
    self.streams = streams.flatMap(\.self)
    self.directory = directory
    distinctUploads = uploads.count
  }
}

struct SpoolError: Error, CustomStringConvertible {
  let description: String
}
