/// How far a rollout has come in one area on some days.
public struct AreaProgress: Sendable, Equatable {
  /// Modules that are installed on each of the days.
  public internal(set) var installed: [Int]
  /// Modules that the fixed network serves on each of the days.
  public internal(set) var fixed: [Int]
}

extension ServiceHistory {
  /// How far the rollout has come in each area, in the order of their list.
  ///
  /// - Parameter days: of the run, ascending.
  public func progress(in areas: Areas, on days: [Int]) -> [AreaProgress] {
    let none = [Int](repeating: 0, count: days.count)
    var progress = areas.list.map { _ in AreaProgress(installed: none, fixed: none) }
    for (module, area) in areas.ofModule.enumerated() {
      // The first of the days counts; all after it are added up below.
      if let place = days.firstIndex(where: { isInstalled(module, on: $0) }) {
        progress[Int(area)].installed[place] += 1
      }
      if let place = days.firstIndex(where: { isFixed(module, on: $0) }) {
        progress[Int(area)].fixed[place] += 1
      }
    }
    for area in progress.indices {
      for place in days.indices.dropFirst() {
        progress[area].installed[place] += progress[area].installed[place - 1]
        progress[area].fixed[place] += progress[area].fixed[place - 1]
      }
    }
    return progress
  }
}
