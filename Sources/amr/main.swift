import AMRSimulation
import CollectorUpload
import DurableFiles

func probe(_ args: [String]) async throws {
let path = args[1]
let days = Int(args[2])!
let over = args.dropFirst(3).map { a -> (path: String, value: String) in let p = a.split(separator: "=", maxSplits: 1); return (String(p[0]), String(p[1])) }
let t0 = monotonicNanoseconds()
func lap(_ s: String) { print(String(Double((monotonicNanoseconds() - t0) / 1_000_000) / 1000), s) }
let scenario = try ScenarioFile.decode(text: FileSystem.system.readFile(path), source: path, overrides: over)
let layout = try Layout(scenario) { try FileSystem.system.readFile(Path.join(Path.parent(path), $0)) }
lap("layout modules \(layout.territory.count) sites \(layout.sites.count) area \(layout.territory.areaKm2 ?? 0)")
var network = try await FixedNetwork(scenario, territory: layout.territory, sites: layout.sites, threads: 2, progress: { _ in })
lap("network links \(network.linkCount) per module \(Double(network.linkCount) / Double(layout.territory.count))")
var seen = [UInt8](repeating: 0, count: layout.territory.count)
for d in 0..<days {
  let r = try await network.simulateNextPeriod(order: .onDemand, threads: 2, progress: { _ in })
  lap("day \(d) receptions \(r.receptions) draws/link \(r.drawsEvaluated / network.linkCount) lookups \(r.overlapLookups)")
  var today = [Bool](repeating: false, count: seen.count)
  for u in r.uploads { u.forEachRecord { today[Int($0.frame.endpointID) - scenario.endpoints.firstID] = true } }
  var read = 0, read3 = 0, hist = 0
  for i in seen.indices { seen[i] = (seen[i] << 1 | (today[i] ? 1 : 0)); if today[i] { read += 1 }; if seen[i] & 7 != 0 { read3 += 1 }; if seen[i] != 0 { hist += 1} }
  lap("   read rate \(Double(read) / Double(seen.count)) within 3 \(Double(read3) / Double(seen.count)) ever \(Double(hist) / Double(seen.count))")
}
}
try await probe(CommandLine.arguments)
