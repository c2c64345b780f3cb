import CSV

/// Which bill a line is for, whatever it says: lines of one key replace one another.
struct LineKey: Hashable {
  let servicePointID: String
  let commodity: String
  let registerID: String
  let accountID: String
  let isFinal: Bool
  /// An account may end twice in one month: the lines of one file count.
  let number: Int
}

/// A billing line as a file has it.
struct PublishedLine {
  /// In the order of `DeterminantWriter.columns`.
  private(set) var fields: [String]

  /// The field of a column.
  subscript(column: Column) -> String {
    get { fields[column.rawValue] }
    set { fields[column.rawValue] = newValue }
  }

  /// Places in `DeterminantWriter.columns`.
  enum Column: Int {
    case batchID = 0
    case number
    case accountID
    case commodity = 5
    case registerID
    case unit
    case readAt = 11
    case read
    case counts
    case consumption
    case rollover
    case quality
    case readMethod
    case days
    case reason
    case estimateMethod
    case servicePointID
    case version
    case previousConsumption
    case previousQuality
    case previousMethod
    case previousMeterID
  }

  /// Whether both say the same of a bill.
  func says(as other: PublishedLine) -> Bool {
    var (one, two) = (self, other)
    for column in [Column.batchID, .number, .version, .previousConsumption] {
      one[column] = ""
      two[column] = ""
    }
    return one.fields == two.fields
  }

  /// The same bill, taken back.
  var withdrawn: PublishedLine {
    var line = self
    for column in [
      Column.readAt, .read, .counts, .consumption, .readMethod, .days, .estimateMethod,
    ] {
      line[column] = ""
    }
    line[.rollover] = "0"
    line[.quality] = "missing"
    if line[.reason] != ExceptionReason.finalBill.rawValue {
      line[.reason] = ExceptionReason.withdrawn.rawValue
    }
    return line
  }
}

/// The lines of a file, in its order.
struct PublishedLines {
  private(set) var lines: [(key: LineKey, line: PublishedLine)] = []

  init(_ bytes: [UInt8], named path: String) throws(BillingError) {
    do throws(CSVError) {
      var reader = try CSVReader(bytes, source: path)
      var columns: [CSVColumn] = []
      for name in DeterminantWriter.columns { columns.append(try reader.column(name)) }
      var numbers: [LineKey: Int] = [:]
      while try reader.nextRow() {
        var fields: [String] = []
        for column in columns { fields.append(try reader.string(column)) }
        let line = PublishedLine(fields: fields)
        let first = LineKey(line, number: 0)
        let number = numbers[first, default: 0]
        numbers[first] = number + 1
        lines.append((LineKey(line, number: number), line))
      }
    } catch {
      throw .publishedBatch(path: path, problem: error.description)
    }
  }
}

extension LineKey {
  fileprivate init(_ line: PublishedLine, number: Int) {
    servicePointID = line[.servicePointID]
    commodity = line[.commodity]
    registerID = line[.registerID]
    accountID = line[.accountID]
    isFinal = line[.reason] == ExceptionReason.finalBill.rawValue
    self.number = number
  }
}
