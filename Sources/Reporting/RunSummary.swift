import JSON5

/// The figures of a run: `summary.json`.
public struct RunSummary: Sendable {
  /// One file for a billing system.
  public struct BillingFile: Sendable {
    /// Relative to the run's directory.
    public var path: String
    /// `csv`.
    public var format: String
    /// Rows, without the header.
    public var records: Int
    /// Of the file, 64 hexadecimal digits.
    public var sha256: String

    public init(path: String, format: String, records: Int, sha256: String) {
      self.path = path
      self.format = format
      self.records = records
      self.sha256 = sha256
    }
  }

  /// Wall time of the parts of a run, in seconds.
  public struct Seconds: Sendable {
    /// Finding the links.
    public var setUp = 0.0
    public var simulate = 0.0
    public var ingest = 0.0
    /// Validation, estimation and aggregation.
    public var validate = 0.0
    public var export = 0.0
    public var total = 0.0

    public init() {}
  }

  /// How the service of one day went.
  public struct Day: Sendable {
    /// `YYYY-MM-DD`.
    public var day: String
    /// All of the day, those of vans included.
    public var reads: Int
    /// Those that the fixed network owed.
    public var expected = ReadFigures()
    /// Modules at the end of the day.
    public var states = StateCounts()
    /// Sum of the registers, in counts.
    public var registerSum: Int64

    public init(day: String, reads: Int, registerSum: Int64) {
      self.day = day
      self.reads = reads
      self.registerSum = registerSum
    }
  }

  public var scenario = ""
  public var seed: UInt64 = 0
  /// Of the distinct uploads, 32 hexadecimal digits.
  public var digest = ""
  /// Of the current reads, 32 hexadecimal digits.
  public var storeDigest = ""
  /// The order of evaluation: `on-demand` or `census`.
  public var evaluation = ""
  public var modules = 0
  public var days = 0
  public var collectors = 0
  /// (endpoint, collector) pairs loud enough to matter.
  public var links = 0
  /// Those for whose length the formula of the path loss was extrapolated.
  public var linksBeyondValidity = 0
  /// What the modules sent, evaluated or not.
  public var transmissions = 0
  /// Fading draws that were computed.
  public var drawsEvaluated = 0
  public var packets = PacketSummary()
  /// Over all distinct uploads.
  public var receptionsUploaded = 0
  /// Distinct uploads.
  public var uploads = 0
  /// Arrivals of uploads that had arrived before.
  public var repeatedUploads = 0
  /// Receptions that lost against the read of their slot.
  public var duplicatesRemoved = 0
  /// Current actual reads.
  public var reads = 0
  /// Those that the fixed network owed: one for each day and module that it served.
  public var expected = ReadFigures()
  public var missed = MissedSummary()
  /// Share of (module, day d ≥ 3) with a read of a slot d−2…d delivered by 06:00 on d+1; nil for
  /// runs shorter than three days.
  public var readWithin3DaysRate: Double?
  /// Modules without one read in the run.
  public var chronicNonReaders = 0
  /// Days of endpoints whose value is an estimate.
  public var estimated = 0
  /// Receptions that validation rejected.
  public var rejected = 0
  /// How what validation found compares with what truly happened to meters.
  public struct Score: Sendable, Equatable {
    /// What happened: the rule that should find it.
    public var rule: String
    /// How often it happened.
    public var injected: Int
    /// How often the rule found something.
    public var found: Int
    /// How many findings are of something that happened.
    public var right: Int

    public init(rule: String, injected: Int, found: Int, right: Int) {
      self.rule = rule
      self.injected = injected
      self.found = found
      self.right = right
    }

    /// Share of what happened that was found, 0…1; nil where nothing happened.
    public var recall: Double? { injected == 0 ? nil : Double(right) / Double(injected) }
    /// Share of the findings that are right, 0…1; nil where nothing was found.
    public var precision: Double? { found == 0 ? nil : Double(right) / Double(found) }
  }

  public var validation: [Score] = []
  /// What validation noticed, by rule.
  public var findings: [(rule: String, count: Int)] = []
  /// Receptions and whole uploads that were refused.
  public var quarantined = 0
  /// Reads that changed after their day was closed.
  public var lateReads = 0
  /// Sum of the registers of all current reads, in counts.
  public var registerSum: Int64 = 0
  /// Bytes of the live files of `reads`.
  public var storeBytes = 0
  /// Of these, of endpoint_id, day and register.
  public var coreBytes = 0
  public var perDay: [Day] = []
  public var areas: [AreaSummary] = []
  /// Nil where all is there before the run.
  public var rollout: RolloutSummary?
  /// Nil where there are none.
  public var vans: VanSummary?
  public var milestones: [MilestoneSummary] = []
  /// Billing lines.
  public var bills = 0
  /// Those that end with a read that was received or verified.
  public var billsRead = 0
  /// Those that end with an estimate.
  public var billsEstimated = 0
  public var billingFiles: [BillingFile] = []
  public var seconds = Seconds()
  public var threads = 0
  /// The most memory the process has had in RAM, in bytes.
  public var peakRSSBytes = 0
  /// The program's name and version.
  public var version = ""

