import Foundation

/// How much memory there is for this process and its children.
enum MachineMemory {
  /// In megabytes: what the machine has, or as much as its control group may use.
  static var megabytes: Int {
    let bytes = min(ProcessInfo.processInfo.physicalMemory, controlGroupLimit ?? .max)
    return Int(clamping: bytes >> 20)
  }

  /// Of version 2 as it is seen from within a container, in bytes; `nil` without one.
  private static var controlGroupLimit: UInt64? {
    guard let text = try? String(contentsOfFile: "/sys/fs/cgroup/memory.max", encoding: .utf8) else { return nil }
    return UInt64(text.trimmingCharacters(in: .whitespacesAndNewlines))
  }
}
