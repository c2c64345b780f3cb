import ERTProtocol
import Metering

/// Where the value of a version of a read comes from.
public enum ReadSource: UInt8, CaseIterable, Sendable {
  /// A collector received it.
  case radio
  /// Validation rejected it, or estimation made it.
  case vee
  /// Somebody entered it.
  case person

  /// As in the column `source`.
  public var name: String {
    switch self {
    case .radio: "radio"
    case .vee: "vee"
    case .person: "person"
    }
  }
}

/// Why a version of a read exists, where it is not the first that a collector sent in time.
public enum ReadReason: UInt8, CaseIterable, Sendable {
  /// It came after its day was closed.
  case lateUpload
  /// Rejected: the module's ERT type does not fit the meter's commodity.
  case wrongType
  /// Rejected: the count does not fit the meter's dials.
  case beyondDials
  /// Rejected: taken before the meter was installed, or that no meter was there for.
  case beforeInstallation
  /// Rejected: taken after the meter was removed.
  case afterRemoval
  /// Rejected: the register ran backwards by more than a rollover explains.
  case negative
  /// Rejected: the register ran ahead by more than is plausible.
  case implausibleUse
  /// Rejected: a person said so.
  case rejectedByPerson
  /// Estimated: in line between two good reads.
  case betweenReads
  /// Estimated: the last good read and the endpoint's own daily use.
  case byHistory
  /// Estimated: the last good read and the daily use of meters of its kind.
  case byClassAverage
  /// What was received stands after all: the registry or a neighbouring read has changed.
  case restored
  /// Entered by a person, who says in the note why.
  case edit
  /// An estimate is withdrawn: the endpoint is read once a month, and this is not the scheduled day,
  /// or there is a good read on another day of its read window.
  case notDue

  /// As in the column `reason`.
  public var name: String {
    switch self {
    case .lateUpload: "late_upload"
    case .wrongType: "wrong_type"
    case .beyondDials: "beyond_dials"
    case .beforeInstallation: "before_installation"
    case .afterRemoval: "after_removal"
    case .negative: "negative"
    case .implausibleUse: "implausible_use"
    case .rejectedByPerson: "rejected_by_person"
    case .betweenReads: "between_reads"
    case .byHistory: "by_history"
    case .byClassAverage: "by_class_average"
    case .restored: "restored"
    case .edit: "edit"
    case .notDue: "not_due"
    }
  }
}

/// One version of a read: a row of `reads` without endpoint and day.
///
/// A row of `vee` that rejects a reception repeats it. Small and plain, because a month of a large
/// utility has twenty million.
struct StoredRead: Sendable, Equatable {
  /// What only a row has that repeats a reception.
  struct Reception: Sendable, Equatable {
    var collector: UInt32
    var rssiDbm: Int8
    var ertType: UInt8
    /// Reserved bit × 16 + physical tamper × 4 + encoder tamper.
    var tamper: UInt8
  }

  var stamp: UTCMilliseconds
  /// Dial counts.
  var register: UInt32
  var version: Int32
  var quality: Quality
  var source: ReadSource
  var reason: ReadReason?
  var reception: Reception?

  /// A version that a collector sent.
  init(_ read: ReceivedRead, version: Int32, isLate: Bool) {
    let fields = read.frame.fields
    stamp = read.stamp
    register = fields.consumption
    self.version = version
    quality = .actual
    source = .radio
    reason = isLate ? .lateUpload : nil
    reception = Reception(
      collector: read.collector, rssiDbm: read.rssiDbm, ertType: fields.ertType,
      tamper: (fields.reserved ? 16 : 0) + fields.physicalTamper * 4 + fields.encoderTamper)
  }

  /// A version that nobody received.
  init(
    stamp: UTCMilliseconds, register: UInt32, version: Int32, quality: Quality, source: ReadSource,
    reason: ReadReason
  ) {
    self.stamp = stamp
    self.register = register
    self.version = version
    self.quality = quality
    self.source = source
    self.reason = reason
  }

  init(
    stamp: UTCMilliseconds, register: UInt32, version: Int32, quality: Quality, source: ReadSource,
    reason: ReadReason?, reception: Reception?
  ) {
    self.stamp = stamp
    self.register = register
    self.version = version
    self.quality = quality
    self.source = source
    self.reason = reason
    self.reception = reception
  }

  /// The reception that the row is or repeats, as it competes with others of its slot.
  func received(endpoint: UInt32) -> ReceivedRead? {
    guard let reception else { return nil }
    let message = StandardConsumptionMessage(
      endpointID: endpoint, ertType: reception.ertType, consumption: register,
      physicalTamper: reception.tamper >> 2, encoderTamper: reception.tamper,
      reserved: reception.tamper & 16 != 0)
    return ReceivedRead(
      stamp: stamp, frame: SCMFrame(message), collector: reception.collector,
      rssiDbm: reception.rssiDbm)
  }
}
