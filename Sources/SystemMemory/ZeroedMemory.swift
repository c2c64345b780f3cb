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
    Self.adviseHugePages(memory, byteCount)
    values = memory.bindMemory(to: Element.self, capacity: max(count, 1))
  }

  deinit { munmap(values, byteCount) }

  /// Lets the system give memory in pages of 2 MiB where so much is needed: what is written from end
  /// to end is so got with one interruption in 512, and addressed without a miss for each few rows.
  private static func adviseHugePages(_ memory: UnsafeMutableRawPointer, _ byteCount: Int) {
    let pageByteCount = 2 << 20
    let first = memory.alignedUp(toMultipleOf: pageByteCount)
    let length = (byteCount - (first - memory)) / pageByteCount * pageByteCount
    if length > 0 { madvise(first, length, MADV_HUGEPAGE) }
  }
}
