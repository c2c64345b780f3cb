import Columnar
import TestSupport

/// Columns of every kind, with `rowCount` rows of seeded values: sorted and random integers, extremes
/// that wrap, nulls of every sort, dictionaries and text.
func sampleColumns(_ rowCount: Int, seed: UInt64) -> [Column] {
  var generator = SplitMix64(seed: seed)
  let rows = 0..<rowCount
  let extremes: [Int64] = [.min, .max, 0, -1, 1]
  let present = rows.map { _ in Int.random(in: 0..<4, using: &generator) > 0 }
  let words = ["actual", "estimated", "Äpfel", ""]
  let wide = (0..<700).map { "value-\($0)" }
  return [
    Column(Field("id", .int64), .int64(rows.map { Int64($0) * 3 + 1_000_000 })),
    Column(
      Field("register", .int64),
      .int64(rows.map { _ in Int64.random(in: 0..<100_000, using: &generator) })),
    Column(
      Field("extreme", .int64), .int64(rows.map { _ in extremes.randomElement(using: &generator)! })
    ),
    Column(
      Field("extreme32", .int32),
      .int32(rows.map { _ in [Int32.min, .max, 0].randomElement(using: &generator)! })),
    Column(
      Field("rssi", .int32, isNullable: true),
      .int32(rows.map { _ in Int32.random(in: -115 ... -70, using: &generator) }),
      validity: present),
    Column(
      Field("second", .timestampMicros),
      .int64(
        rows.map { _ in 1_000_000 * Int64.random(in: 880_000_000...880_000_050, using: &generator)
        })),
    Column(Field("day", .date), .int32(rows.map { 10_000 - Int32($0 / 1000) })),
    Column(
      Field("read_at", .timestampMicros),
      .int64(
        rows.map {
          885_000_000_000_000 + Int64($0) * 60_000_000
            + Int64.random(in: 0..<5_000_000, using: &generator)
        })),
    Column(
      Field("usage", .int32, isNullable: true),
      .int32(rows.map { present[$0] ? Int32($0) - 500 : 0 }), validity: present),
    Column(
      Field("all_null", .int64, isNullable: true), .int64(rows.map { _ in 0 }),
      validity: rows.map { _ in false }),
    Column(
      Field("quality", .string),
      .dictionary(
        codes: rows.map { _ in UInt8.random(in: 0..<4, using: &generator) }, values: words)),
    Column(
      Field("reason", .string, isNullable: true),
      .dictionary(codes: rows.map { $0 % 997 == 3 ? 0 : 255 }, values: ["late upload"])),
    Column(
      Field("site", .string, isNullable: true),
      .wideDictionary(
        codes: rows.map { _ in Int32.random(in: -1..<700, using: &generator) }, values: wide)),
    Column(Field("note", .string), .text(TextColumn(rows.map { "note \($0 * 7919 % 100_003)" }))),
    Column(
      Field("remark", .string, isNullable: true),
      .text(TextColumn(rows.map { present[$0] ? "r\($0)" : "" })), validity: present),
  ]
}
