import Foundation
import Testing

/// The layers of the package, read from its manifest and its sources.
@Suite("Layers")
struct LayeringTests {
  private struct Target {
    let name: String
    let path: String
    let dependencies: [String]
  }

  private static let root = packageRoot
  /// Modules of the toolchain that sources may use; none of them is Foundation.
  private static let system: Set<String> = ["Glibc", "Synchronization"]

  private let targets: [Target]

  init() throws {
    let manifest = try String(
      contentsOf: Self.root.appendingPathComponent("Package.swift"), encoding: .utf8)
    // Each declaration runs up to the next one; test targets are no layers.
    let kinds = [".systemLibrary(", ".target(", ".executableTarget(", ".testTarget("]
    var declarations: [Substring] = []
    var rest = manifest[manifest.range(of: "targets: [\n")!.upperBound...]
    while let start = kinds.compactMap({ rest.range(of: $0)?.lowerBound }).min() {
      let body = rest[rest.index(after: start)...]
      let end = kinds.compactMap { body.range(of: $0)?.lowerBound }.min() ?? rest.endIndex
      declarations.append(rest[start..<end])
      rest = rest[end...]
    }
    targets = declarations.filter { !$0.hasPrefix(".testTarget(") }.compactMap { text in
      let names = Self.quoted(text)
      guard let name = names.first else { return nil }
      var dependencies: [String] = []
      if let open = text.range(of: "dependencies: ["),
        let close = text[open.upperBound...].firstIndex(of: "]")
      {
        dependencies = Self.quoted(text[open.upperBound..<close])
      }
      let path = text.range(of: "path: ").flatMap { Self.quoted(text[$0.upperBound...]).first }
      return Target(name: name, path: path ?? "Sources/\(name)", dependencies: dependencies)
    }
  }

  /// The texts in double quotes.
  private static func quoted(_ text: Substring) -> [String] {
    let parts = text.split(separator: "\"", omittingEmptySubsequences: false)
    return parts.indices.filter { $0 % 2 == 1 }.map { String(parts[$0]) }
  }

  /// The Swift files below a folder of the package, with their lines.
  private static func files(_ path: String) throws -> [(name: String, lines: [Substring])] {
    let folder = root.appendingPathComponent(path)
    let found = FileManager.default.enumerator(atPath: folder.path)?.compactMap { $0 as? String }
    return try (found ?? []).filter { $0.hasSuffix(".swift") }.sorted().map { name in
      let text = try String(contentsOf: folder.appendingPathComponent(name), encoding: .utf8)
      return ("\(path)/\(name)", text.split(separator: "\n", omittingEmptySubsequences: false))
    }
  }

  /// The modules that a file imports, by the last words of its import lines.
  private static func imports(_ lines: [Substring]) -> [String] {
    lines.compactMap { line in
      let words = line.split(separator: " ")
      guard let place = words.firstIndex(of: "import"), place <= 2,
        words[..<place].allSatisfy({ $0.hasPrefix("@") || ["public", "internal"].contains($0) })
      else { return nil }
      return words.last.map { String($0.split(separator: ".")[0]) }
    }
  }

  @Test func theManifestIsUnderstood() {
    let names = targets.map(\.name)
    #expect(Set(names).count == names.count)
    // The order of the layers as they were designed.
    let designed = [
      "CZlib", "Metering", "ERTProtocol", "CollectorUpload", "RadioModel", "Columnar", "DeltaTable",
      "AMRSimulation", "HeadEnd", "BillingExport", "Reporting", "amr",
    ]
    #expect(names.filter(designed.contains) == designed)
    #expect(
      targets.first { $0.name == "CollectorUpload" }?.dependencies.contains("Metering") == true)
    #expect(targets.first { $0.name == "amr-bench" }?.path == "Benchmarks/amr-bench")
  }

  @Test func targetsDependOnThoseAbove() {
    for (index, target) in targets.enumerated() {
      let above = Set(targets[..<index].map(\.name))
      #expect(above.isSuperset(of: target.dependencies), "\(target.name)")
    }
  }

  @Test func filesImportWhatTheirTargetDeclares() throws {
    let folders = try FileManager.default.contentsOfDirectory(
      atPath: Self.root.appendingPathComponent("Sources").path)
    #expect(Set(folders).isSubset(of: targets.map(\.name)), "a folder of no target")
    var importCount = 0
    for target in targets where target.path.hasPrefix("Sources/") {
      let allowed = Self.system.union(target.dependencies)
      for file in try Self.files(target.path) {
        for module in Self.imports(file.lines) {
          importCount += 1
          #expect(allowed.contains(module), "\(file.name) imports \(module)")
        }
      }
    }
    #expect(importCount > 100)
  }

  @Test func importsAreRecognised() {
    let lines: [Substring] = [
      "import A", "public import B", "@testable import C", "@preconcurrency public import D",
      "import struct E.F", "// import G", "let import H", "  print(\"import I\")",
    ]
    #expect(Self.imports(lines) == ["A", "B", "C", "D", "E"])
  }

  @Test func filesAreShortAndFinished() throws {
    // In pieces, so that this file does not contain them itself.
    let leftovers = ["TO" + "DO", "FIX" + "ME", "XX" + "X", "HA" + "CK"]
    for file in try Self.files("Sources") + Self.files("Benchmarks") + Self.files("Tests") {
      #expect(file.lines.count <= 501, "\(file.name) has \(file.lines.count - 1) lines")
      for (index, line) in file.lines.enumerated() {
        let words = line.split { !$0.isLetter }
        #expect(
          !words.contains { leftovers.contains(String($0)) }, "\(file.name):\(index + 1): \(line)")
      }
    }
  }
}
