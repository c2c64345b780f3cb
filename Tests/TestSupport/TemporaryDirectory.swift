import Foundation

/// A fresh directory that is removed, with all it holds, when the value is released.
public final class TemporaryDirectory: Sendable {
  public let path: String

  /// - Parameter inMemory: to be kept in memory where the machine has a place for it, so that
  ///   thousands of flushes take no time.
  public init(inMemory: Bool = false) throws {
    let memory = URL(fileURLWithPath: "/dev/shm")
    let hasMemory = inMemory && FileManager.default.isWritableFile(atPath: memory.path)
    let url = (hasMemory ? memory : FileManager.default.temporaryDirectory)
      .appendingPathComponent("amr-test-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: false)
    path = url.path
  }

  deinit {
    try? FileManager.default.removeItem(atPath: path)
  }

  /// The path of `name` in this directory.
  public func file(_ name: String) -> String {
    "\(path)/\(name)"
  }

  /// Every regular file below this directory, by its relative path, sorted.
  public func allFiles() -> [String] {
    let found = FileManager.default.enumerator(atPath: path)?.compactMap { $0 as? String } ?? []
    return found.filter { name in
      var isDirectory: ObjCBool = false
      return FileManager.default.fileExists(atPath: file(name), isDirectory: &isDirectory)
        && !isDirectory.boolValue
    }.sorted()
  }
}
