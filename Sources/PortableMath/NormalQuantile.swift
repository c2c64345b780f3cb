import Glibc

/// The value that a standard normal variable stays below with probability p, 0 < p < 1.
///
/// Algorithm AS 241, PPND16, of M. J. Wichura, "The Percentage Points of the Normal Distribution",
/// Applied Statistics 37 (1988): relative accuracy about 1 part in 10¹⁶.
public func normalQuantile(_ p: Double) -> Double {
  let q = p - 0.5
  if q.magnitude <= 0.425 {
    let r = 0.180625 - q * q
    return q * polynomial(r, centralNumerator) / polynomial(r, centralDenominator)
  }
  let tail = (-naturalLogarithm(q < 0 ? p : 1 - p)).squareRoot()
  let value =
    tail <= 5
    ? polynomial(tail - 1.6, nearNumerator) / polynomial(tail - 1.6, nearDenominator)
    : polynomial(tail - 5, farNumerator) / polynomial(tail - 5, farDenominator)
  return q < 0 ? -value : value
}

/// A standard normal variate from 32 uniform bits, never beyond ± 6.34.
public func normalVariate(_ bits: UInt32) -> Double {
  normalQuantile((Double(bits) + 0.5) * 0x1p-32)
}

private typealias Coefficients = [8 of Double]

/// Horner's scheme; the coefficient of the highest power comes first.
@inline(__always)
private func polynomial(_ x: Double, _ coefficients: Coefficients) -> Double {
  var sum = coefficients[0]
  for index in 1..<8 { sum = sum * x + coefficients[index] }
  return sum
}

private let centralNumerator: Coefficients = [
  2509.0809287301226727, 33430.575583588128105, 67265.770927008700853, 45921.953931549871457,
  13731.693765509461125, 1971.5909503065514427, 133.14166789178437745, 3.387132872796366608,
]
private let centralDenominator: Coefficients = [
  5226.495278852854561, 28729.085735721942674, 39307.89580009271061, 21213.794301586595867,
  5394.1960214247511077, 687.1870074920579083, 42.313330701600911252, 1.0,
]
private let nearNumerator: Coefficients = [
  7.7454501427834140764e-4, 0.0227238449892691845833, 0.24178072517745061177,
  1.27045825245236838258, 3.64784832476320460504, 5.7694972214606914055, 4.6303378461565452959,
  1.42343711074968357734,
]
private let nearDenominator: Coefficients = [
  1.05075007164441684324e-9, 5.475938084995344946e-4, 0.0151986665636164571966,
  0.14810397642748007459, 0.68976733498510000455, 1.6763848301838038494, 2.05319162663775882187,
  1.0,
]
private let farNumerator: Coefficients = [
  2.01033439929228813265e-7, 2.71155556874348757815e-5, 0.0012426609473880784386,
  0.026532189526576123093, 0.29656057182850489123, 1.7848265399172913358, 5.4637849111641143699,
  6.6579046435011037772,
]
private let farDenominator: Coefficients = [
  2.04426310338993978564e-15, 1.4215117583164458887e-7, 1.8463183175100546818e-5,
  7.868691311456132591e-4, 0.0148753612908506148525, 0.13692988092273580531,
  0.59983220655588793769, 1.0,
]
