import TestSupport
import Testing

@testable import AMRSimulation

/// A malformed scenario and the one line that it is refused with.
struct Refusal: Sendable, CustomTestStringConvertible {
  /// Members that follow a valid name and territory, on line 3 from column 1.
  let members: String
  /// The line without the file's name.
  let line: String

  init(_ members: String, _ line: String) {
    self.members = members
    self.line = line
  }

  var testDescription: String { members }
}

private let ranges: [Refusal] = [
  Refusal(
    "days: 0", "3:7: days: 0 is out of range; expected a whole number from 1 to 5500"),
  Refusal(
    "days: -3", "3:7: days: -3 is out of range; expected a whole number from 1 to 5500"),
  Refusal(
    "days: 1.5", "3:7: days: 1.5 is not a whole number; expected a whole number from 1 to 5500"),
  Refusal(
    "days: 1e300",
    "3:7: days: 1e+300 is not a whole number; expected a whole number from 1 to 5500"),
  Refusal(
    "utc_offset_minutes: 900",
    "3:21: utc_offset_minutes: 900 is out of range; expected a whole number from -840 to 840"),
  Refusal(
    "seed: -1",
    "3:7: seed: -1 is out of range; expected a whole number from 0 to "
      + "9223372036854775807"),
  Refusal(
    "radio: { channels: 300 }",
    "3:20: radio.channels: 300 is out of range; expected a whole number from 1 to 255"),
  Refusal(
    "radio: { capture_db: NaN }",
    "3:22: radio.capture_db: NaN is not a finite number; expected a number from 0 to 20"),
  Refusal(
    "radio: { link_floor_db: -Infinity }",
    "3:25: radio.link_floor_db: -Infinity is not a finite number; expected a number from 0 to 20"),
  Refusal(
    "radio: { link_floor_db: 20.5 }",
    "3:25: radio.link_floor_db: 20.5 is out of range; expected a number from 0 to 20"),
  Refusal(
    "collectors: { filter_khz: 10 }",
    "3:27: collectors.filter_khz: 10 is out of range; expected a number from 32.768 to 2000"),
  Refusal(
    "collectors: { clock_error_ms: 3600001 }",
    "3:31: collectors.clock_error_ms: 3600001 is out of range; expected a whole number from 0 to "
      + "3600000"),
  Refusal(
    "billing: { window_before_days: 16 }",
    "3:32: billing.window_before_days: 16 is out of range; expected a whole number from 0 to 15"),
  Refusal(
    "meters: { swapped_share: 1.5 }",
    "3:26: meters.swapped_share: 1.5 is out of range; expected a number from 0 to 1"),
  Refusal(
    "backhaul: { upload_period_h: 5 }",
    "3:30: backhaul.upload_period_h: 5 is not possible; expected 1, 2, 3, 4, 6, 8, 12 or 24"),
]

private let kinds: [Refusal] = [
  Refusal(
    "meters: { stuck_share: 'some' }",
    "3:24: meters.stuck_share: found the text \"some\"; expected a number from 0 to 1"),
  Refusal(
    "radio: { propagation: 'two-ray' }",
    "3:23: radio.propagation: found the text \"two-ray\"; expected 'free-space', 'log-distance', "
      + "'okumura-hata' or 'cost-231-hata'"),
  Refusal(
    "entry_classes: []",
    "3:16: entry_classes: found 0 elements; expected an array of 1 to 16 elements"
  ),
  Refusal(
    "days: '3'", "3:7: days: found the text \"3\"; expected a whole number from 1 to 5500"),
  Refusal("days: null", "3:7: days: found null; expected a whole number from 1 to 5500"),
  Refusal(
    "radio: { capture_db: true }",
    "3:22: radio.capture_db: found true; expected a number from 0 to 20"),
  Refusal("description: [1]", "3:14: description: found an array; expected a text"),
  Refusal(
    "radio: 5", "3:8: radio: found an integer; expected an object { … } of keys and values"),
  Refusal(
    "module_classes: {}",
    "3:17: module_classes: found an object; expected an array of 1 to 64 elements"),
  Refusal(
    "module_classes: []",
    "3:17: module_classes: found 0 elements; expected an array of 1 to 64 elements"),
  Refusal(
    "module_classes: [5]",
    "3:18: module_classes[0]: found an integer; expected an object { … } of keys and values"),
  Refusal(
    "billing: { utility: 'A & B' }",
    "3:21: billing.utility: found the text \"A & B\"; expected 1 to 64 letters, digits and hyphens"
  ),
  Refusal(
    "module_classes: [{ name: 'Houses' }]",
    "3:26: module_classes[0].name: found the text \"Houses\"; expected 1 to 64 lowercase letters, "
      + "digits and hyphens"),
  Refusal(
    "collectors: { sites_csv: 'a\\nb' }",
    "3:26: collectors.sites_csv: found the text \"a\\nb\"; expected a file name, or an empty text "
      + "for none"),
  Refusal(
    "module_classes: [{ commodity: 'steam' }]",
    "3:31: module_classes[0].commodity: found the text \"steam\"; expected 'electric', 'gas' or "
      + "'water'"),
  Refusal(
    "start_date: '1998-02-31'",
    "3:13: start_date: 1998-02-31 is not in the calendar; expected a date 'YYYY-MM-DD' from "
      + "1980-01-01 to 2199-12-31"),
  Refusal(
    "start_date: '1 June 1998'",
    "3:13: start_date: found the text \"1 June 1998\"; expected a date 'YYYY-MM-DD' from "
      + "1980-01-01 to 2199-12-31"),
  Refusal(
    "start_date: '1979-12-31'",
    "3:13: start_date: 1979-12-31 is out of range; expected a date 'YYYY-MM-DD' from "
      + "1980-01-01 to 2199-12-31"),
]

