import BillingExport

/// The options, each defined once however many commands take it.
extension OptionSpec {
  static let common = [json, quiet, help]

  static let help = OptionSpec(
    name: .help, group: .general, help: "show this help")
  static let version = OptionSpec(
    name: .version, group: .general, help: "show the version of amr")
  static let json = OptionSpec(
    name: .json, group: .general, help: "print the result as JSON on standard output")
  static let quiet = OptionSpec(
    name: .quiet, group: .general,
    help: "show no progress, and print nothing but errors and what was asked for")

  static let seed = OptionSpec(
    name: .seed, value: .integer(placeholder: "N", range: 0...Int.max),
    fallback: .described("the scenario's"), group: .simulation,
    help: "the seed of everything random; the same seed gives the same result")
  static let seeds = OptionSpec(
    name: .seeds, value: .integer(placeholder: "N", range: 1...1_000_000), group: .simulation,
    help:
      "only review the scenario's milestones, for N seeds from --seed on, simulating the days that "
      + "they look at; writes no run")
  static let days = OptionSpec(
    name: .days, value: .integer(placeholder: "N", range: 1...5500),
    fallback: .described("the scenario's"), group: .simulation,
    help: "how many days to simulate")
  static let threads = OptionSpec(
    name: .threads, value: .integer(placeholder: "N", range: 1...1024),
    fallback: .described("all processors"), group: .general,
    help: "how many threads to use; the result does not depend on it")
  static let set = OptionSpec(
    name: .set, value: .assignment, isRepeatable: true, group: .simulation,
    help: "replace one value of the scenario; the key is a path such as radio.noise_figure_db, "
      + "the value is JSON5")
  static let census = OptionSpec(
    name: .census, group: .simulation,
    help: "decide every transmission, not only those that can become reads; slower, with the "
      + "same uploads")

  static let registry = OptionSpec(
    name: .registry, value: .text(placeholder: "CSV"), group: .input,
    help: "the file that says which meter, cycle and register each endpoint has")
  static let collectors = OptionSpec(
    name: .collectors, value: .text(placeholder: "CSV"), fallback: .described("the store's list"),
    group: .input,
    help: "the file whose column collector_id lists the collectors to take uploads from; a store "
      + "without a list takes them from all")
  static let asOf = OptionSpec(
    name: .asOf, value: .text(placeholder: "TIME"), fallback: .described("now"), group: .input,
    help: "when the uploads arrived, such as 1998-07-01T11:00:00Z; those made more than an hour "
      + "after it are quarantined")
  static let utcOffset = OptionSpec(
    name: .utcOffset, value: .integer(placeholder: "MINUTES", range: -840...840),
    fallback: .described("0"), group: .input,
    help: "local standard time of a new store, as minutes to add to UTC (-300 in Pittsburgh); "
      + "days begin at its midnight")
  static let month = OptionSpec(
    name: .month, value: .text(placeholder: "YYYY-MM"), fallback: .described("all months"),
    group: .input, help: "export reads of this month only")
  static let cycle = OptionSpec(
    name: .cycle, value: .integer(placeholder: "N", range: 1...21),
    fallback: .described("all cycles"), group: .input,
    help: "export accounts of this billing cycle only")
  static let through = OptionSpec(
    name: .through, value: .text(placeholder: "DAY"), isRequired: true, group: .input,
    help: "the last day to close, as YYYY-MM-DD")
  static let validateThrough = OptionSpec(
    name: .through, value: .text(placeholder: "DAY"), fallback: .described("the last closed day"),
    group: .input, help: "the last day to validate, as YYYY-MM-DD")
  static let historyFrom = OptionSpec(
    name: .from, value: .text(placeholder: "DAY"), fallback: .described("the first day"),
    group: .input, help: "the first day to show, as YYYY-MM-DD")
  static let historyThrough = OptionSpec(
    name: .through, value: .text(placeholder: "DAY"), fallback: .described("the last day"),
    group: .input, help: "the last day to show, as YYYY-MM-DD")
  static let readsFrom = OptionSpec(
    name: .from, value: .text(placeholder: "DAY"), fallback: .described("the first day"),
    group: .input, help: "the first day to write, as YYYY-MM-DD")
  static let readsThrough = OptionSpec(
    name: .through, value: .text(placeholder: "DAY"), fallback: .described("the last day"),
    group: .input, help: "the last day to write, as YYYY-MM-DD")
  static let workListMonth = OptionSpec(
    name: .month, value: .text(placeholder: "YYYY-MM"),
    fallback: .described("the last validated month"), group: .input,
    help: "list what was found in this month")
  static let price = OptionSpec(
    name: .price, value: .assignment, isRepeatable: true,
    fallback: .described("electric=0.12 gas=0.65 water=0.004"), group: .input,
    help: "what a kWh, a CCF of gas or a gallon of water costs in dollars, with at most four "
      + "decimals, such as electric=0.095")

  static let format = OptionSpec(
    name: .format,
    value: .choice(
      placeholder: "FORMAT", among: ["csv"] + ExportFormat.allCases.map(\.rawValue)),
    isRepeatable: true, fallback: .described("csv alone"), group: .output,
    help: "what to write beside the CSV, which every batch has")
  static let gzip = OptionSpec(
    name: .gzip, group: .output,
    help: "compress the files of text but the list of exceptions, each into one FILE.gz")
  static let receiver = OptionSpec(
    name: .receiver, value: .text(placeholder: "ID"), fallback: .described("the utility's name"),
    group: .output, help: "who receives the files, as CMEP and NEM13 name it")
  static let force = OptionSpec(
    name: .force, group: .output, help: "replace what an earlier run left in the output directory")
  static let resume = OptionSpec(
    name: .resume, group: .output,
    help: "go on with an interrupted run from the last whole month; without one, begin")
  static let retentionDays = OptionSpec(
    name: .retentionDays, value: .integer(placeholder: "N", range: 0...36_500),
    fallback: .value("7"), group: .input,
    help: "keep files that the store needed less than N days ago")
  static let dryRun = OptionSpec(
    name: .dryRun, group: .output, help: "only show what would be removed")
  static let keepUploads = OptionSpec(
    name: .keepUploads, group: .output, help: "keep the collectors' uploads beside the store")

  /// `--out`, which names something else in every command.
  static func out(
    _ placeholder: String, isRequired: Bool = false, fallback: Fallback? = nil, help: String
  ) -> OptionSpec {
    OptionSpec(
      name: .out, value: .text(placeholder: placeholder), isRequired: isRequired,
      fallback: fallback, group: .output, help: help)
  }
}
