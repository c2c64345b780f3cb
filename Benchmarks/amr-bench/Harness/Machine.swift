import DurableFiles
import Glibc

/// What a measurement was taken on.
struct Machine: Sendable {
  let processor: String
  let cores: Int
  let kernel: String
  let compiler: String
  let configuration: String
  /// Runnable threads of the whole machine over the last minute, this process included.
  let load: Double

  static func current() -> Machine {
    var load = 0.0
    getloadavg(&load, 1)
    return Machine(
      processor: processorName() ?? "unknown processor",
      cores: sysconf(Int32(_SC_NPROCESSORS_ONLN)),
      kernel: kernelName(), compiler: compilerName, configuration: configurationName, load: load)
  }

  var line: String {
    "\(processor), \(cores) cores; \(kernel); \(compiler), \(configuration) build; "
      + "load \(fixed(load, digits: 1)) at the start"
  }

  private static func processorName() -> String? {
    guard let bytes = try? FileSystem.system.readFile("/proc/cpuinfo") else { return nil }
    let line = bytes.split(separator: UInt8(ascii: "\n")).first {
      $0.starts(with: "model name".utf8)
    }
    guard let value = line?.split(separator: UInt8(ascii: ":")).last else { return nil }
    return String(decoding: value.drop { $0 == UInt8(ascii: " ") }, as: UTF8.self)
  }

  private static func kernelName() -> String {
    var name = utsname()
    uname(&name)
    func text<Field>(_ field: Field) -> String {
      withUnsafeBytes(of: field) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    }
    return "\(text(name.sysname)) \(text(name.release)) \(text(name.machine))"
  }

  private static var compilerName: String {
    #if compiler(>=6.4)
      "Swift 6.4 or later"
    #elseif compiler(>=6.3)
      "Swift 6.3"
    #else
      "Swift 6.2"
    #endif
  }

  private static var configurationName: String {
    #if DEBUG
      "debug"
    #else
      "release"
    #endif
  }
}
