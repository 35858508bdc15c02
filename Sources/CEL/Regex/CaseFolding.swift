/// Case-insensitive matching: which scalars count as the same letter under `(?i)`.
///
/// Source: simple case folding (statuses C and S) of the Unicode Character Database, version 15.0
/// (`CaseFolding.txt`), turned into orbits: following `next` from any letter visits all letters that fold
/// to the same one (`k`, `K`, U+212A KELVIN SIGN) and comes back.
enum CaseFolding {
  /// A run of scalars whose next orbit member is found in the same way.
  private struct Run {
    let range: ClosedRange<UInt32>
    /// The distance to the next member, or nil where upper and lower case letters alternate.
    let distance: Int64?
  }

  /// A set together with every scalar that differs from one of its members only in case.
  static func closure(of set: ScalarSet) -> ScalarSet {
    var closed = set
    var frontier = set
    // Orbits have at most four members, so this ends after at most four rounds.
    while true {
      let images = ScalarSet(images(of: frontier))
      let grown = closed.union(images)
      if grown == closed { return closed }
      closed = grown
      frontier = images
    }
  }

  private static func images(of set: ScalarSet) -> [ClosedRange<UInt32>] {
    var result: [ClosedRange<UInt32>] = []
    for range in set.ranges {
      var index = firstRun(endingAtOrAfter: range.lowerBound)
      while index < runs.count, runs[index].range.lowerBound <= range.upperBound {
        let run = runs[index]
        index += 1
        let part = run.range.clamped(to: range)
        if let distance = run.distance {
          let lower = UInt32(Int64(part.lowerBound) + distance)
          result.append(lower...(lower + (part.upperBound - part.lowerBound)))
        } else {
          // Pairs: the image of a part is the part widened to whole pairs.
          let first = part.lowerBound - (part.lowerBound - run.range.lowerBound) % 2
          let last = part.upperBound + 1 - (part.upperBound - run.range.lowerBound) % 2
          result.append(first...last)
        }
      }
    }
    return result
  }

  private static func firstRun(endingAtOrAfter scalar: UInt32) -> Int {
    var low = 0
    var high = runs.count
    while low < high {
      let middle = (low + high) / 2
      if runs[middle].range.upperBound < scalar { low = middle + 1 } else { high = middle }
    }
    return low
  }

  private static let runs: [Run] = table.split(whereSeparator: \.isWhitespace).compactMap { entry in
    let halves = entry.split(separator: ":")
    guard halves.count == 2 else { return nil }
    let bounds = halves[0].split(separator: "-").compactMap { UInt32($0, radix: 16) }
    guard let first = bounds.first, let last = bounds.last, first <= last else { return nil }
    return Run(range: first...last, distance: halves[1] == "~" ? nil : Int64(halves[1]))
  }

