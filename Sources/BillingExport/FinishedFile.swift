extension ControlTotals {
  /// Computes the totals anew from a finished file, so that whatever went wrong between the
  /// source rows and the disk shows as a difference.
  ///
  /// - Throws: `BillingError.controlTotals` when the file is not well-formed, a row belongs to
  ///   another batch, or the rows are not numbered 1, 2, 3, ….
  public init(file bytes: [UInt8], batch: BatchID) throws(BillingError) {
    self.init()
    var lines = try BillingLines(bytes, batch: batch)
    while try lines.next() { try lines.add(to: &self) }
  }
}
