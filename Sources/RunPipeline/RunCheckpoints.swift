import AMRSimulation
import DurableFiles
import HeadEnd
import Metering

/// How far the simulation of a run is.
struct RunPosition {
  /// Mornings that are over.
  var mornings = 0
  /// Reporting periods that were simulated.
  var periods = 0
  var queue = DeliveryQueue()
}

// MARK: - Writing

extension Run {
  /// Whether the morning after a day ends a calendar month, and what the run has gathered is to be
  /// kept.
  func isCheckpoint(after day: CivilDay) -> Bool {
    options.checkpoints != nil && (day + 1).firstOfMonth == day + 1
  }

  /// Keeps what the run has gathered, right after a commit.
  mutating func writeCheckpoint(
    _ network: inout FixedNetwork, _ store: borrowing ReadStore, counts: IntakeCounts,
    isSimulated: Bool
  ) async throws {
    guard let directory = options.checkpoints else { return }
    let observer = observer
    // Only the modules that were received on a day that is not over are then still in memory.
    missed.add(
      try await network.takeMissedDays(
        threads: options.threads, progress: { _ in try observer.check() }))
    var seconds = summary.seconds
    seconds.total = totalSeconds
    let checkpoint = Checkpoint(
      identity: .init(scenario, options), extent: .init(network), mornings: position.mornings,
      periods: position.periods, isSimulated: isSimulated, store: store.point,
      counts: .init(
        uploads: summary.uploads, receptionsUploaded: summary.receptionsUploaded,
        drawsEvaluated: summary.drawsEvaluated,
        repeatedUploads: summary.repeatedUploads + counts.repeatedUploads,
        receptions: summary.duplicatesRemoved + counts.receptions,
        quarantined: summary.quarantined + counts.quarantined,
        lateReads: summary.lateReads + counts.lateReads),
      digest: digest, level: level, missed: missed, packets: network.packetsSoFar,
      vans: vans.sums, rounds: network.roundsSoFar, milestones: milestones.states,
      seconds: seconds, waiting: position.queue.deliveriesWaiting)
    try CheckpointFiles(in: directory, fileSystem).write(checkpoint)
    hasCheckpoint = true
    try removeReplaced(store)
  }

  /// Removes the files of the store that only states before the last checkpoint need: open days are
  /// replaced as a whole whenever an upload comes late, and over the years that adds up.
  func removeReplaced(_ store: borrowing ReadStore) throws {
    if hasCheckpoint { _ = try store.vacuum(before: .max, isDryRun: false) }
  }
}

// MARK: - Resuming

extension Run {
  /// Removes what an upload that was being written left; no other run has this directory.
  private func removeTemporaryUploads() throws(FileError) {
    let folder = Path.join(directory, "uploads")
    guard try fileSystem.status(of: folder) != nil else { return }
    for name in try fileSystem.list(folder) where AtomicFile.isTemporary(name) {
      try fileSystem.remove(Path.join(folder, name))
    }
  }

  /// Takes over what an interrupted run had gathered, and brings the network to where it was.
  ///
  /// - Returns: the store as it was then; where only validation, counting and bills are left, with what
  ///   these have done since.
  mutating func resume(_ checkpoint: Checkpoint, _ network: inout FixedNetwork) async throws
    -> ReadStore
  {
    try checkpoint.check(network, directory: options.checkpoints ?? directory)
    position.mornings = checkpoint.mornings
    position.periods = checkpoint.periods
    position.queue = DeliveryQueue(waiting: checkpoint.waiting)
    (digest, level, missed) = (checkpoint.digest, checkpoint.level, checkpoint.missed)
    vans.sums = checkpoint.vans
    milestones.restore(checkpoint.milestones)
    let counts = checkpoint.counts
    summary.uploads = counts.uploads
    summary.receptionsUploaded = counts.receptionsUploaded
    summary.drawsEvaluated = counts.drawsEvaluated
    summary.repeatedUploads = counts.repeatedUploads
    summary.duplicatesRemoved = counts.receptions
    summary.quarantined = counts.quarantined
    summary.lateReads = counts.lateReads
    let setUp = summary.seconds.setUp
    summary.seconds = checkpoint.seconds
    summary.seconds.setUp += setUp
    hasCheckpoint = true
    observer.begin("catch up", unit: "days", total: checkpoint.mornings)
    let observer = observer
    try await network.skip(
      periods: checkpoint.periods, packets: checkpoint.packets, rounds: checkpoint.rounds,
      order: options.order, threads: options.threads, progress: { _ in try observer.advance() })
    try removeTemporaryUploads()
    let path = storePath
    if !checkpoint.isSimulated {
      try ReadStore.takeBack(
        at: path, to: checkpoint.store, engine: options.engine, in: fileSystem)
    }
    let store = try await ReadStore.open(
      at: path, engine: options.engine, for: .writing, threads: options.threads, in: fileSystem)
    try removeReplaced(store)
    return store
  }
}
