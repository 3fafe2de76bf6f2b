//! Axes: how values map to a share of a length, where the ticks stand, and how they are written.

use crate::svg::EXPONENT_SIZE;
use crate::text;

/// Beyond this magnitude a value counts as not finite, so that the length of every range is a finite number.
const LARGEST: f64 = 1e300;
/// The shortest range, absolutely and relative to its values: below it neighbouring numbers run out of digits.
const SHORTEST: f64 = 1e-290;
const SHORTEST_RELATIVE: f64 = 1e-9;

/// A range of values, linear or logarithmic.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Axis {
    /// The ends; powers of ten on a logarithmic axis.
    from: f64,
    to: f64,
    log: bool,
    /// Whether ticks stand at whole numbers alone.
    whole: bool,
}

/// A marked value and how it is written.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Tick {
    pub(crate) value: f64,
    pub(crate) text: String,
    /// Written small and raised after the text.
    pub(crate) exponent: String,
}

impl Tick {
    /// An upper estimate of the width of the label.
    pub(crate) fn width(&self, size: f64) -> f64 {
        text::width(&self.text, size) + text::width(&self.exponent, size * EXPONENT_SIZE)
    }
}

/// Whether an axis has a place for `value`: finite, and positive on a logarithmic axis.
pub(crate) fn has_place(value: f64, log: bool) -> bool {
    value.abs() <= LARGEST && (!log || value > 0.0)
}

fn scaled(value: f64, log: bool) -> f64 {
    if log { value.log10() } else { value }
}

impl Axis {
    /// The axis from `from` to `to`.
    pub(crate) fn fixed(from: f64, to: f64, log: bool) -> Self {
        Self { from: scaled(from, log), to: scaled(to, log), log, whole: false }
    }

    /// The axis over all values that have a place on it, longer by the share `padding` on both sides; `None` without
    /// such a value. A single value gets a range about it.
    pub(crate) fn covering(values: impl Iterator<Item = f64>, log: bool, padding: f64) -> Option<Self> {
        let placed = values.filter(|&value| has_place(value, log)).map(|value| scaled(value, log));
        let (from, to) = placed.fold((f64::INFINITY, f64::NEG_INFINITY), |(lo, hi), v| (lo.min(v), hi.max(v)));
        if from > to {
            return None;
        }
        let size = from.abs().max(to.abs());
        let pad = if to - from > (size * SHORTEST_RELATIVE).max(SHORTEST) {
            (to - from) * padding
        } else if log {
            0.5
        } else if size > SHORTEST {
            size * 0.1
        } else {
            1.0
        };
        Some(Self { from: from - pad, to: to + pad, log, whole: false })
    }

    /// The axis of values that are counted, such as epochs: half of one is no place for a tick.
    pub(crate) fn of_whole_numbers(self) -> Self {
        Self { whole: true, ..self }
    }

    /// The place of `value` as a share of the axis: 0 at its beginning, 1 at its end.
    pub(crate) fn share(&self, value: f64) -> f64 {
        (scaled(value, self.log) - self.from) / (self.to - self.from)
    }

    /// The value at a share of the axis.
    pub(crate) fn value_at(&self, share: f64) -> f64 {
        let v = self.from + (self.to - self.from) * share;
        if self.log { 10f64.powf(v) } else { v }
    }

    /// About `at_most` labelled ticks at round values, in rising order.
    pub(crate) fn ticks(&self, at_most: usize) -> Vec<Tick> {
        if self.log { self.log_ticks(at_most) } else { linear_ticks(self.from, self.to, at_most, self.whole) }
    }

    /// The unlabelled values between the powers of ten of a logarithmic axis of few powers.
    pub(crate) fn minor_values(&self) -> Vec<f64> {
        if !self.log || self.to - self.from > 6.0 {
            return Vec::new();
        }
        self.multiples(&[2, 3, 4, 5, 6, 7, 8, 9]).into_iter().map(|(m, power)| power_of_ten(m, power)).collect()
    }

    /// All `m` times a power of ten within the axis, in rising order.
    fn multiples(&self, mantissas: &[u8]) -> Vec<(u8, i32)> {
        let powers = self.from.floor() as i32..=self.to.ceil() as i32;
        let all = powers.flat_map(|power| mantissas.iter().map(move |&m| (m, power)));
        all.filter(|&(m, power)| {
            let place = f64::from(m).log10() + f64::from(power);
            (self.from - 1e-9..=self.to + 1e-9).contains(&place)
        })
        .collect()
    }

