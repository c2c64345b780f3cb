import DurableFiles
import Metering
import VEE

/// The billing lines of one cycle.
struct BatchLines {
  let selection: ReadSelection
  let registry: [ServicePoint]
  let history: BillHistory
  let clock: LocalClock
  let daylightSaving: DaylightSaving
  let rules: VEERules

  /// Where the next bills start, without writing anything.
  var billedReads: [BilledRead] {
    selection.reads.indices.compactMap {
      bill(line($0, of: registry[selection.meters.rows[$0]]), $0)
    }
  }

  /// Writes the lines to a batch's staged file, through a buffer small enough to stay in cache.
  func stage(
    _ batch: BatchID, publisher: BatchPublisher
  ) throws(BillingError) -> (totals: ControlTotals, billed: [BilledRead]) {
    let rows = selection.meters.rows
    var writer = DeterminantWriter(
      batch: batch, labels: InstantLabels(clock: clock, daylightSaving: daylightSaving))
    var billed: [BilledRead] = []
    billed.reserveCapacity(rows.count)
    do throws(FileError) {
      var file = try AtomicFile(at: publisher.stagedPath(batch.csvName), in: publisher.fileSystem)
      // A cycle's meters lie scattered over the registry. Fetching a block of them at once lets
      // the processor wait for many cache lines together instead of for each in turn.
      let block = 256
      for start in stride(from: 0, to: rows.count, by: block) {
        let blockRows = rows[start..<min(start + block, rows.count)]
        for (offset, point) in blockRows.map({ registry[$0] }).enumerated() {
          let line = line(start + offset, of: point)
          writer.append(
            line, of: point,
            previousMeter: selection.meters.path(start + offset)?.previousMeterID)
          if let bill = bill(line, start + offset) { billed.append(bill) }
        }
        try file.append(writer.take())
      }
      // Without meters the header is still to be written.
      try file.append(writer.take())
      try file.publish()
    } catch {
      throw .file(error)
    }
    return (writer.totals, billed)
  }

  private func line(_ place: Int, of point: ServicePoint) -> Determinant {
    let found = selection.reads[place]
    if let path = selection.meters.path(place) {
      return Determinant(path, register: point.register, found: found, clock: clock, rules: rules)
        .following(path.lastBill, rules)
    }
    let lastBill = history[selection.meters.rows[place]]
    let line = Determinant(
      register: point.register,
      previous: lastBill?.read
        ?? RegisterRead(count: point.lastBilledRead, at: point.lastBilledAt),
      read: found?.read, quality: found?.quality ?? .actual, method: found?.method, clock: clock,
      rules: rules, lastBill: lastBill)
    return line.following(lastBill, rules)
  }

  /// Where the next bill starts; nil where this one does not end with a read, and after a final
  /// one.
  private func bill(_ line: Determinant, _ place: Int) -> BilledRead? {
    guard let consumption = line.consumption, let read = line.read, let days = line.days
    else { return nil }
    let path = selection.meters.path(place)
    if path?.final != nil { return nil }
    let row = path?.row(of: read) ?? selection.meters.rows[place]
    var good: RegisterRead?
    if line.quality.isGood {
      good = read
    } else if path?.exchanges.isEmpty ?? true {
      good = (path.map(\.lastBill) ?? history[row])?.good
    }
    return BilledRead(
      registryRow: row, read: read, quality: line.quality, method: line.estimateMethod,
      consumption: consumption, days: days, good: good)
  }
}
