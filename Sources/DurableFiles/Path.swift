/// Text operations on slash-separated paths; none touches the file system.
public enum Path {
  /// `component` below `directory`.
  public static func join(_ directory: String, _ component: String) -> String {
    let separator = directory.isEmpty || directory.hasSuffix("/") ? "" : "/"
    return directory + separator + component
  }

  /// Everything before the last component; "." when there is nothing before it.
  public static func parent(_ path: String) -> String {
    guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  /// The last component.
  public static func name(_ path: String) -> String {
    guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return path }
    return String(path[path.utf8.index(after: slash)...])
  }
}
