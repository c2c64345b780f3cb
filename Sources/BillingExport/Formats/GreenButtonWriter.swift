import Checksums
import Metering

/// Green Button: an Atom feed of NAESB ESPI resources, for each line that is billed a usage point, a
/// meter reading and an interval block whose one reading is the consumption of the billing period.
/// Other lines are in the batch's list of exceptions.
///
/// The usage point's title says which service point it is, the meter reading's which meter. What is
/// identified by a UUID has the same one in every export: it is made of the hash of the resource's
/// name (RFC 9562, version 8).
struct GreenButtonWriter: FormatWriter {
  private var xml = XMLText()
  /// What an entry says after its content.
  private let dates: [UInt8]
  private let batch: BatchID
  private let batchName: String
  /// What identifiers are made of before the resource's name.
  private let utility: [UInt8]
  /// Usage points and meters that have their entry already: an account may end and begin again.
  private var known: Set<UInt128> = []

  init(_ heading: FormatHeading) {
    batch = heading.batch
    batchName = batch.description
    utility = Array("\(batch.utility)/".utf8)
    var dates = XMLText()
    let created = iso8601(heading.createdAt)
    dates.append("</content><published>")
    dates.append(escaped: created)
    dates.append("</published><updated>")
    dates.append(escaped: created)
    dates.append("</updated></entry>\n")
    self.dates = dates.take()
    xml.append("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n")
    xml.append("<feed xmlns=\"http://www.w3.org/2005/Atom\">\n<id>urn:uuid:")
    xml.append(identifier(Array(batchName.utf8)))
    xml.append("</id><title>")
    xml.append(escaped: "Billing batch \(heading.batch)")
    xml.append("</title><updated>")
    xml.append(escaped: created)
    xml.append("</updated>")
    link("self", Array("Batch/\(heading.batch)".utf8))
    xml.append("\n")
    appendTimeParameters(heading)
    for commodity in Commodity.allCases { appendReadingType(commodity) }
  }

  mutating func append(_ line: BillingLine) throws(BillingError) {
    guard let consumption = line.consumption, let readAt = line.readAt else { return }
    try check(line, consumption)
    var points = Array("RetailCustomer/".utf8)
    points.append(percentEncoded: line.accountID)
    points += "/UsagePoint".utf8
    var point = points + "/".utf8
    point.append(percentEncoded: line.servicePointID)
    point.append(UInt8(ascii: "."))
    point += line.commodity.rawValue.utf8
    let meters = point + "/MeterReading".utf8
    var reading = meters + "/".utf8
    reading.append(percentEncoded: line.meterID)
    let pointID = identifier(point)
    if known.insert(pointID).inserted {
      appendUsagePoint(line, pointID, point, up: points, meters)
    }
    let readingID = identifier(reading)
    if known.insert(readingID).inserted { appendMeterReading(line, readingID, reading, up: meters) }
    appendBlock(line, consumption, from: line.previousAt / 1000, to: readAt / 1000, reading)
  }

  mutating func finish() { xml.append("</feed>\n") }

  mutating func take() -> [UInt8] { xml.take() }

  // MARK: - Entries

  private mutating func appendTimeParameters(_ heading: FormatHeading) {
    begin(
      identifier(Self.timeParameters), Self.timeParameters, up: Array("LocalTimeParameters".utf8))
    xml.append("<title>Local time</title><content>")
    xml.append("<LocalTimeParameters xmlns=\"http://naesb.org/espi\"><dstEndRule>")
    let rules = heading.daylightSaving.espiRules(year: heading.window.scheduled.year)
    xml.append(escaped: rules.end)
    xml.append("</dstEndRule><dstOffset>")
    xml.append(heading.daylightSaving == .none ? 0 : 3600)
    xml.append("</dstOffset><dstStartRule>")
    xml.append(escaped: rules.start)
    xml.append("</dstStartRule><tzOffset>")
    xml.append(heading.clock.utcOffsetMinutes * 60)
    xml.append("</tzOffset></LocalTimeParameters>")
    end()
  }

  private mutating func appendReadingType(_ commodity: Commodity) {
    let codes = commodity.espiCodes
    let path = Self.readingType(commodity)
    begin(identifier(path), path, up: Array("ReadingType".utf8))
    xml.append("<title>")
    xml.append(escaped: "\(commodity.billingUnit) delivered in a billing period")
    xml.append("</title><content><ReadingType xmlns=\"http://naesb.org/espi\">")
    // Delta data, of commodity, normal, forward, energy or volume.
    xml.append("<accumulationBehaviour>4</accumulationBehaviour><commodity>")
    xml.append(codes.commodity)
    xml.append("</commodity><dataQualifier>12</dataQualifier><flowDirection>1</flowDirection>")
    xml.append("<kind>")
    xml.append(codes.kind)
    xml.append("</kind><powerOfTenMultiplier>")
    xml.append(codes.powerOfTen)
    xml.append("</powerOfTenMultiplier><timeAttribute>0</timeAttribute><uom>")
    xml.append(codes.unit)
    xml.append("</uom></ReadingType>")
    end()
  }

  private mutating func appendUsagePoint(
    _ line: BillingLine, _ id: UInt128, _ path: [UInt8], up points: [UInt8], _ meters: [UInt8]
  ) {
    begin(id, path, up: points)
    link("related", meters)
    link("related", Self.timeParameters)
    xml.append("<title>")
    xml.append(escaped: line.servicePointID)
    xml.append(
      "</title><content><UsagePoint xmlns=\"http://naesb.org/espi\"><ServiceCategory><kind>")
    xml.append(line.commodity.espiCodes.service)
    xml.append("</kind></ServiceCategory></UsagePoint>")
    end()
  }

