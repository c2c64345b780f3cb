/// Which ERT types belong to which commodity, as `rtl_433` and `rtlamr` observe them; ascending.
///
/// Types 6, 10, 14 and 15 are unknown. Type 12 has been seen on electric meters of one maker;
/// it counts as gas unless the registry says otherwise.
public enum ERTType {
  public static let electric = [4, 5, 7, 8]
  public static let gas = [0, 1, 2, 9, 12]
  public static let water = [3, 11, 13]
}
