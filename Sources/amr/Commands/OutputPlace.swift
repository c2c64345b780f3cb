import DurableFiles

/// Checks before long work that its results can be put where the user wants them.
enum OutputPlace {
  /// The directory that an argument names, without slashes at its end.
  static func directory(_ argument: String) -> String {
    let trimmed = argument.utf8.reversed().drop { $0 == UInt8(ascii: "/") }.reversed()
    return trimmed.isEmpty ? "/" : String(decoding: Array(trimmed), as: UTF8.self)
  }

  /// Refuses a directory that exists; with `force` it may be empty or hold an earlier result.
  ///
  /// - Parameter marker: the file in it that every earlier result has, so that nothing else is ever
  ///   replaced.
  static func refuseDirectory(_ path: String, force: Bool, marker: String) throws {
    guard let status = try status(of: path) else { return }
    guard force else { throw exists(path, "give --force to replace it, or another --out") }
    guard status.kind == .directory else {
      throw exists(path, "it is no directory: give another --out")
    }
    let names = try FileSystem.system.list(path)
    guard names.isEmpty || names.contains(marker) else {
      throw exists(
        path,
        "--force replaces earlier results only, and there is no \(marker) in it: "
          + "give another --out")
    }
  }

  /// Refuses a file that exists, unless it may be replaced.
  static func refuseFile(_ path: String, force: Bool) throws {
    if !force, try status(of: path) != nil {
      throw exists(path, "give --force to replace it, or another name")
    }
  }

  private static func exists(_ path: String, _ advice: String) -> CommandFailure {
    CommandFailure("\(path) exists; \(advice)", .cannotCreate)
  }

  private static func status(of path: String) throws(FileError) -> FileStatus? {
    do throws(FileError) {
      return try FileSystem.system.status(of: path)
    } catch {
      // What cannot be looked at is an output here, not an input.
      throw FileError(operation: .create, path: path, code: error.code)
    }
  }
}
