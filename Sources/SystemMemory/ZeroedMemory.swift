import Glibc

/// Memory for many values, all bits of which are zero at first: the system's pages, which take room
/// only once they are written to. Not from the heap, which keeps what was used once.
public struct ZeroedMemory<Element: BitwiseCopyable>: ~Copyable {
  public let values: UnsafeMutablePointer<Element>
  private let byteCount: Int

  /// - Parameter purpose: what the memory is for, told when there is none.
  public init(count: Int, for purpose: @autoclosure () -> String) {
    byteCount = max(count, 1) * MemoryLayout<Element>.stride
    let memory = mmap(
      nil, byteCount, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0)
    guard let memory, memory != MAP_FAILED else { fatalError("out of memory for \(purpose())") }
    UnsafeMutableRawBufferPointer(start: memory, count: byteCount).adviseLargePages()
    values = memory.bindMemory(to: Element.self, capacity: max(count, 1))
  }

  deinit { munmap(values, byteCount) }
}