  /// One entry a run, ascending: its scalars in hexadecimal, a colon, then the distance to the next member
  /// of the orbit or `~` for alternating pairs.
  private static let table = """
    41-5A:+32 61-6A:-32 6B:+8383 6C-72:-32 73:+268 74-7A:-32 B5:+743 C0-D6:+32 D8-DE:+32 DF:+7615
    E0-E4:-32 E5:+8262 E6-F6:-32 F8-FE:-32 FF:+121 100-12F:~ 132-137:~ 139-148:~ 14A-177:~ 178:-121
    179-17E:~ 17F:-300 180:+195 181:+210 182-185:~ 186:+206 187-188:~ 189-18A:+205 18B-18C:~ 18E:+79
    18F:+202 190:+203 191-192:~ 193:+205 194:+207 195:+97 196:+211 197:+209 198-199:~ 19A:+163 19C:+211
    19D:+213 19E:+130 19F:+214 1A0-1A5:~ 1A6:+218 1A7-1A8:~ 1A9:+218 1AC-1AD:~ 1AE:+218 1AF-1B0:~
    1B1-1B2:+217 1B3-1B6:~ 1B7:+219 1B8-1B9:~ 1BC-1BD:~ 1BF:+56 1C4-1C5:+1 1C6:-2 1C7-1C8:+1 1C9:-2
    1CA-1CB:+1 1CC:-2 1CD-1DC:~ 1DD:-79 1DE-1EF:~ 1F1-1F2:+1 1F3:-2 1F4-1F5:~ 1F6:-97 1F7:-56 1F8-21F:~
    220:-130 222-233:~ 23A:+10795 23B-23C:~ 23D:-163 23E:+10792 23F-240:+10815 241-242:~ 243:-195
    244:+69 245:+71 246-24F:~ 250:+10783 251:+10780 252:+10782 253:-210 254:-206 256-257:-205 259:-202
    25B:-203 25C:+42319 260:-205 261:+42315 263:-207 265:+42280 266:+42308 268:-209 269:-211 26A:+42308
    26B:+10743 26C:+42305 26F:-211 271:+10749 272:-213 275:-214 27D:+10727 280:-218 282:+42307 283:-218
    287:+42282 288:-218 289:-69 28A-28B:-217 28C:-71 292:-219 29D:+42261 29E:+42258 345:+84 370-373:~
    376-377:~ 37B-37D:+130 37F:+116 386:+38 388-38A:+37 38C:+64 38E-38F:+63 391-3A1:+32 3A3:+31
    3A4-3AB:+32 3AC:-38 3AD-3AF:-37 3B1:-32 3B2:+30 3B3-3B4:-32 3B5:+64 3B6-3B7:-32 3B8:+25 3B9:+7173
    3BA:+54 3BB:-32 3BC:-775 3BD-3BF:-32 3C0:+22 3C1:+48 3C2:+1 3C3-3C5:-32 3C6:+15 3C7-3C8:-32
    3C9:+7517 3CA-3CB:-32 3CC:-64 3CD-3CE:-63 3CF:+8 3D0:-62 3D1:+35 3D5:-47 3D6:-54 3D7:-8 3D8-3EF:~
    3F0:-86 3F1:-80 3F2:+7 3F3:-116 3F4:-92 3F5:-96 3F7-3F8:~ 3F9:-7 3FA-3FB:~ 3FD-3FF:-130 400-40F:+80
    410-42F:+32 430-431:-32 432:+6222 433:-32 434:+6221 435-43D:-32 43E:+6212 43F-440:-32 441-442:+6210
    443-449:-32 44A:+6204 44B-44F:-32 450-45F:-80 460-461:~ 462:+1 463:+6180 464-481:~ 48A-4BF:~ 4C0:+15
    4C1-4CE:~ 4CF:-15 4D0-52F:~ 531-556:+48 561-586:-48 10A0-10C5:+7264 10C7:+7264 10CD:+7264
    10D0-10FA:+3008 10FD-10FF:+3008 13A0-13EF:+38864 13F0-13F5:+8 13F8-13FD:-8 1C80:-6254 1C81:-6253
    1C82:-6244 1C83:-6242 1C84:+1 1C85:-6243 1C86:-6236 1C87:-6181 1C88:+35266 1C90-1CBA:-3008
    1CBD-1CBF:-3008 1D79:+35332 1D7D:+3814 1D8E:+35384 1E00-1E5F:~ 1E60:+1 1E61:+58 1E62-1E95:~ 1E9B:-59
    1E9E:-7615 1EA0-1EFF:~ 1F00-1F07:+8 1F08-1F0F:-8 1F10-1F15:+8 1F18-1F1D:-8 1F20-1F27:+8 1F28-1F2F:-8
    1F30-1F37:+8 1F38-1F3F:-8 1F40-1F45:+8 1F48-1F4D:-8 1F51:+8 1F53:+8 1F55:+8 1F57:+8 1F59:-8 1F5B:-8
    1F5D:-8 1F5F:-8 1F60-1F67:+8 1F68-1F6F:-8 1F70-1F71:+74 1F72-1F75:+86 1F76-1F77:+100 1F78-1F79:+128
    1F7A-1F7B:+112 1F7C-1F7D:+126 1F80-1F87:+8 1F88-1F8F:-8 1F90-1F97:+8 1F98-1F9F:-8 1FA0-1FA7:+8
    1FA8-1FAF:-8 1FB0-1FB1:+8 1FB3:+9 1FB8-1FB9:-8 1FBA-1FBB:-74 1FBC:-9 1FBE:-7289 1FC3:+9
    1FC8-1FCB:-86 1FCC:-9 1FD0-1FD1:+8 1FD8-1FD9:-8 1FDA-1FDB:-100 1FE0-1FE1:+8 1FE5:+7 1FE8-1FE9:-8
    1FEA-1FEB:-112 1FEC:-7 1FF3:+9 1FF8-1FF9:-128 1FFA-1FFB:-126 1FFC:-9 2126:-7549 212A:-8415
    212B:-8294 2132:+28 214E:-28 2160-216F:+16 2170-217F:-16 2183-2184:~ 24B6-24CF:+26 24D0-24E9:-26
    2C00-2C2F:+48 2C30-2C5F:-48 2C60-2C61:~ 2C62:-10743 2C63:-3814 2C64:-10727 2C65:-10795 2C66:-10792
    2C67-2C6C:~ 2C6D:-10780 2C6E:-10749 2C6F:-10783 2C70:-10782 2C72-2C73:~ 2C75-2C76:~ 2C7E-2C7F:-10815
    2C80-2CE3:~ 2CEB-2CEE:~ 2CF2-2CF3:~ 2D00-2D25:-7264 2D27:-7264 2D2D:-7264 A640-A649:~ A64A:+1
    A64B:-35267 A64C-A66D:~ A680-A69B:~ A722-A72F:~ A732-A76F:~ A779-A77C:~ A77D:-35332 A77E-A787:~
    A78B-A78C:~ A78D:-42280 A790-A793:~ A794:+48 A796-A7A9:~ A7AA:-42308 A7AB:-42319 A7AC:-42315
    A7AD:-42305 A7AE:-42308 A7B0:-42258 A7B1:-42282 A7B2:-42261 A7B3:+928 A7B4-A7C3:~ A7C4:-48
    A7C5:-42307 A7C6:-35384 A7C7-A7CA:~ A7D0-A7D1:~ A7D6-A7D9:~ A7F5-A7F6:~ AB53:-928 AB70-ABBF:-38864
    FF21-FF3A:+32 FF41-FF5A:-32 10400-10427:+40 10428-1044F:-40 104B0-104D3:+40 104D8-104FB:-40
    10570-1057A:+39 1057C-1058A:+39 1058C-10592:+39 10594-10595:+39 10597-105A1:-39 105A3-105B1:-39
    105B3-105B9:-39 105BB-105BC:-39 10C80-10CB2:+64 10CC0-10CF2:-64 118A0-118BF:+32 118C0-118DF:-32
    16E40-16E5F:+32 16E60-16E7F:-32 1E900-1E921:+34 1E922-1E943:-34
    """
}
