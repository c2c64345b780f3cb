internal import CMalloc

/// The heap of this process.
public enum Heap {
  /// Lets the heap keep what is freed, for what is allocated next, instead of giving it back to the
  /// system. To be called as a program starts.
  ///
  /// Arrays of megabytes come and go here with every day of reads. The system clears each page that
  /// it gives, and to take pages back and ask for them again takes a tenth to a fifth of a validation.
  public static func keepFreedMemory() {
    // What is larger has pages of its own; 32 MiB is the most that the C library takes here.
    mallopt(M_MMAP_THRESHOLD, 32 << 20)
    mallopt(M_TRIM_THRESHOLD, .max)
    mallopt(M_TOP_PAD, 16 << 20)
  }
}
