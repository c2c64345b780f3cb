import Glibc

extension UnsafeMutableRawBufferPointer {
  private static let largePageByteCount = 1 << 21

  /// Asks the system to back memory that is still to be filled with large pages, of 2 MiB on most
  /// machines. Of gigabytes in pages of 4 KiB getting each for the first time takes about as long as
  /// filling it does, and finding one of them among many as long as loading from it.
  ///
  /// It is advice, so that nothing depends on whether the system follows it.
  public func adviseLargePages() {
    guard count >= 2 * Self.largePageByteCount, let baseAddress else { return }
    let size = UInt(Self.largePageByteCount)
    // Whole pages only: others share the first and the last one.
    let start = (UInt(bitPattern: baseAddress) + size - 1) / size * size
    let end = (UInt(bitPattern: baseAddress) + UInt(count)) / size * size
    guard start < end else { return }
    _ = madvise(UnsafeMutableRawPointer(bitPattern: start), Int(end - start), MADV_HUGEPAGE)
  }
}