private let unknownKeys: [Refusal] = [
  Refusal("loss_db: 3", "3:1: loss_db: unknown key; did you mean 'entry_classes[0].loss_db'?"),
  Refusal("day: 3", "3:1: day: unknown key; did you mean 'days'?"),
  Refusal("radios: {}", "3:1: radios: unknown key; did you mean 'radio'?"),
  Refusal(
    "radio: { chanels: 3 }", "3:10: radio.chanels: unknown key; did you mean 'channels'?"),
  Refusal("channels: 3", "3:1: channels: unknown key; did you mean 'radio.channels'?"),
  Refusal("radio: { seed: 3 }", "3:10: radio.seed: unknown key; did you mean 'seed'?"),
  Refusal(
    "endpoints: { dials: 3 }",
    "3:14: endpoints.dials: unknown key; did you mean 'module_classes[0].dials'?"),
  Refusal(
    "billing: { colour: 3 }",
    "3:12: billing.colour: unknown key; expected one of utility, window_before_days, "
      + "window_after_days, daylight_saving"),
]

private let contradictions: [Refusal] = [
  Refusal(
    "radio: { propagation: 'okumura-hata' }",
    "3:10: radio.propagation: okumura-hata holds for collectors.antenna_height_m from 30 to 200, "
      + "not 10; expected other values, another propagation or beyond_validity 'extrapolate'"),
  Refusal(
    "collectors: { antenna_height_m: 40 }, endpoints: { antenna_height_m: 0.5 },\n"
      + "radio: { propagation: 'cost-231-hata', frequency_mhz: 2400 }",
    "4:10: radio.propagation: cost-231-hata holds for frequency_mhz from 1500 to 2000, not 2400, "
      + "and for endpoints.antenna_height_m from 1 to 10, not 0.5; expected other values, another "
      + "propagation or beyond_validity 'extrapolate'"),
  Refusal(
    "radio: { propagation: 'cost-231-hata', environment: 'open', beyond_validity: 'extrapolate' }",
    "3:10: radio.propagation: cost-231-hata has no formula for environment 'open'; expected "
      + "'large-city', 'medium-city' or 'suburban'"),
  Refusal(
    "entry_classes: [{ share: 0.7 }, { name: 'pit', share: 0.1 }]",
    "3:1: entry_classes: the shares of the classes add up to 0.8; expected 1"),
  Refusal(
    "entry_classes: [{ name: 'b', share: 0.5 }, { name: 'b', share: 0.5 }]",
    "3:46: entry_classes[1].name: 'b' is also the name of element 0; expected another name"),
  Refusal(
    "module_classes: [{ share: 0.7 }, { name: 'b', share: 0.2 }]",
    "3:1: module_classes: the shares of the classes add up to 0.9; expected 1"),
  Refusal(
    "module_classes: [{ name: 'b', share: 0.5 }, { name: 'b', share: 0.5 }]",
    "3:47: module_classes[1].name: 'b' is also the name of element 0; expected another name"),
  Refusal(
    "module_classes: [{ commodity: 'gas', ert_type: 4 }]",
    "3:38: module_classes[0].ert_type: type 4 is not a type of gas modules; expected 0, 1, 2, 9 "
      + "or 12"),
  Refusal(
    "module_classes: [{ commodity: 'water' }]",
    "3:18: module_classes[0].ert_type: type 7 is not a type of water modules; expected 3, 11 or "
      + "13"),
  Refusal(
    "meters: { exchanged_share: 0.5, stuck_share: 0.4, rollover_share: 0.3 }",
    "3:1: meters: the shares add up to 1.2; expected at most 1, as a module has one trouble"),
  Refusal(
    "endpoints: { interval_s: 2, jitter_ms: 1980 }",
    "3:29: endpoints.jitter_ms: 1980 ms and 20 ms for a frame do not fit in interval_s = 2; "
      + "expected less than 1979"),
  Refusal(
    "endpoints: { first_endpoint_id: 67107865 }",
    "3:14: endpoints.first_endpoint_id: first_endpoint_id + territory.modules - 1 is 67108864; "
      + "expected at most 67108863, the highest address of 26 bits"),
  Refusal(
    "backhaul: { upload_period_h: 1, poll_window_min: 61 }",
    "3:33: backhaul.poll_window_min: 61 minutes are longer than upload_period_h = 1; expected at "
      + "most 60"),
  Refusal(
    "vans: { wake_up_share: 0.3 }",
    "3:9: vans.wake_up_share: 0.3 of all modules wait for a van's tone, and count is 0; expected a "
      + "van at least, or 0"),
  Refusal(
    "vans: { count: 1, wake_up_share: 0.3, wake_up_interval_ms: 260 }",
    "3:39: vans.wake_up_interval_ms: 250 ms of jitter and 20 ms for a frame do not fit in 260 ms; "
      + "expected more than 270"),
  Refusal(
    "vans: { count: 1, wake_up_share: 0.3, wake_up_frames: 12, speed_kmh: 40 }",
    "3:39: vans.wake_up_frames: an answer of 12 frames takes 12250 ms, and a van leaves a segment "
      + "after 9000 ms; expected fewer frames, or longer segments, which end before a module sends "
      + "twice by itself"),
]

