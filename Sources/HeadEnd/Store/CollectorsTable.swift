import DeltaTable
import Metering

extension ReadStore {
  /// The collectors whose uploads are taken in, ascending; empty where all are.
  public func collectors() throws(HeadEndError) -> [CollectorID] {
    var collectors: [CollectorID] = []
    for file in files(of: .collectors) {
      let opened = try file.open()
      for id in try opened.integers("collector_id") {
        guard let id = UInt32(exactly: id) else {
          throw .damagedStore(
            "\(opened.path): \(id) is not a collector; restore the file from a copy")
        }
        collectors.append(CollectorID(rawValue: id))
      }
    }
    return collectors.sorted()
  }

  /// Makes these the collectors whose uploads are taken in; what was taken in before stays.
  public mutating func replaceCollectors(_ new: [CollectorID], timestamp: Int64)
    throws(HeadEndError)
  {
    let sorted = Set(new).sorted()
    if try sorted == collectors() { return }
    var commit = Commit(operation: "REPLACE COLLECTORS", timestamp: timestamp)
    commit.removes = snapshot(.collectors).files
    if let field = StoreTable.collectors.fields.first?.field, !sorted.isEmpty {
      commit.adds = [
        try writeFile(
          [.init(field, .int64(sorted.map { Int64($0.rawValue) }))], to: .collectors,
          name: "collectors-\(snapshot(.collectors).version + 1)", timestamp: timestamp)
      ]
    }
    try self.commit(commit, to: .collectors)
    try commitReads(Commit(operation: "REPLACE COLLECTORS", timestamp: timestamp))
  }
}
