import DurableFiles
import Glibc

/// A program that was run to its end.
struct ChildProcess {
  /// The exit code, or nil when the program could not be started or a signal ended it.
  let exitCode: Int32?
  /// What it wrote on standard output and standard error.
  let output: String

  /// Runs a program found on the path; its output goes through a file in `scratch`.
  init(_ arguments: [String], scratch: String) throws {
    let path = Path.join(scratch, "child-output")
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 1, path, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
    posix_spawn_file_actions_adddup2(&actions, 1, 2)
    var cArguments: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) } + [nil]
    defer { for argument in cArguments { free(argument) } }
    var process: pid_t = 0
    guard posix_spawnp(&process, arguments[0], &actions, nil, &cArguments, environ) == 0 else {
      exitCode = nil
      output = ""
      return
    }
    var status: Int32 = 0
    while waitpid(process, &status, 0) < 0 && errno == EINTR {}
    exitCode = status & 0x7F == 0 ? status >> 8 & 0xFF : nil
    output = String(decoding: try FileSystem.system.readFile(path), as: UTF8.self)
  }
}
