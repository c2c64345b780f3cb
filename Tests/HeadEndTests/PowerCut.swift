import DurableFiles
import Foundation
import Synchronization
import TestSupport

/// A file system that tells apart what was done from what is on disk, and whose power fails after
/// a number of calls. A name is on disk once its directory was flushed after it was given or taken,
/// content once its file was flushed after it was written.
final class PowerCut: Sendable {
  /// A change of names that its directory was not flushed for yet.
  private enum Change {
    /// A file got this name; what had it before, if anything, is kept under another.
    case named(String, before: String?, isFlushed: Bool)
    /// What had this name is kept under another.
    case removed(String, kept: String)
    case directory(String)

    var path: String {
      switch self {
      case .named(let path, _, _), .removed(let path, _), .directory(let path): path
      }
    }
  }

  private struct State {
    var calls = 0
    var pending: [Change] = []
    /// Final names of files whose newest content is not on disk.
    var unflushed: Set<String> = []
    /// A directory is flushed by two calls: it is opened, then flushed.
    var openedToFlush: String?
    var kept = 0
    var breaches: [String] = []
  }

  private let state = Mutex(State())
  private let limit: Int
  /// Keeps what may have to come back.
  private let attic: TemporaryDirectory

  init(after calls: Int) throws {
    limit = calls
    attic = try TemporaryDirectory(inMemory: true)
  }

  var fileSystem: FileSystem {
    FileSystem { [self] operation, path in state.withLock { note(operation, path, &$0) } }
  }

  var happened: Bool { state.withLock { $0.calls > limit } }

  /// Commits that were made, or commands that ended, while what they rest on was not on disk.
  var breaches: [String] { state.withLock { $0.breaches } }

  /// To be called when a command says that it is done: all of it has to be on disk.
  func expectDurable() {
    state.withLock { state in
      state.breaches += Self.undone(state).map { "\($0) at the command's end" }
    }
  }

  private func note(_ operation: FileError.Operation, _ path: String, _ state: inout State)
    -> FileSystem.Fault?
  {
    state.calls += 1
    if state.calls > limit { return .fail(EIO) }
    switch operation {
    case .create where !path.hasSuffix(".lock"), .write: state.unflushed.insert(path)
    case .synchronize: flush(path, &state)
    case .rename:
      let before = keep(path, &state)
      state.pending.append(
        .named(path, before: before, isFlushed: !state.unflushed.contains(path)))
    case .link:
      // A commit: the log promises all that was written for it.
      state.breaches += Self.undone(state).map { "\($0) before \(path)" }
      if state.unflushed.contains(path) { state.breaches.append("content of \(path)") }
      if access(path, F_OK) != 0 {
        state.pending.append(
          .named(path, before: nil, isFlushed: !state.unflushed.contains(path)))
      }
    case .remove:
      if let kept = keep(path, &state) { state.pending.append(.removed(path, kept: kept)) }
    case .createDirectory: state.pending.append(.directory(path))
    default: break
    }
    return nil
  }

  /// What is not on disk of the changes that readers rest on. A data file that should be gone is
  /// only litter while it is not.
  private static func undone(_ state: State) -> [String] {
    state.pending.compactMap { change in
      switch change {
      case .named(let path, _, let isFlushed): isFlushed ? "name \(path)" : "content of \(path)"
      case .directory(let path): "directory \(path)"
      case .removed(let path, _): path.hasSuffix(".json") ? "removal of \(path)" : nil
      }
    }
  }

  private func flush(_ path: String, _ state: inout State) {
    var isDirectory: ObjCBool = false
    if state.unflushed.remove(path) != nil { return }
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory),
      isDirectory.boolValue
    else { return }
    if state.openedToFlush == path {
      state.pending.removeAll { Path.parent($0.path) == path }
      state.openedToFlush = nil
    } else {
      state.openedToFlush = path
    }
  }

  /// Keeps the file that has a name under another one.
  private func keep(_ path: String, _ state: inout State) -> String? {
    state.kept += 1
    let kept = attic.file("\(state.kept)")
    return link(path, kept) == 0 ? kept : nil
  }

  /// Takes back changes that were not on disk: those that `isLost` says, the latest first. Content
  /// that was not on disk is gone from files that keep their names.
  func lose(_ isLost: (Int) -> Bool) {
    state.withLock { state in
      for (index, change) in state.pending.enumerated().reversed() {
        switch (change, isLost(index)) {
        case (.named(let path, let before, _), true):
          unlink(path)
          if let before { link(before, path) }
        case (.named(let path, _, false), false): truncate(path, 0)
        case (.removed(let path, let kept), true): link(kept, path)
        case (.directory(let path), true): try? FileManager.default.removeItem(atPath: path)
        default: break
        }
      }
    }
  }
}
