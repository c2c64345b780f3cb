/// Packs pages with gzip, each column chunk with no more effort than pays.
struct PagePacker {
  private let frequencies: GzipCompressor
  private let quick: GzipCompressor
  private let thorough: GzipCompressor

  init() throws(ParquetError) {
    frequencies = try GzipCompressor(.frequencies)
    quick = try GzipCompressor(.quick)
    thorough = try GzipCompressor(.thorough)
  }

  /// How the pages of a chunk are to be packed, nil for not at all, by what one of them gives.
  ///
  /// More effort must take off another 1/32. Packed integers have no strings that repeat, and looking
  /// for them is the greatest cost of a file; in texts, lists and differences the first ones that are
  /// found do nearly as well as the best (a tenth less, in a third of the time), so that only of
  /// dictionary codes the best are looked for. What shrinks by less than 1/32 is stored as it is:
  /// unpacking it takes readers longer than reading it.
  func effort(for pages: [[UInt8]], _ encoding: Encoding) -> GzipCompressor.Effort? {
    let page = pages[(pages.count - 1) / 2]
    var efforts: [GzipCompressor.Effort] = [.frequencies, .quick]
    if encoding == .runLengthDictionary { efforts.append(.thorough) }
    var best: GzipCompressor.Effort?
    var least = page.count
    for effort in efforts {
      if let size = pack(page, effort)?.count, size < least - page.count / 32 {
        (best, least) = (effort, size)
      }
    }
    return best
  }

  /// The gzip form of a page; nil when it is not smaller.
  func pack(_ page: [UInt8], _ effort: GzipCompressor.Effort) -> [UInt8]? {
    compressor(effort).compress(page, limit: page.count)
  }

  /// The gzip form of a dictionary page, which cannot say that it is not packed and so may grow.
  func packAtAnySize(_ page: [UInt8]) throws(ParquetError) -> [UInt8] {
    // Zlib's own bound.
    let limit = page.count + page.count / 1000 + 64
    guard let body = quick.compress(page, limit: limit) else {
      throw ParquetError("zlib failed on a dictionary of \(page.count) bytes")
    }
    return body
  }

  private func compressor(_ effort: GzipCompressor.Effort) -> GzipCompressor {
    switch effort {
    case .frequencies: frequencies
    case .quick: quick
    case .thorough: thorough
    }
  }
}
