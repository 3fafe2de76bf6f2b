//! The colours of every picture, all readable with the common kinds of colour blindness.
//!
//! Series take the palette of Okabe and Ito ("Color Universal Design", 2008), with yellow last because it is faint on
//! white. Magnitudes take viridis (van der Walt and Smith, 2015), whose lightness rises evenly, so that it also works
//! in print.

use std::fmt;

/// An sRGB colour, shown as `#rrggbb`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Colour(pub(crate) u8, pub(crate) u8, pub(crate) u8);

impl fmt::Display for Colour {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{:02x}{:02x}{:02x}", self.0, self.1, self.2)
    }
}

pub(crate) const WHITE: Colour = Colour(255, 255, 255);
pub(crate) const BLACK: Colour = Colour(0, 0, 0);
/// Text and frames.
pub(crate) const INK: Colour = Colour(34, 34, 34);
/// Secondary text, ticks, marker lines.
pub(crate) const FAINT_INK: Colour = Colour(96, 96, 96);
/// Grid lines.
pub(crate) const GRID: Colour = Colour(226, 226, 226);
/// Cells without a value.
pub(crate) const MISSING: Colour = Colour(210, 210, 210);

pub(crate) const BLUE: Colour = Colour(0, 114, 178);
pub(crate) const VERMILLION: Colour = Colour(213, 94, 0);
pub(crate) const GREEN: Colour = Colour(0, 158, 115);
pub(crate) const ORANGE: Colour = Colour(230, 159, 0);

/// The colours of series, in order of use.
pub(crate) const SERIES: [Colour; 8] =
    [BLUE, VERMILLION, GREEN, ORANGE, Colour(86, 180, 233), Colour(204, 121, 167), BLACK, Colour(240, 228, 66)];

const VIRIDIS: [Colour; 9] = [
    Colour(68, 1, 84),
    Colour(71, 45, 123),
    Colour(59, 82, 139),
    Colour(44, 114, 142),
    Colour(33, 144, 140),
    Colour(39, 173, 129),
    Colour(93, 200, 99),
    Colour(170, 220, 50),
    Colour(253, 231, 37),
];

/// The colour of the share `t` (0 to 1, clamped) of a range of magnitudes, dark to light.
pub(crate) fn magnitude(t: f64) -> Colour {
    let place = t.clamp(0.0, 1.0) * (VIRIDIS.len() - 1) as f64;
    let below = (place as usize).min(VIRIDIS.len() - 2);
    VIRIDIS[below].mix(VIRIDIS[below + 1], place - below as f64)
}

impl Colour {
    /// The colour at the share `t` of the way to `other`.
    pub(crate) fn mix(self, other: Self, t: f64) -> Self {
        let channel = |a: u8, b: u8| (f64::from(a) + (f64::from(b) - f64::from(a)) * t).round() as u8;
        Self(channel(self.0, other.0), channel(self.1, other.1), channel(self.2, other.2))
    }

    /// Black or white, whichever has the higher contrast ratio (WCAG 2, section 1.4.3) against this background.
    pub(crate) fn readable_text(self) -> Self {
        if (self.luminance() + 0.05) / 0.05 > 1.05 / (self.luminance() + 0.05) { BLACK } else { WHITE }
    }

    /// The relative luminance of WCAG 2: linear light, weighted by the eye's sensitivity.
    fn luminance(self) -> f64 {
        let linear = |channel: u8| {
            let c = f64::from(channel) / 255.0;
            if c <= 0.04045 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * linear(self.0) + 0.7152 * linear(self.1) + 0.0722 * linear(self.2)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn magnitudes_grow_lighter_all_the_way() {
        let lightness: Vec<f64> = (0..=100).map(|i| magnitude(f64::from(i) / 100.0).luminance()).collect();
        assert!(lightness.is_sorted());
        assert_eq!((magnitude(0.0), magnitude(1.0), magnitude(7.0)), (VIRIDIS[0], VIRIDIS[8], VIRIDIS[8]));
    }

    #[test]
    fn text_contrasts_with_its_background() {
        for i in 0..=100 {
            let background = magnitude(f64::from(i) / 100.0);
            let (a, b) = (background.luminance() + 0.05, background.readable_text().luminance() + 0.05);
            assert!(a.max(b) / a.min(b) > 4.5, "{background}");
        }
    }
}
