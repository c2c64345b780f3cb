import AMRSimulation
import DurableFiles
import Reporting
import RunPipeline

/// Where a run is carried out, `DIR.partial`, until its results get their name; and the interrupted
/// run that lies there.
struct RunPlace: ~Copyable {
  private var partial: PartialDirectory
  private let files: CheckpointFiles
  private let checkpoint: Checkpoint?

  /// - Parameters:
  ///   - isResumed: whether to go on with an interrupted run, if there is one.
  ///   - isReplaced: whether to begin anew where there is one and it is not resumed.
  ///   - options: get the place of checkpoints.
  /// - Throws: `CommandFailure` where there is an interrupted run, `CheckpointError` where it is
  ///   another one.
  init(
    at path: String, _ scenario: Scenario, isResumed: Bool, isReplaced: Bool,
    _ options: inout RunOptions
  ) throws {
    var partial = try Self.open(path)
    options.checkpoints = partial.partialPath
    let files = CheckpointFiles(in: partial.partialPath)
    // Of a run that was killed when its results had just got their name there are none.
    let hasResults = try FileSystem.system.status(of: partial.resultsPath) != nil
    let checkpoint = hasResults && (isResumed || !isReplaced) ? try files.read() : nil
    if let checkpoint {
      guard isResumed else {
        throw CommandFailure(
          "\(partial.partialPath) holds an interrupted run, \(Self.state(checkpoint, scenario)); "
            + "give --resume to go on with it, or --force to begin anew", .cannotCreate)
      }
      try checkpoint.check(scenario, options, directory: partial.partialPath)
    } else {
      try partial.begin()
    }
    try FileSystem.system.writeAtomically(
      Array(ScenarioFile.encode(scenario).utf8),
      to: Path.join(partial.resultsPath, "scenario.json5"))
    self.partial = partial
    self.files = files
    self.checkpoint = checkpoint
  }

  private static func open(_ path: String) throws -> PartialDirectory {
    do throws(FileError) {
      return try PartialDirectory(at: path)
    } catch {
      guard error.isLocked else { throw error }
      throw CommandFailure(
        "\(PartialDirectory.partialPath(of: path)): another 'amr run' is at work there; wait for "
          + "it, or give another --out", .cannotCreate)
    }
  }

  /// How far an interrupted run is.
  private static func state(_ checkpoint: Checkpoint, _ scenario: Scenario) -> String {
    checkpoint.lastDay(of: scenario).map { "done up to \($0)" } ?? "simulated to its end"
  }

  /// Carries out the run, or goes on with it, and gives its results their name.
  consuming func carryOut(
    _ scenario: Scenario, layout: Layout, options: RunOptions, observer: any RunObserver,
    replacing: Bool
  ) async throws -> RunSummary {
    var run = Run(
      scenario, layout: layout, directory: partial.resultsPath, options: options,
      observer: observer)
    let summary: RunSummary
    do {
      summary = try await run.execute(from: checkpoint)
    } catch {
      guard checkpoint != nil || run.hasCheckpoint else { throw error }
      partial.keep()
      guard !(error is CheckpointError), let last = try? files.read() else { throw error }
      throw RunKept(
        cause: error,
        advice:
          "the run is kept in \(partial.partialPath), \(Self.state(last, scenario)); the same "
          + "command with --resume goes on from there")
    }
    try partial.publish(replacing: replacing)
    return summary
  }
}