    fn log_ticks(&self, at_most: usize) -> Vec<Tick> {
        let mut marks = self.multiples(&[1]);
        if marks.len() > at_most {
            let stride = marks.len().div_ceil(at_most) as i32;
            marks.retain(|&(_, power)| power.rem_euclid(stride) == 0);
        } else if marks.len() < 3 {
            let finer = self.multiples(&[1, 2, 5]);
            if finer.len() < 3 {
                return linear_ticks(10f64.powf(self.from), 10f64.powf(self.to), at_most, self.whole);
            }
            if finer.len() <= at_most {
                marks = finer;
            }
        }
        let plain = marks.iter().all(|(_, power)| (-3..=5).contains(power));
        let tick = |(m, power): (u8, i32)| {
            let value = power_of_ten(m, power);
            let (text, exponent) = match (plain, m) {
                (true, _) => (decimal(value, (-power).max(0) as usize), String::new()),
                (false, 1) => ("10".into(), integer(power)),
                (false, _) => (format!("{m}×10"), integer(power)),
            };
            Tick { value, text, exponent }
        };
        marks.into_iter().map(tick).collect()
    }
}

/// `m` times ten to the `power`, as the nearest number (which a product of rounded factors may miss).
fn power_of_ten(m: u8, power: i32) -> f64 {
    format!("{m}e{power}").parse().expect("a decimal number")
}

fn linear_ticks(from: f64, to: f64, at_most: usize, whole: bool) -> Vec<Tick> {
    // Of a fixed range there may be no whole number.
    let least = if whole && to.floor() >= from.ceil() { 1.0 } else { 0.0 };
    let (m, power) = round_step(((to - from) / at_most as f64).max(least));
    let step = power_of_ten(m, power);
    let first = (from / step - 1e-6).ceil();
    let count = ((to / step + 1e-6).floor() - first + 1.0).max(0.0) as usize;
    let values = (0..count).map(|i| (first + i as f64) * step);
    let write = notation(from.abs().max(to.abs()), power);
    values
        .map(|value| {
            let (text, exponent) = write(value);
            Tick { value, text, exponent }
        })
        .collect()
}

/// The smallest of 1, 2, 5 times a power of ten that is at least `length`.
fn round_step(length: f64) -> (u8, i32) {
    let power = length.log10().floor() as i32;
    let mantissa = length / power_of_ten(1, power);
    match mantissa {
        m if m <= 1.0 + 1e-9 => (1, power),
        m if m <= 2.0 + 1e-9 => (2, power),
        m if m <= 5.0 + 1e-9 => (5, power),
        _ => (1, power + 1),
    }
}

/// How all ticks of an axis are written whose largest magnitude is `size` and whose step has the power of ten `power`.
fn notation(size: f64, power: i32) -> impl Fn(f64) -> (String, String) {
    let size_power = size.log10().floor() as i32;
    let prefix = match size_power {
        6..9 => Some((6, "M")),
        9..12 => Some((9, "G")),
        12..15 => Some((12, "T")),
        _ => None,
    };
    let decimals = move |unit: i32| (unit - power).max(0) as usize;
    move |value| match prefix {
        _ if value == 0.0 => ("0".into(), String::new()),
        Some((unit, letter)) if power >= unit - 3 => {
            (format!("{}{letter}", decimal(value / power_of_ten(1, unit), decimals(unit))), String::new())
        }
        _ if (-4..15).contains(&size_power) => (decimal(value, decimals(0)), String::new()),
        _ => {
            let mantissa = decimal(value / power_of_ten(1, size_power), decimals(size_power));
            (format!("{mantissa}×10"), integer(size_power))
        }
    }
}

/// A number with a true minus sign, and commas between thousands from five digits on (years and small counts read
/// better without).
pub(crate) fn decimal(value: f64, decimals: usize) -> String {
    let digits = format!("{:.*}", decimals.min(17), value.abs());
    let (whole, fraction) = digits.split_at(digits.find('.').unwrap_or(digits.len()));
    let negative = value < 0.0 && digits.chars().any(|c| ('1'..='9').contains(&c));
    let mut out = String::from(if negative { "−" } else { "" });
    for (i, digit) in whole.chars().enumerate() {
        if whole.len() > 4 && i > 0 && (whole.len() - i) % 3 == 0 {
            out.push(',');
        }
        out.push(digit);
    }
    out + fraction
}