  public init() {}

  /// Share of the billing lines that end with a read, 0…1: how well the utility's customers are read
  /// each month; nil without bills.
  public var monthlyReadRate: Double? { bills == 0 ? nil : Double(billsRead) / Double(bills) }

  /// The file's text: keys in a fixed order, a line feed at the end.
  public var json: String {
    func perRead(_ bytes: Int) -> JSONNode {
      .double(reads == 0 ? 0 : rounded(Double(bytes) / Double(reads), 1000))
    }
    return JSONNode.object([
      ("scenario", .string(scenario)), ("seed", .int(Int64(clamping: seed))),
      ("digest", .string(digest)), ("store_digest", .string(storeDigest)),
      ("evaluation", .string(evaluation)), ("modules", .int(Int64(modules))),
      ("days", .int(Int64(days))), ("collectors", .int(Int64(collectors))),
      ("links", .int(Int64(links))),
      ("links_beyond_validity", .int(Int64(linksBeyondValidity))),
      ("transmissions", .int(Int64(transmissions))),
      ("draws_evaluated", .int(Int64(drawsEvaluated))), ("packets", packets.node),
      ("receptions_uploaded", .int(Int64(receptionsUploaded))), ("uploads", .int(Int64(uploads))),
      ("repeated_uploads", .int(Int64(repeatedUploads))),
      ("duplicates_removed", .int(Int64(duplicatesRemoved))), ("reads", .int(Int64(reads))),
      ("reads_expected", .int(Int64(expected.expected))),
      ("read_rate", expected.rate.map { .double(rounded($0, 1e6)) } ?? .null),
      ("missed_reads", missed.node),
      (
        "read_within_3_days_rate",
        readWithin3DaysRate.map { .double(rounded($0, 1e6)) } ?? .null
      ),
      ("monthly_read_rate", monthlyReadRate.map { .double(rounded($0, 1e6)) } ?? .null),
      ("bills", .int(Int64(bills))), ("bills_estimated", .int(Int64(billsEstimated))),
      ("vans", vans?.node ?? .null), ("milestones", .array(milestones.map(\.node))),
      ("chronic_non_readers", .int(Int64(chronicNonReaders))),
      ("estimated", .int(Int64(estimated))), ("rejected", .int(Int64(rejected))),
      ("validation", .array(validation.map(\.node))),
      ("findings", .object(findings.map { ($0.rule, .int(Int64($0.count))) })),
      ("quarantined", .int(Int64(quarantined))),
      ("late_reads", .int(Int64(lateReads))), ("register_sum", .int(registerSum)),
      ("store_bytes", .int(Int64(storeBytes))), ("bytes_per_read", perRead(storeBytes)),
      ("core_bytes_per_read", perRead(coreBytes)), ("per_day", .array(perDay.map(\.node))),
      ("areas", .array(areas.map(\.node))), ("rollout", rollout?.node ?? .null),
      ("billing_files", .array(billingFiles.map(\.node))), ("seconds", seconds.node),
      ("threads", .int(Int64(threads))), ("peak_rss_bytes", .int(Int64(peakRSSBytes))),
      ("version", .string(version)),
    ]).pretty + "\n"
  }
}

extension RunSummary.Score {
  fileprivate var node: JSONNode {
    .object([
      ("rule", .string(rule)), ("injected", .int(Int64(injected))), ("found", .int(Int64(found))),
      ("right", .int(Int64(right))),
      ("recall", recall.map { .double(rounded($0, 1e6)) } ?? .null),
      ("precision", precision.map { .double(rounded($0, 1e6)) } ?? .null),
    ])
  }
}

extension RunSummary.BillingFile {
  fileprivate var node: JSONNode {
    .object([
      ("path", .string(path)), ("format", .string(format)), ("records", .int(Int64(records))),
      ("sha256", .string(sha256)),
    ])
  }
}

extension RunSummary.Day {
  fileprivate var node: JSONNode {
    .object(
      [
        ("day", .string(day)), ("reads", .int(Int64(reads))),
        ("read_rate", expected.rate.map { .double(rounded($0, 1e6)) } ?? .null),
        ("register_sum", .int(registerSum)),
      ] + states.members)
  }
}

extension RunSummary.Seconds {
  fileprivate var node: JSONNode {
    .object([
      ("set_up", .double(rounded(setUp, 1000))), ("simulate", .double(rounded(simulate, 1000))),
      ("ingest", .double(rounded(ingest, 1000))), ("validate", .double(rounded(validate, 1000))),
      ("export", .double(rounded(export, 1000))),
      ("total", .double(rounded(total, 1000))),
    ])
  }
}

/// A figure to 1 / `parts`, so that files stay readable.
func rounded(_ value: Double, _ parts: Double) -> Double {
  (value * parts).rounded() / parts
}
