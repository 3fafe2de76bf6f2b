//! What was measured, by name.

/// Measures by name, in the order in which they came: `Measures::from([("loss", 0.1), ("accuracy", 0.98)])`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Measures(Vec<(String, f64)>);

impl Measures {
    /// The measure of that name.
    pub fn get(&self, name: &str) -> Option<f64> {
        self.iter().find(|(known, _)| *known == name).map(|(_, value)| value)
    }

    /// Names and values.
    pub fn iter(&self) -> impl Iterator<Item = (&str, f64)> {
        self.0.iter().map(|(name, value)| (name.as_str(), *value))
    }

    /// The measure of that name, which `who` cannot do without.
    #[track_caller]
    pub(crate) fn wanted(&self, who: &str, name: &str) -> f64 {
        let Some(value) = self.get(name) else {
            let names: Vec<&str> = self.iter().map(|(name, _)| name).collect();
            tapegrad_core::fail!("{who}: there is no measure {name:?}, expected one of {names:?}");
        };
        value
    }
}

/// A measure as a person reads it: with four decimals where they say something.
pub(crate) fn shown(value: f64) -> String {
    let ordinary = (1e-3..1e5).contains(&value.abs());
    if ordinary || value == 0.0 { format!("{value:.4}") } else { format!("{value:.3e}") }
}

impl<S: Into<String>> FromIterator<(S, f64)> for Measures {
    fn from_iter<I: IntoIterator<Item = (S, f64)>>(pairs: I) -> Self {
        Measures(pairs.into_iter().map(|(name, value)| (name.into(), value)).collect())
    }
}

impl<S: Into<String>, const N: usize> From<[(S, f64); N]> for Measures {
    fn from(pairs: [(S, f64); N]) -> Self {
        pairs.into_iter().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_every_size_are_short() {
        let shown = [0.0, 0.98, -0.001, 99_999.0, 0.000_5, 1e5, f64::NAN, f64::INFINITY].map(shown);
        assert_eq!(shown, ["0.0000", "0.9800", "-0.0010", "99999.0000", "5.000e-4", "1.000e5", "NaN", "inf"]);
    }
}