@Test(arguments: ranges + kinds + unknownKeys + contradictions)
func refusesWithOneExactLine(refusal: Refusal) {
  let text = "{ name: 'a',\nterritory: { tracts_csv: 't.csv' },\n\(refusal.members)\n}"
  #expect(complaints(text) == ["s.json5:" + refusal.line])
}

@Test func theLastAddressMayBeUsed() {
  let text =
    "{ name: 'a', territory: { tracts_csv: 't.csv', modules: 1000 }, "
    + "endpoints: { first_endpoint_id: 67107864 } }"
  #expect(complaints(text) == [])
}

@Test(arguments: [
  Refusal("5", "1:1: found an integer; expected an object { … } of keys and values"),
  Refusal(
    "{ name: 'a', territory: { modules: 5 } }",
    "1:14: territory: neither tracts_csv nor meters_csv is given; expected one of them"),
  Refusal(
    "{ name: 'a', territory: { tracts_csv: 'a', meters_csv: 'b' } }",
    "1:44: territory.meters_csv: tracts_csv and meters_csv are both given; expected one of them"),
  Refusal(
    "{ name: 'a', territory: { tracts_csv: 'a', modules: 0 } }",
    "1:53: territory.modules: 0 is out of range; expected a whole number from 1 to 16000000"),
  Refusal(
    "{ name: 'Äpfel', territory: { tracts_csv: 'a' } }",
    "1:9: name: found the text \"Äpfel\"; expected 1 to 64 lowercase letters, digits and hyphens"),
])
func refusesWholeFilesWithOneExactLine(refusal: Refusal) {
  #expect(complaints(refusal.members) == ["s.json5:" + refusal.line])
}

@Test func reportsAllFaultsInTheOrderOfTheFile() {
  let text = """
    {
      territory: { tracts_csv: 't.csv', modules: -1 },
      // The sum of shares is not reported besides a share that is wrong by itself.
      module_classes: [{ share: 2 }],
      radio: { channels: 0, chanels: 5, capture_db: 'x' },
      days: 0,
    }
    """
  #expect(
    complaints(text, overrides: [("head_end.close_after_day", "1"), ("radio.channels", "oops")])
      == [
        "s.json5:1:1: name: missing; expected 1 to 64 lowercase letters, digits and hyphens",
        "s.json5:2:46: territory.modules: -1 is out of range; expected a whole number from 1 to "
          + "16000000",
        "s.json5:4:29: module_classes[0].share: 2 is out of range; expected a number from 0 to 1",
        "s.json5:5:22: radio.channels: 0 is out of range; expected a whole number from 1 to 255",
        "s.json5:5:25: radio.chanels: unknown key; did you mean 'channels'?",
        "s.json5:5:49: radio.capture_db: found the text \"x\"; expected a number from 0 to 20",
        "s.json5:6:9: days: 0 is out of range; expected a whole number from 1 to 5500",
        "--set head_end.close_after_day: unknown key; did you mean 'close_after_days'?",
        "--set radio.channels: found the text \"oops\"; expected a whole number from 1 to 255",
      ])
}

