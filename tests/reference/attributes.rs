//! What a case says beside its tensors.

use serde_json::{Map, Value};

/// Attributes by name. Asking for one that is not there, or is of another kind, panics.
#[derive(Debug, Default)]
pub struct Attributes(Map<String, Value>);

impl Attributes {
    pub fn parse(json: &str) -> Self {
        Attributes(serde_json::from_str(json).unwrap())
    }

    /// The value, if there is one that is not null.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.0.get(name).filter(|value| !value.is_null())
    }

    fn need(&self, name: &str) -> &Value {
        self.get(name).unwrap_or_else(|| panic!("no attribute {name} in {self:?}"))
    }

    pub fn has(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    /// A number; infinities and NaN are written as text, since JSON has none.
    pub fn float(&self, name: &str) -> f64 {
        let value = self.need(name);
        value.as_f64().or_else(|| value.as_str()?.parse().ok()).unwrap()
    }

    pub fn floats(&self, name: &str) -> Vec<f64> {
        self.need(name).as_array().unwrap().iter().map(|v| v.as_f64().unwrap()).collect()
    }

    pub fn int(&self, name: &str) -> i64 {
        self.need(name).as_i64().unwrap()
    }

    pub fn axis(&self, name: &str) -> isize {
        self.int(name) as isize
    }

    pub fn size(&self, name: &str) -> usize {
        self.int(name) as usize
    }

    pub fn flag(&self, name: &str) -> bool {
        self.get(name).is_some_and(|value| value.as_bool().unwrap())
    }

    pub fn text(&self, name: &str) -> &str {
        self.need(name).as_str().unwrap()
    }

    /// A list of integers, or one integer as a list of one.
    pub fn ints(&self, name: &str) -> Vec<i64> {
        match self.need(name) {
            Value::Array(list) => list.iter().map(|v| v.as_i64().unwrap()).collect(),
            value => vec![value.as_i64().unwrap()],
        }
    }

    pub fn axes(&self, name: &str) -> Vec<isize> {
        self.ints(name).into_iter().map(|i| i as isize).collect()
    }

    pub fn sizes(&self, name: &str) -> Vec<usize> {
        self.ints(name).into_iter().map(|i| i as usize).collect()
    }

    /// As many sizes as an option has; one integer stands for all of them, and nothing for the default.
    pub fn each<const N: usize>(&self, name: &str, default: usize) -> [usize; N] {
        match self.get(name) {
            None => [default; N],
            Some(Value::Array(_)) => self.sizes(name).try_into().unwrap(),
            Some(value) => [value.as_u64().unwrap() as usize; N],
        }
    }
}
