import Checksums
import JSON5

/// One version's log file, taken apart into its actions.
struct LogFile {
  struct Action {
    let line: Int
    let name: String
    let value: JSON5Value
  }

  /// Members of `commitInfo`, which the protocol leaves free, that this package writes.
  enum InfoKey {
    /// The SHA-256 of the log file of the version before: the log is a chain of hashes.
    static let previous = "previousSha256"
    /// ``Commit/linkedLogs``.
    static let linked = "linkedSha256"
  }

  let path: String
  let actions: [Action]
  /// Of the file's bytes, 64 lowercase hexadecimal digits.
  let sha256: String

  init(path: String, _ bytes: [UInt8]) throws(DeltaError) {
    self.path = path
    sha256 = SHA256.hexDigest(bytes)
    var actions: [Action] = []
    let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    for (index, text) in lines.enumerated() where !text.isEmpty {
      let parsed: JSON5Value
      do throws(JSON5Error) {
        parsed = try JSON5.parse(Array(text), source: path)
      } catch {
        throw .damagedLog(
          path: path, line: index + 1, reason: "column \(error.position.column): \(error.message)")
      }
      guard let members = parsed.object, members.count == 1 else {
        throw .damagedLog(path: path, line: index + 1, reason: "expected an object of one action")
      }
      actions.append(Action(line: index + 1, name: members[0].key, value: members[0].value))
    }
    self.actions = actions
  }

  var info: JSON5Value? { actions.first { $0.name == "commitInfo" }?.value }

  /// Whether this package wrote it; version 0 does not tell.
  var isOwn: Bool { info?[InfoKey.previous] != nil }

  /// Whether the table's rows may differ after it.
  var changesRows: Bool {
    actions.contains {
      ($0.name == "add" || $0.name == "remove") && $0.value["dataChange"]?.bool != false
    }
  }

  /// Who made it and what for, in words: "delta-rs (OPTIMIZE)".
  var origin: String {
    let engine = info?["engineInfo"]?.string ?? "an unnamed program"
    return "\(engine) (\(info?["operation"]?.string ?? "unnamed operation"))"
  }

  /// Reads an action, adding its place to an error.
  func at<Result>(
    _ action: Action, _ read: (JSON5Value) throws(ActionError) -> Result
  ) throws(DeltaError) -> Result {
    do throws(ActionError) {
      return try read(action.value)
    } catch {
      throw action.name == "protocol"
        ? .unsupported(path: path, reason: error.reason)
        : .damagedLog(path: path, line: action.line, reason: error.reason)
    }
  }
}
