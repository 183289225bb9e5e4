import Foundation

/// The chi-square distribution.
enum ChiSquare {
    /// The probability of a value at least this large: the regularised upper incomplete gamma function Q(k/2, x/2).
    static func upperTail(_ value: Double, degreesOfFreedom: Int) -> Double {
        guard value > 0 else { return 1 }
        let a = Double(degreesOfFreedom) / 2
        let x = value / 2
        let scale = exp(-x + a * log(x) - lgamma(a))
        if x < a + 1 {
            // The series of the lower function.
            var term = 1 / a
            var sum = term
            var n = a
            while abs(term) > abs(sum) * 1e-15 {
                n += 1
                term *= x / n
                sum += term
            }
            return 1 - sum * scale
        }
        // The continued fraction of the upper one, by Lentz's method.
        var b = x + 1 - a
        var c = 1 / Double.leastNormalMagnitude
        var d = 1 / b
        var fraction = d
        for i in 1...500 {
            let numerator = -Double(i) * (Double(i) - a)
            b += 2
            d = 1 / (numerator * d + b)
            c = b + numerator / c
            fraction *= c * d
            if abs(c * d - 1) < 1e-15 { break }
        }
        return fraction * scale
    }
}
