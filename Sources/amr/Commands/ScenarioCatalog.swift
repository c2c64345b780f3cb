import DurableFiles
import Glibc
import JSON5

/// The scenarios that can be given by their bare name.
///
/// They are the files `NAME.json5` in `Scenarios` in the working directory and, after that, in
/// the nearest `Scenarios` above the program's own file: that of the package it was built in, or
/// one beside an installed program. The first one of a name counts.
enum ScenarioCatalog {
  private static let suffix = ".json5"
  private static let directoryName = "Scenarios"

  /// Where scenarios are looked for, in this order.
  static func directories() throws(FileError) -> [String] {
    var found: [String] = []
    if try isDirectory(directoryName) { found.append(directoryName) }
    if let program = resolvedPath("/proc/self/exe") {
      var above = Path.parent(program)
      while true {
        let directory = Path.join(above, directoryName)
        if try isDirectory(directory) {
          found.append(directory)
          break
        }
        if above == "/" { break }
        above = Path.parent(above)
      }
    }
    return found
  }

  /// The names and files of all scenarios, by name.
  static func scenarios() throws(FileError) -> [(name: String, path: String)] {
    var paths: [String: String] = [:]
    for directory in try directories() {
      for file in try FileSystem.system.list(directory) where file.hasSuffix(suffix) {
        let name = String(file.dropLast(suffix.count))
        if paths[name] == nil { paths[name] = Path.join(directory, file) }
      }
    }
    return paths.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
  }

  /// The file that an argument stands for: with a slash or the ending `.json5` the file itself,
  /// otherwise the scenario of that name.
  static func path(of argument: String) throws -> String {
    if argument.contains("/") || argument.hasSuffix(suffix) { return argument }
    let known = try scenarios()
    if let path = known.first(where: { $0.name == argument })?.path { return path }
    let suggestion = UsageError.suggestion(nearest(to: argument, in: known.map(\.name)))
    throw CommandFailure(
      "no scenario is named \(UsageError.quoted(argument))"
        + (suggestion.isEmpty
          ? "; 'amr scenario list' shows the names, and a file's name ends in \(suffix)"
          : suggestion),
      .missingInput)
  }

  private static func isDirectory(_ path: String) throws(FileError) -> Bool {
    try FileSystem.system.status(of: path)?.kind == .directory
  }
}

/// An existing path from the root, without symbolic links; nil if there is none.
func resolvedPath(_ path: String) -> String? {
  guard let resolved = realpath(path, nil) else { return nil }
  defer { free(resolved) }
  return String(cString: resolved)
}