@Test func reportsTheFirstErrorOfJSON5AtItsPlace() {
  let lines = complaints("{\n  name: 'a'\n  days: 3\n}")
  #expect(lines.count == 1)
  #expect(lines.first?.hasPrefix("s.json5:3:3: ") == true, "\(lines)")
}

@Test(arguments: [
  ("radio.channels", "300", "300 is out of range; expected a whole number from 1 to 255"),
  ("radio.chanels", "3", "unknown key; did you mean 'channels'?"),
  ("radio", "3", "found an integer; expected an object { … } of keys and values"),
  (
    "radio", "{ channels: 0 }",
    "radio.channels: 0 is out of range; expected a whole number from 1 to 255"
  ),
  (
    "radio.channels.high", "3",
    "radio.channels: found an object; expected a whole number from 1 to 255"
  ),
  ("entry_classes[2].share", "1", "there is no element 2; expected an index from 0 to 1"),
  ("module_classes[3].share", "1", "there is no element 3; expected an index from 0 to 0"),
  ("module_classes[-1].share", "1", "there is no element -1; expected an index from 0 to 0"),
  ("module_classes[0].shares", "1", "unknown key; did you mean 'share'?"),
  (
    "module_classes[0].share", "0.5",
    "module_classes: the shares of the classes add up to 0.5; expected 1"
  ),
  ("module_classes[0]", "5", "found an integer; expected an object { … } of keys and values"),
  (
    "meters", "{ stuck_share: 1, swapped_share: 0.5 }",
    "the shares add up to 1.5; expected at most 1, as a module has one trouble"
  ),
  (
    "endpoints.interval_s", "1",
    "endpoints.jitter_ms: 1500 ms and 20 ms for a frame do not fit in interval_s = 1; "
      + "expected less than 979"
  ),
  (
    "start_date", "1998-06-31",
    "1998-06-31 is not in the calendar; expected a date 'YYYY-MM-DD' from 1980-01-01 to "
      + "2199-12-31"
  ),
])
func refusesOverridesByTheirPath(path: String, value: String, message: String) {
  let text = "{ name: 'a', territory: { tracts_csv: 't' }, endpoints: { jitter_ms: 1500 } }"
  #expect(complaints(text, overrides: [(path, value)]) == ["--set \(path): \(message)"])
}

@Test func anOverrideWithoutAKeyIsRefused() {
  let lines = complaints(
    "{ name: 'a', territory: { tracts_csv: 't' } }", overrides: [("", "1"), (".", "2")])
  #expect(lines.count == 2)
  #expect(lines.allSatisfy { $0.hasPrefix("--set ") && $0.contains("unknown key") }, "\(lines)")
}

@Test(arguments: UInt64(1)...20)
func neverTrapsOnDamagedFiles(seed: UInt64) {
  let original = Array(ScenarioFile.encode(Scenario()).utf8)
  let replacements = Array("0123456789-+.eE'\"{}[]:,xyz_ NI".utf8)
  var random = SplitMix64(seed: seed)
  var refused = 0
  for _ in 0..<100 {
    var text = original
    for _ in 0..<random.next() % 4 + 1 {
      let place = Int(random.next() % UInt64(text.count))
      text[place] = replacements[Int(random.next() % UInt64(replacements.count))]
    }
    do {
      _ = try ScenarioFile.decode(text: text, source: "s.json5")
    } catch {
      refused += 1
      #expect(!error.diagnostics.isEmpty)
    }
  }
  // The original gives neither tracts nor meters, so that no damage short of that mends it.
  #expect(refused == 100)
}

@Test func anEndlessOverridePathIsRefused() {
  let path = "radio" + String(repeating: ".a", count: 200_000)
  let lines = complaints(
    "{ name: 'a', territory: { tracts_csv: 't' } }", overrides: [(path, "1")])
  #expect(lines.count == 1)
  #expect(lines.first?.contains("radio.a: unknown key") == true)
}
