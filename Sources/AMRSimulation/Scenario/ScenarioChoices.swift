import PortableMath
import RadioModel

/// The order in which receptions are computed.
public enum EvaluationChoice: String, Sendable, CaseIterable {
  /// On-demand where the scenario allows it.
  case auto
  case census
  case onDemand = "on-demand"
}

/// On which channel an endpoint's next transmission is.
public enum HoppingChoice: String, Sendable, CaseIterable {
  /// Drawn afresh.
  case random
  /// Every channel in turn, see `HopSequence`.
  case sequence
}

/// Which frames a collector can receive at the same time.
public enum ReceiverKind: String, Sendable, CaseIterable {
  /// Any number on every channel.
  case channelised
  /// Any number on the channels of a part of the band.
  case wideband
  /// So many on all channels together: a frame that would be decoded alone seizes a free demodulator
  /// from its first tick to its last, in the order of starts (the lower endpoint ID first); when
  /// there is none it is not heard. All are free at the start of a reporting period.
  case limited
}

/// See `FadingKind`.
public enum FadingChoice: String, Sendable, CaseIterable {
  case rayleigh
  case rician
  case none
}

/// See `DecodeRule`.
public enum DecodingChoice: String, Sendable, CaseIterable {
  case threshold
  case bitErrors = "bit-errors"
}

extension DecodeRule {
  /// The rule of a scenario.
  convenience init(_ scenario: Scenario) {
    let radio = scenario.radio
    let receiver = Receiver(
      noiseFigureDb: scenario.collectors.noiseFigureDb, filterKHz: scenario.collectors.filterKHz)
    self.init(
      thresholds: receiver.decodeThresholds, captureDb: radio.captureDb,
      fading: FadingGain(radio.fadingKind),
      bitErrors: radio.decoding == .bitErrors ? BitErrorTable(receiver) : nil)
  }
}

extension RadioSpec {
  fileprivate var fadingKind: FadingKind {
    switch fading {
    case .rayleigh: .rayleigh
    case .rician: .rician(k: ratio(decibels: ricianKDb))
    case .none: .none
    }
  }
}

extension Scenario {
  /// The hop channels that every collector hears.
  var heardChannels: Range<UInt8> {
    guard collectors.receiver == .wideband else { return 0..<UInt8(radio.channels) }
    return UInt8(
      collectors.firstChannel)..<UInt8(collectors.firstChannel + collectors.heardChannels)
  }
}
