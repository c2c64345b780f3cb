import Metering

extension Commodity {
  /// Whether a module that sends this ERT type may read a meter of this commodity.
  ///
  /// The types are those that `rtl_433` and `rtlamr` observe. Type 12 is gas, and has also been seen
  /// on electric meters of one maker: the registry decides. The unknown types 6, 10, 14 and 15 fit
  /// nothing, because a 16-bit checksum lets chance frames through.
  ///
  /// - Parameter ertType: 0…15; of a whole byte, as later frames have it, the low four bits.
  public func fits(ertType: UInt8) -> Bool {
    let types: [UInt8] =
      switch self {
      case .electric: [4, 5, 7, 8, 12]
      case .gas: [0, 1, 2, 9, 12]
      case .water: [3, 11, 13]
      }
    return types.contains(ertType & 15)
  }
}

extension ServicePoint {
  /// Whether a read of this time belongs to another meter than that of the row.
  ///
  /// A new module's reads before the work order's time are held, an old one's from that time on are
  /// rejected. Nil when the row holds.
  public func serviceFinding(at instant: UTCMilliseconds) -> VEEFlag? {
    if isInService(at: instant) { return nil }
    return instant < installedAt ? .beforeInstallation : .afterRemoval
  }
}
