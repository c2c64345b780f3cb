import TestSupport
import Foundation
import Testing

@testable import JSON5

@Suite struct WritingTests {
  @Test func layout() {
    let node = JSONNode.object([
      ("name", .string("smoke")), ("rate", .double(1)), ("none", .array([])),
      ("empty", .object([])),
      ("days", .array([.int(1), .int(-2), .null, .bool(true)])),
      ("files", .array([.object([("path", .string("a/b"))]), .array([.double(1e-7)])])),
      ("long", .array((0..<3).map { .string(String(repeating: "\($0)", count: 30)) })),
    ])
    #expect(
      node.compact == #"{"name":"smoke","rate":1.0,"none":[],"empty":{},"days":[1,-2,null,true],"#
        + #""files":[{"path":"a/b"},[1e-07]],"long":["000000000000000000000000000000","#
        + #""111111111111111111111111111111","222222222222222222222222222222"]}"#)
    #expect(
      node.pretty == """
        {
          "name": "smoke",
          "rate": 1.0,
          "none": [],
          "empty": {},
          "days": [1, -2, null, true],
          "files": [
            {
              "path": "a/b"
            },
            [1e-07]
          ],
          "long": [
            "000000000000000000000000000000",
            "111111111111111111111111111111",
            "222222222222222222222222222222"
          ]
        }
        """)
  }

  @Test func quoting() {
    #expect(JSONText.quoted("") == #""""#)
    #expect(JSONText.quoted("a\"b\\c/d é😀") == #""a\"b\\c/d é😀""#)
    #expect(
      JSONText.quoted("\n\r\t\0\u{1F}\u{7F}\u{9B}\u{2028}\u{2029}")
        == #""\n\r\t\u0000\u001F\u007F\u009B\u2028\u2029""#)
    // CR LF is one Character; it must not slip through as one.
    #expect(JSONText.quoted("\r\n") == #""\r\n""#)
  }

  @Test(arguments: [11, 12, 13, 14, 15] as [UInt64])
  func writtenTreesReadBackTheSame(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    for round in 0..<200 {
      let node = JSONNode.random(depth: 4, using: &random)
      for text in [node.compact, node.pretty] {
        let parsed = try parse(text)
        #expect(parsed.node.isIdentical(to: node), "seed \(seed), round \(round): \(text)")
      }
    }
  }

  /// Python's reader, strict as it is, sees in both layouts what this parser sees.
  @Test(.enabled(if: Python.isWanted, "witness python3 is not installed"))
  func pythonReadsWhatIsWritten() throws {
    var random = SplitMix64(seed: 21)
    let nodes = (0..<100).map { _ in JSONNode.random(depth: 4, using: &random) }
    let program = """
      import json, sys
      compact, pretty = sys.stdin.buffer.read().split(b"\\n\\n\\n")
      first, second = json.loads(compact), json.loads(pretty)
      assert first == second, "the layouts differ"
      sys.stdout.write(json.dumps(first))
      """
    let input = JSONNode.array(nodes).compact + "\n\n\n" + JSONNode.array(nodes).pretty
    let output = try Python.run(program, input: input)
    #expect(try parse(output).node.isIdentical(to: .array(nodes)), "seed 21")
  }
}

/// The `python3` of the search path, a witness for strict JSON.
private enum Python {
  static var isWanted: Bool {
    ProcessInfo.processInfo.environment["AMR_REQUIRE_WITNESSES"] == "1"
      || (try? run("", input: "")) != nil
  }

  struct Failure: Error { let status: Int32 }

  /// Runs `program` on `input`, by way of a file because a full pipe would block both sides.
  static func run(_ program: String, input: String) throws -> String {
    let file = FileManager.default.temporaryDirectory.appendingPathComponent(
      "json5-\(UUID().uuidString).json")
    try Data(input.utf8).write(to: file)
    defer { try? FileManager.default.removeItem(at: file) }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["python3", "-c", program]
    process.standardInput = try FileHandle(forReadingFrom: file)
    process.standardError = FileHandle.nullDevice
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    let data = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { throw Failure(status: process.terminationStatus) }
    return String(decoding: data, as: UTF8.self)
  }
}
