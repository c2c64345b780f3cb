import Metering

/// Which time the instants of a billing file are written in.
struct InstantLabels: Sendable, Hashable {
  /// Local standard time, as of the store's days.
  let clock: LocalClock
  /// `none` writes UTC; otherwise civil time with its offset from UTC is written.
  let daylightSaving: DaylightSaving

  init(clock: LocalClock, daylightSaving: DaylightSaving = .none) {
    self.clock = clock
    self.daylightSaving = daylightSaving
  }

  static let utc = InstantLabels(clock: LocalClock(utcOffsetMinutes: 0))
}

/// An instant as ISO 8601 text, kept so that the next instant of the same day costs no calendar
/// arithmetic: one batch's reads fall on a few days.
struct InstantText {
  /// `YYYY-MM-DDThh:mm:ssZ`, or `YYYY-MM-DDThh:mm:ss-hh:mm` in civil time, whose offset tells apart
  /// the two hours of one name when summer ends.
  private(set) var bytes: [UInt8]
  private let labels: InstantLabels
  private var day = CivilDay(number: .min)

  init(_ labels: InstantLabels = .utc) {
    self.labels = labels
    bytes = Array((labels.daylightSaving == .none ? utcForm : civilForm).utf8)
  }

  /// Takes the text of an instant within `writableInstants`; fractions of a second are cut off.
  mutating func set(_ instant: UTCMilliseconds) {
    let isCivil = labels.daylightSaving != .none
    let offset =
      isCivil
      ? labels.clock.utcOffsetMinutes + labels.daylightSaving.minutes(at: instant, labels.clock) : 0
    let clock = LocalClock(utcOffsetMinutes: offset)
    let day = clock.day(of: instant)
    let isNewDay = day != self.day
    self.day = day
    let second = Int((instant - clock.startOfDay(day)) / 1000)
    bytes.withUnsafeMutableBufferPointer { text in
      setDigits(isNewDay ? day : nil, second: second, in: text, gap: 1)
      if isCivil {
        text[19] = UInt8(ascii: offset < 0 ? "-" : "+")
        setTwoDigits(abs(offset) / 60, in: text, at: 20)
        setTwoDigits(abs(offset) % 60, in: text, at: 23)
      }
    }
  }
}

private let utcForm = "0000-00-00T00:00:00Z"
private let civilForm = "0000-00-00T00:00:00+00:00"

/// The instant that a text of ``InstantText`` stands for, or nil when it is none.
func instant(labelled text: UnsafeBufferPointer<UInt8>) -> UTCMilliseconds? {
  guard text.count == civilForm.utf8.count else { return instant(iso8601: text) }
  var label = String(decoding: text, as: UTF8.self)
  let offset = label.suffix(6)
  guard let hours = Int(offset.dropFirst().prefix(2)), let minutes = Int(offset.suffix(2)),
    offset.dropFirst(3).first == ":", let sign = offset.first, sign == "+" || sign == "-"
  else { return nil }
  label = label.dropLast(6) + "Z"
  let distance = Int64(hours * 60 + minutes) * 60_000
  return instant(iso8601: label).map { sign == "-" ? $0 + distance : $0 - distance }
}

/// An instant as digits alone, in local standard time: `CCYYMMDDhhmmss`.
struct CompactInstant {
  private(set) var bytes = [UInt8](repeating: 0, count: 14)
  private let clock: LocalClock
  private var day = CivilDay(number: .min)

  init(_ clock: LocalClock) { self.clock = clock }

  /// Takes the text of an instant within `writableInstants`; fractions of a second are cut off.
  mutating func set(_ instant: UTCMilliseconds) {
    let day = clock.day(of: instant)
    let isNewDay = day != self.day
    self.day = day
    let second = Int((instant - clock.startOfDay(day)) / 1000)
    bytes.withUnsafeMutableBufferPointer { text in
      setDigits(isNewDay ? day : nil, second: second, in: text, gap: 0)
    }
  }

  /// `CCYYMMDDhhmm`.
  var minutes: [UInt8] { Array(bytes.prefix(12)) }
}

/// Writes a day, unless it stands there already, and a second of it.
///
/// - Parameter gap: the bytes between two parts: 1 for punctuation, or 0.
@inline(__always)
private func setDigits(
  _ day: CivilDay?, second: Int, in text: UnsafeMutableBufferPointer<UInt8>, gap: Int
) {
  if let day {
    let (year, month, dayOfMonth) = day.date
    setTwoDigits(year / 100, in: text, at: 0)
    setTwoDigits(year % 100, in: text, at: 2)
    setTwoDigits(month, in: text, at: 4 + gap)
    setTwoDigits(dayOfMonth, in: text, at: 6 + 2 * gap)
  }
  setTwoDigits(second / 3600, in: text, at: 8 + 3 * gap)
  setTwoDigits(second / 60 % 60, in: text, at: 10 + 4 * gap)
  setTwoDigits(second % 60, in: text, at: 12 + 5 * gap)
}

@inline(__always)
private func setTwoDigits(_ value: Int, in text: UnsafeMutableBufferPointer<UInt8>, at place: Int) {
  text[place] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: value / 10)
  text[place + 1] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: value % 10)
}