fn integer(value: i32) -> String {
    decimal(f64::from(value), 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(axis: Axis, at_most: usize) -> Vec<String> {
        let ticks = axis.ticks(at_most);
        ticks
            .into_iter()
            .map(|t| if t.exponent.is_empty() { t.text } else { format!("{}^{}", t.text, t.exponent) })
            .collect()
    }

    #[test]
    fn ticks_are_round_and_written_for_people() {
        let linear = |from, to| labels(Axis::fixed(from, to, false), 5);
        assert_eq!(linear(0.0, 1.0), ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"].map(|s| s.replace("0.0", "0")));
        assert_eq!(linear(-3.0, 3.0), ["−2", "0", "2"]);
        assert_eq!(linear(1949.0, 1961.0), ["1950", "1955", "1960"]);
        assert_eq!(linear(0.0, 60_000.0), ["0", "20,000", "40,000", "60,000"]);
        assert_eq!(linear(0.0, 7.7e6), ["0", "2M", "4M", "6M"]);
        assert_eq!(linear(1_000_000.0, 1_000_000.4).len(), 5);
        assert_eq!(linear(0.0, 4e-7), ["0", "1×10^−7", "2×10^−7", "3×10^−7", "4×10^−7"]);
        assert_eq!(linear(0.0, 3e20), ["0", "1×10^20", "2×10^20", "3×10^20"]);
    }

    #[test]
    fn ticks_of_whole_numbers_are_whole() {
        let whole = |from, to| labels(Axis::fixed(from, to, false).of_whole_numbers(), 10);
        assert_eq!(whole(1.0, 6.0), ["1", "2", "3", "4", "5", "6"]);
        assert_eq!(whole(0.9, 1.1), ["1"]);
        assert_eq!(whole(1.2, 1.8)[0], "1.2", "there is none");
        assert_eq!(whole(0.0, 50.0).len(), 11, "longer steps are as ever");
    }

    /// Steps of 5, of which none is between the ends.
    #[test]
    fn an_axis_between_two_steps_has_no_tick_beyond_its_end() {
        assert_eq!(labels(Axis::fixed(0.5, 4.52, false), 2), [] as [&str; 0]);
    }

    #[test]
    fn log_ticks_are_powers_then_finer_then_linear() {
        let log = |from, to| labels(Axis::fixed(from, to, true), 6);
        assert_eq!(log(0.01, 10.0), ["0.01", "0.10", "1", "10"].map(|s| s.replace("0.10", "0.1")));
        assert_eq!(log(1e-8, 1e-4), ["10^−8", "10^−7", "10^−6", "10^−5", "10^−4"]);
        assert_eq!(log(0.1, 2.5), ["0.1", "0.2", "0.5", "1", "2"]);
        assert_eq!(log(2.0, 2.5).len(), 6);
        assert!(log(1e-300, 1e300).len() <= 6);
    }

    #[test]
    fn every_tick_lies_on_its_axis_in_rising_order() {
        let ends =
            [(0.0, 1.0), (-1e300, 1e300), (1e-290, 3e-290), (17.3, 17.4), (-5e9, -4e9), (1e17, 1.1e17), (3.0, 4e5)];
        for (from, to) in ends {
            for log in [false, true] {
                if log && from <= 0.0 {
                    continue;
                }
                for at_most in 2..12 {
                    let axis = Axis::fixed(from, to, log);
                    let shares: Vec<f64> = axis.ticks(at_most).iter().map(|tick| axis.share(tick.value)).collect();
                    assert!(
                        !shares.is_empty() && shares.len() <= 2 * at_most,
                        "{from} {to} {log} {at_most}: {shares:?}"
                    );
                    assert!(shares.is_sorted() && shares.iter().all(|share| (-1e-5..=1.00001).contains(share)));
                }
            }
        }
    }

    #[test]
    fn covering_ignores_what_has_no_place_and_opens_a_range_about_one_value() {
        let values = [f64::NAN, 2.0, f64::INFINITY, -1.0, 0.0, f64::MAX];
        assert_eq!(Axis::covering(values.into_iter(), false, 0.0), Some(Axis::fixed(-1.0, 2.0, false)));
        assert_eq!(Axis::covering([f64::NAN, -1.0, 0.0].into_iter(), true, 0.0), None);
        for constant in [0.0, 5.0, -1e299, 1e-320, 1e17] {
            let axis = Axis::covering([constant, constant].into_iter(), false, 0.05).expect("a range");
            assert!((axis.share(constant) - 0.5).abs() < 1e-9, "{constant}");
            assert!(axis.ticks(5).len() > 1);
        }
    }

    #[test]
    fn value_at_undoes_share() {
        for axis in [Axis::fixed(-2.0, 7.0, false), Axis::fixed(0.01, 1000.0, true)] {
            for value in [0.02, 1.0, 6.5] {
                assert!((axis.value_at(axis.share(value)) - value).abs() < 1e-12 * value.abs().max(1.0));
            }
        }
    }
}
