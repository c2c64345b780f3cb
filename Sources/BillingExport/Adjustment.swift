import CSV
import Metering

/// The lines that differ from what was published of a batch, as a batch of its own: each with its
/// next version and the consumption that it replaces.
struct Adjustment {
  private(set) var totals = ControlTotals()
  private(set) var bytes: [UInt8]
  private var csv = CSVWriter()
  private(set) var lineCount = 0
  var isEmpty: Bool { lineCount == 0 }
  private let batch: BatchID

  /// - Parameters:
  ///   - current: the batch's file as it would be published now.
  ///   - path: its name in messages.
  ///   - published: the revisions that are, in order.
  ///   - batch: the revision to make.
  init(
    _ current: [UInt8], named path: String, published: [PublishedRevision], as batch: BatchID
  ) throws(BillingError) {
    self.batch = batch
    bytes = []
    var latest: [LineKey: PublishedLine] = [:]
    var order: [LineKey] = []
    for revision in published {
      for (key, line) in try PublishedLines(revision.bytes, named: revision.path).lines {
        if latest.updateValue(line, forKey: key) == nil { order.append(key) }
      }
    }
    for name in DeterminantWriter.columns { csv.append(name) }
    csv.endRow()
    var due: Set<LineKey> = []
    for (key, line) in try PublishedLines(current, named: path).lines {
      due.insert(key)
      if let former = latest[key] {
        if !line.says(as: former) { try append(line, after: former, path) }
      } else {
        try append(line, after: nil, path)
      }
    }
    for key in order where !due.contains(key) {
      // Of what was not billed there is nothing to take back.
      guard let former = latest[key], former[.quality] != Quality.missing.rawValue else { continue }
      try append(former.withdrawn, after: former, path)
    }
    bytes = csv.take()
  }

  private mutating func append(
    _ line: PublishedLine, after former: PublishedLine?, _ path: String
  ) throws(BillingError) {
    var line = line
    lineCount += 1
    line[.batchID] = batch.description
    line[.number] = String(lineCount)
    if let former {
      guard let version = Int(former[.version]) else {
        throw .publishedBatch(path: path, problem: "version '\(former[.version])' of a line")
      }
      line[.version] = String(version + 1)
      line[.previousConsumption] = former[.consumption]
    }
    guard totals.add(line) else {
      throw .publishedBatch(path: path, problem: "a line without quality, unit or numbers")
    }
    for field in line.fields { csv.append(field) }
    csv.endRow()
  }
}

extension ControlTotals {
  /// Adds a line as a file has it; false where it makes no sense.
  fileprivate mutating func add(_ line: PublishedLine) -> Bool {
    guard let quality = Quality(rawValue: line[.quality]),
      let commodity = Commodity.allCases.first(where: { $0.billingUnit == line[.unit] })
    else { return false }
    add(quality)
    if !line[.reason].isEmpty { exceptions += 1 }
    if !line[.read].isEmpty {
      guard let read = Int64(line[.read]) else { return false }
      readSum += Int128(read)
    }
    if !line[.consumption].isEmpty {
      guard let consumption = Int64(line[.consumption]) else { return false }
      add(consumption: consumption, of: commodity)
    }
    return true
  }
}
