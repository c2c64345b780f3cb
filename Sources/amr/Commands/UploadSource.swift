import CollectorUpload
import DurableFiles

/// Where uploads are read from.
enum UploadSource: Equatable, CustomStringConvertible {
  case standardInput
  case file(String)

  /// What the arguments of a command name: files; directories, which stand for the upload files in
  /// them by name; `-`, or nothing, which is standard input. All of them are there, or it throws:
  /// what is misspelt should not leave a new store behind.
  static func list(_ arguments: [String]) throws -> [UploadSource] {
    if arguments.isEmpty { return [.standardInput] }
    return try arguments.flatMap { argument -> [UploadSource] in
      if argument == "-" { return [.standardInput] }
      guard let status = try FileSystem.system.status(of: argument) else {
        throw FileError(operation: .open, path: argument, code: FileError.notFound)
      }
      if status.kind != .directory { return [.file(argument)] }
      let names = try FileSystem.system.list(argument).filter { $0.hasSuffix(uploadFileSuffix) }
      guard !names.isEmpty else {
        throw CommandFailure(
          "\(argument): the directory has no files named *\(uploadFileSuffix)", .missingInput)
      }
      return names.map { .file(Path.join(argument, $0)) }
    }
  }

  func open() throws(FileError) -> InputFile {
    switch self {
    case .standardInput: InputFile()
    case .file(let path): try InputFile(at: path)
    }
  }

  /// What quarantine calls it: a directory may move.
  var name: String { Path.name(description) }

  var description: String {
    switch self {
    case .standardInput: "standard input"
    case .file(let path): path
    }
  }
}
