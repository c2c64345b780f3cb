import Metering
import Synchronization

/// A data file of several days, read once and split by day.
struct SplitFile: Sendable {
  /// By day number, each by ascending endpoint and version.
  private let rowsByDay: [Int: ReadRows]
  /// See ``StoredFile/coreByteCount``.
  let coreByteCount: Int

  func rows(of day: CivilDay) -> ReadRows { rowsByDay[day.number] ?? ReadRows() }

  init(_ file: StoredFile) throws(HeadEndError) {
    coreByteCount = file.coreByteCount
    var lists: [ReadRows] = []
    var places: [Int64: Int] = [:]
    for group in file.groups {
      let rows = try ReadRows(group, day: nil)
      let days = try group.integers("day")
      for run in rows.runsByEndpoint {
        for row in run {
          let place: Int
          if let known = places[days[row]] {
            place = known
          } else {
            place = lists.count
            places[days[row]] = place
            lists.append(ReadRows())
          }
          lists[place].append(endpoint: rows.endpoints[row], inOrderOfVersion: rows.reads[row])
        }
      }
    }
    rowsByDay = Dictionary(
      uniqueKeysWithValues: places.map { (Int($0.key), lists[$0.value].inOrder) })
  }
}

extension ReadRows {
  /// The rows cut where the endpoint changes, by ascending endpoint; pieces of one endpoint in their
  /// order.
  fileprivate var runsByEndpoint: [Range<Int>] {
    var runs: [Range<Int>] = []
    var start = 0
    for row in 0..<count where row + 1 == count || endpoints[row + 1] != endpoints[row] {
      runs.append(start..<row + 1)
      start = row + 1
    }
    return runs.sorted {
      (endpoints[$0.lowerBound], $0.lowerBound) < (endpoints[$1.lowerBound], $1.lowerBound)
    }
  }
}

/// The split files that were asked for last: whoever reads the days of a month one by one reads its
/// file once. Two, as read windows reach over the end of a month.
final class SplitFiles: Sendable {
  private static let countMax = 2

  /// By path, the last one asked for at the end.
  private let kept = Mutex<[(path: String, file: SplitFile)]>([])

  /// Who needs a file while another thread is reading it waits for that.
  func split(_ file: LiveFile) throws(HeadEndError) -> SplitFile {
    var failure: HeadEndError?
    let found = kept.withLock { kept -> SplitFile? in
      if let place = kept.firstIndex(where: { $0.path == file.path }) {
        kept.append(kept.remove(at: place))
        return kept[kept.count - 1].file
      }
      do throws(HeadEndError) {
        if kept.count == Self.countMax { kept.removeFirst() }
        let split = try SplitFile(try file.open())
        kept.append((file.path, split))
        return split
      } catch {
        failure = error
        return nil
      }
    }
    if let failure { throw failure }
    return found!
  }
}