  private mutating func appendMeterReading(
    _ line: BillingLine, _ id: UInt128, _ path: [UInt8], up: [UInt8]
  ) {
    begin(id, path, up: up)
    link("related", path + "/IntervalBlock".utf8)
    link("related", Self.readingType(line.commodity))
    xml.append("<title>")
    xml.append(escaped: line.meterID)
    xml.append("</title><content><MeterReading xmlns=\"http://naesb.org/espi\"/>")
    end()
  }

  private mutating func appendBlock(
    _ line: BillingLine, _ consumption: Int, from start: Int64, to end: Int64, _ meter: [UInt8]
  ) {
    let blocks = meter + "/IntervalBlock".utf8
    let path = blocks + "/\(start)".utf8
    // A batch may bill a period again that another one has billed.
    begin(identifier(path + "/\(batchName)/\(line.number)".utf8), path, up: blocks)
    xml.append("<title>")
    xml.append(escaped: batchName)
    xml.append(" ")
    xml.append(line.number)
    xml.append(
      "</title><content><IntervalBlock xmlns=\"http://naesb.org/espi\"><interval><duration>")
    xml.append(Int(end - start))
    xml.append("</duration><start>")
    xml.append(Int(start))
    xml.append("</start></interval><IntervalReading><ReadingQuality><quality>")
    xml.append(line.espiQuality)
    xml.append("</quality></ReadingQuality><timePeriod><duration>")
    xml.append(Int(end - start))
    xml.append("</duration><start>")
    xml.append(Int(start))
    xml.append("</start></timePeriod><value>")
    xml.append(consumption)
    xml.append("</value></IntervalReading></IntervalBlock>")
    self.end()
  }

  private mutating func begin(_ id: UInt128, _ path: [UInt8], up: [UInt8]) {
    xml.append("<entry><id>urn:uuid:")
    xml.append(id)
    xml.append("</id>")
    link("self", path)
    link("up", up)
  }

  private static let timeParameters = Array("LocalTimeParameters/1".utf8)
  private static func readingType(_ commodity: Commodity) -> [UInt8] {
    Array("ReadingType/\(commodity.rawValue)".utf8)
  }

  private mutating func link(_ relation: StaticString, _ path: [UInt8]) {
    xml.append("<link rel=\"")
    xml.append(relation)
    xml.append("\" href=\"")
    xml.append(verbatim: path)
    xml.append("\" type=\"application/atom+xml\"/>")
  }

  private mutating func end() { xml.append(verbatim: dates) }

  // MARK: - Values

  private func check(_ line: BillingLine, _ consumption: Int) throws(BillingError) {
    for (field, text) in [
      ("account_id", line.accountID), ("service_point_id", line.servicePointID),
      ("meter_id", line.meterID),
    ] where !isXMLText(text) {
      throw .cannotCarry(
        format: .greenButton, batch: batchName, line: line.number, field: field, value: text,
        expected: "characters that XML 1.0 has, without control characters")
    }
    // An Int48.
    guard consumption.magnitude < 1 << 47 else {
      throw .cannotCarry(
        format: .greenButton, batch: batchName, line: line.number, field: "consumption",
        value: "\(consumption)", expected: "less than 2^47")
    }
  }

  private func identifier(_ path: [UInt8]) -> UInt128 {
    let hash = MurmurHash3.hash128(utility + path)
    let version = UInt128(0xF) << 76
    let variant = UInt128(3) << 62
    return hash & ~version & ~variant | UInt128(8) << 76 | UInt128(2) << 62
  }
}

extension [UInt8] {
  /// Appends a segment of a path, with all but unreserved characters encoded (RFC 3986, 2.1).
  fileprivate mutating func append(percentEncoded text: String) {
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
        append(byte)
      default:
        append(UInt8(ascii: "%"))
        for digit in [byte >> 4, byte & 15] {
          append(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "A") - 10 + digit)
        }
      }
    }
  }
}

extension BillingLine {
  /// ESPI's QualityOfReading: 18 verified, 17 validated, 7 manually edited or read, 9
  /// interpolated, 8 estimated by history.
  fileprivate var espiQuality: Int {
    switch quality {
    case .verified: 18
    case .customer: 7
    case .estimated: method == .betweenReads ? 9 : 8
    case .actual, .missing, .rejected: 17
    }
  }
}

extension Commodity {
  /// ESPI's codes: ServiceKind, CommodityKind, MeasurementKind (12 energy, 58 volume), UnitSymbolKind
  /// (72 Wh, 119 cubic feet, 128 US gallons) and the power of ten that makes it the billing unit.
  fileprivate var espiCodes: (service: Int, commodity: Int, kind: Int, unit: Int, powerOfTen: Int) {
    switch self {
    case .electric: (0, 1, 12, 72, 3)
    case .gas: (1, 7, 58, 119, 2)
    case .water: (2, 9, 58, 128, 0)
    }
  }
}

extension DaylightSaving {
  /// ESPI's DstRuleType for a year's rule; all ones where there is none.
  fileprivate func espiRules(year: Int) -> (start: String, end: String) {
    switch self {
    // Month, operator (1 on or after, 2 to 6 first to fifth, 7 last), day, weekday, hour and second,
    // in 4, 3, 5, 3, 5 and 12 bits.
    case .none: ("FFFFFFFF", "FFFFFFFF")
    case .us where year >= 2007: ("360E2000", "B40E2000")
    case .us: (year >= 1987 ? "440E2000" : "4E0E2000", "AE0E2000")
    }
  }
}
