import Testing

@testable import AMRSimulation

/// A scenario whose only fault is in the lines given, which start at line 4.
private func scenario(with lines: String) -> String {
  "{\n  name: 'a',\n  territory: { tracts_csv: 't.csv' },\n\(lines)\n}\n"
}
