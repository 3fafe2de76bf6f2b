//! What was measured, epoch after epoch.

use std::path::Path;

use crate::checkpoint::write_whole;
use crate::error::Error;
use crate::measures::Measures;

/// The measures of each epoch of a training.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct History(Vec<Measures>);

impl History {
    /// The measures of each epoch, from the first on.
    pub fn epochs(&self) -> &[Measures] {
        &self.0
    }

    /// The measures of the last epoch.
    pub fn last(&self) -> Option<&Measures> {
        self.0.last()
    }

    /// The names of all measures, in the order in which they first came.
    pub fn names(&self) -> Vec<&str> {
        let mut names: Vec<&str> = Vec::new();
        for (name, _) in self.0.iter().flat_map(Measures::iter) {
            if !names.contains(&name) {
                names.push(name);
            }
        }
        names
    }

    /// The numbers of the epochs that have a measure, from 1 on, and the measure there.
    pub fn curve(&self, name: &str) -> (Vec<f64>, Vec<f64>) {
        let points = (1..).zip(&self.0).filter_map(|(epoch, measures)| Some((f64::from(epoch), measures.get(name)?)));
        points.unzip()
    }

    pub(crate) fn push(&mut self, measures: Measures) {
        self.0.push(measures);
    }

    /// A table with a line for each epoch: its number, from 1 on, and its measures, which can be read back to the last bit.
    pub fn to_csv(&self) -> String {
        let names = self.names();
        let mut table = csv::Writer::from_writer(Vec::new());
        let mut line = |cells: Vec<String>| table.write_record(cells).expect("memory can be written");
        line(std::iter::once("epoch".to_string()).chain(names.iter().map(|name| name.to_string())).collect());
        for (epoch, measures) in (1..).zip(&self.0) {
            let cell = |name| measures.get(name).map_or(String::new(), |value: f64| value.to_string());
            line(std::iter::once(i32::to_string(&epoch)).chain(names.iter().copied().map(cell)).collect());
        }
        String::from_utf8(table.into_inner().expect("memory can be written")).expect("of strings")
    }

    /// Reads what [`to_csv`](History::to_csv) wrote, or says what is wrong with it.
    pub(crate) fn from_csv(text: &str) -> Result<History, String> {
        let mut table = csv::Reader::from_reader(text.as_bytes());
        let names = table.headers().map_err(|error| error.to_string())?.clone();
        let mut history = History::default();
        for line in table.records() {
            let line = line.map_err(|error| error.to_string())?;
            let cells = names.iter().zip(&line).skip(1).filter(|(_, cell)| !cell.is_empty());
            let measure = |(name, cell): (&str, &str)| match cell.parse::<f64>() {
                Ok(value) => Ok((name.to_string(), value)),
                Err(_) => Err(format!("{name} is {cell:?} in epoch {}, expected a number", history.0.len() + 1)),
            };
            let measures = cells.map(measure).collect::<Result<Measures, String>>()?;
            history.push(measures);
        }
        Ok(history)
    }

    /// Writes the table to a file, in the place of one that is there.
    ///
    /// # Errors
    /// If the file cannot be written ([`Error::Write`]).
    pub fn save_csv(&self, path: impl AsRef<Path>) -> Result<(), Error> {
        write_whole(path.as_ref(), self.to_csv().as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_is_read_back_to_the_last_bit() {
        let mut history = History::default();
        history.push(Measures::from([("loss", 0.1 + 0.2), ("a, \"b\"", f64::NEG_INFINITY)]));
        history.push(Measures::from([("loss", 5e-324)]));
        history.push(Measures::from([("late", -0.0), ("loss", 1e300)]));
        let text = history.to_csv();
        assert_eq!(text.lines().next(), Some("epoch,loss,\"a, \"\"b\"\"\",late"));
        let again = History::from_csv(&text).unwrap();
        assert_eq!(again.to_csv(), text);
        assert_eq!(again.curve("loss"), (vec![1.0, 2.0, 3.0], vec![0.1 + 0.2, 5e-324, 1e300]));
        assert_eq!(again.curve("late").0, [3.0]);
        assert_eq!(History::from_csv(&History::default().to_csv()), Ok(History::default()));
        let error = History::from_csv("epoch,loss\n1,0.5\n2,x\n").unwrap_err();
        assert_eq!(error, "loss is \"x\" in epoch 2, expected a number");
    }
}
