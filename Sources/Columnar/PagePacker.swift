import Gzip

/// Packs pages with gzip, each column chunk with no more effort than pays.
struct PagePacker {
  private let frequencies: GzipCompressor
  private let quick: GzipCompressor
  private let thorough: GzipCompressor
  private let runs: GzipCompressor
  private let filtered: GzipCompressor

  init() throws(ParquetError) {
    do throws(GzipError) {
      frequencies = try GzipCompressor(.frequencies)
      quick = try GzipCompressor(.quick)
      thorough = try GzipCompressor(.thorough)
      runs = try GzipCompressor(.runs)
      filtered = try GzipCompressor(.filtered)
    } catch {
      throw ParquetError(error.reason)
    }
  }

  /// The gzip forms of a chunk's pages, nil for those that do not get smaller.
  ///
  /// What one of them gives decides how all are packed; more effort must take off another 1/32 of
  /// it. Packed integers have no strings that repeat, and looking for them is the greatest cost of a
  /// file; in texts, lists and differences the first ones that are found do nearly as well as the best
  /// (a tenth less, in a third of the time), so that only of dictionary codes the best are looked
  /// for. What shrinks by less than 1/32 is stored as it is: unpacking it takes readers longer than
  /// reading it.
  func pack(_ pages: [[UInt8]], _ encoding: Encoding) -> [[UInt8]?] {
    let trial = (pages.count - 1) / 2
    let page = pages[trial]
    var efforts: [GzipCompressor.Effort] = [.frequencies, .quick]
    if encoding == .runLengthDictionary { efforts.append(.thorough) }
    var best: (effort: GzipCompressor.Effort, packed: [UInt8])?
    for effort in efforts {
      let least = best?.packed.count ?? page.count
      let limit = least - page.count / 32
      if let packed = compressor(effort).compress(page, limit: limit) { best = (effort, packed) }
    }
    guard let best else { return Array(repeating: nil, count: pages.count) }
    return pages.indices.map { number in
      if number == trial { return best.packed }
      return compressor(best.effort).compress(pages[number], limit: pages[number].count)
    }
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
    case .runs: runs
    case .filtered: filtered
    }
  }

  /// The size of a page when its bytes and runs of them get codes by their frequency, which tells how
  /// forms of a page compare, at a small part of the price of more effort.
  func roughSize(_ page: [UInt8]) -> Int {
    runs.compress(page, limit: page.count)?.count ?? page.count
  }

  /// The gzip forms of a chunk's pages with whatever effort makes them smallest, nil for those that do
  /// not get smaller. More effort must take off another 1/256, as it takes five times as long.
  ///
  /// - Parameter trial: a part of a page, which decides.
  func packDensely(_ pages: [[UInt8]], trial: [UInt8]) -> [[UInt8]?] {
    var best: (effort: GzipCompressor.Effort, size: Int)?
    for effort in [GzipCompressor.Effort.runs, .filtered, .thorough] {
      let limit = best.map { $0.size - $0.size / 256 } ?? trial.count
      if let packed = compressor(effort).compress(trial, limit: limit) {
        best = (effort, packed.count)
      }
    }
    return pages.map { page in
      best.flatMap { compressor($0.effort).compress(page, limit: page.count) }
    }
  }
}
