import Metering

extension ReadStore {
  /// Makes these rows the registry. It may gain endpoints but not lose any: their reads would belong
  /// to nobody.
  ///
  /// - Parameter new: in any order; the laws of ``Registry`` hold.
  public mutating func replaceRegistry(_ new: [ServicePoint], timestamp: Int64)
    throws(HeadEndError)
  {
    let rows = try Registry(new).rows
    if rows == registry { return }
    try refuseLoss(of: endpoints(lackedBy: rows))
    try writeRegistry(rows, timestamp: timestamp)
  }

  /// Makes what a file gave the registry, where a file that was refused in part leaves the rows
  /// that the store has of the endpoints concerned. New rows that are in conflict with these are
  /// refused with their endpoints, too.
  ///
  /// A row whose endpoint cannot be read may be of any: as many endpoints as there are such rows
  /// may be lacking, and keep their rows.
  ///
  /// - Returns: what is taken in of the file, and what is not.
  /// - Throws: when the file lacks endpoints that the store has.
  public mutating func replaceRegistry(
    with file: RegistryReading, timestamp: Int64, threads: Int
  ) async throws(HeadEndError) -> RegistryReading {
    var file = file
    if file.refused.isEmpty {
      if file.registry.rows != registry {
        try refuseLoss(of: endpoints(lackedBy: file.registry.rows))
        try await writeRegistry(file.registry.rows, timestamp: timestamp, threads: threads)
      }
      return file
    }
    let unreadable = file.refused.count { $0.endpoint == nil }
    let named = Set(file.refused.compactMap { $0.endpoint?.rawValue })
    let lost = endpoints(lackedBy: file.registry.rows).filter { !named.contains($0) }
    if lost.count > unreadable { try refuseLoss(of: lost) }
    var joined = JoinedRegistry(file, stored: registry)
    while true {
      let count = file.refused.count
      file.refuse(
        RegistryLaws.conflicts(in: joined.rows), in: joined.rows, others: joined.lines)
      if file.refused.count == count { break }
      joined = JoinedRegistry(file, stored: registry)
    }
    if joined.rows != registry {
      try await writeRegistry(joined.rows, timestamp: timestamp, threads: threads)
    }
    return file
  }

  /// The endpoints of the registry that have none of some rows in order.
  private func endpoints(lackedBy rows: [ServicePoint]) -> [UInt32] {
    let given = rows.endpointIDs
    var place = 0
    return endpointIDs.filter { id in
      while place < given.count, given[place] < id { place += 1 }
      return place == given.count || given[place] != id
    }
  }

  private func refuseLoss(of endpoints: [UInt32]) throws(HeadEndError) {
    guard let first = endpoints.first else { return }
    throw .badInput(
      "the registry lacks \(endpoints.count) endpoints that \(directory) has, the first of them "
        + "\(first); keep them, with removed_on where they are gone")
  }
}

/// The rows of a file, and those that a store has of the endpoints that the file lacks, in order.
private struct JoinedRegistry {
  private(set) var rows: [ServicePoint] = []
  /// The line of each row; 0 for a row of the store.
  private(set) var lines: [UInt32] = []

  init(_ file: RegistryReading, stored: [ServicePoint]) {
    let new = file.registry.rows
    rows.reserveCapacity(new.count)
    lines.reserveCapacity(new.count)
    var place = 0
    var next = 0
    while next < new.count || place < stored.count {
      if place < stored.count, next == new.count || stored[place].endpoint < new[next].endpoint {
        rows.append(stored[place])
        lines.append(0)
        place += 1
        continue
      }
      let endpoint = new[next].endpoint
      while place < stored.count, stored[place].endpoint == endpoint { place += 1 }
      while next < new.count, new[next].endpoint == endpoint {
        rows.append(new[next])
        lines.append(file.lines[next])
        next += 1
      }
    }
  }
}
