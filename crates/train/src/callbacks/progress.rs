//! How far a training is, for a person who waits.

use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

use crate::callback::{Callback, Run, Standing};
use crate::error::Error;
use crate::measures::shown;

/// A bar with the loss, the learning rate, the speed and the time left, and a line with the measures of each epoch; all of it on the
/// standard error. Where that is not a terminal, there are the lines alone.
#[derive(Debug)]
pub struct Progress {
    /// Of this epoch, once a step was taken.
    bar: Option<ProgressBar>,
    begin: Instant,
    /// How many epochs were done then.
    done: usize,
}

impl Progress {
    /// A bar that appears with the first step.
    pub fn new() -> Self {
        Progress { bar: None, begin: Instant::now(), done: 0 }
    }

    fn clear(&mut self) {
        if let Some(bar) = self.bar.take() {
            bar.finish_and_clear();
        }
    }
}

/// The bar of an epoch, which may have begun before.
fn bar(at: &Standing) -> ProgressBar {
    let (bar, template) = match at.batches {
        Some(batches) => (ProgressBar::new(batches as u64), BAR),
        None => (ProgressBar::no_length(), COUNT),
    };
    bar.set_style(ProgressStyle::with_template(template).expect("a template of known parts"));
    bar.set_prefix(format!("epoch {}/{}", at.epoch + 1, at.epochs));
    bar.set_position(at.batch as u64);
    bar.reset_eta();
    bar
}

impl Default for Progress {
    fn default() -> Self {
        Progress::new()
    }
}

const BAR: &str = "{prefix} {wide_bar} {pos}/{len} batches  {msg}  {per_sec}  {eta} left";
const COUNT: &str = "{prefix} {pos} batches  {msg}  {per_sec}";

impl<M: ?Sized, P> Callback<M, P> for Progress {
    fn begin(&mut self, run: &mut Run<'_, M, P>) -> Result<(), Error> {
        (self.begin, self.done) = (Instant::now(), run.at.epoch);
        Ok(())
    }

    fn step(&mut self, run: &mut Run<'_, M, P>) -> Result<(), Error> {
        let at = run.at;
        let bar = self.bar.get_or_insert_with(|| bar(at));
        // Hidden by itself where the standard error is not a terminal.
        if !bar.is_hidden() {
            bar.set_message(format!("loss {}  lr {}", shown(at.mean_loss()), shown(run.lr)));
            bar.set_position(at.batch as u64);
        }
        Ok(())
    }

    fn epoch(&mut self, run: &mut Run<'_, M, P>) -> Result<(), Error> {
        self.clear();
        let measures = run.history.last().into_iter().flat_map(|measures| measures.iter());
        eprintln!("{}", line(run.at, measures, self.begin.elapsed(), self.done));
        Ok(())
    }

    fn end(&mut self, _run: &mut Run<'_, M, P>) -> Result<(), Error> {
        self.clear();
        Ok(())
    }
}

/// The line of an epoch.
fn line<'m>(at: &Standing, measures: impl Iterator<Item = (&'m str, f64)>, taken: Duration, before: usize) -> String {
    let width = at.epochs.to_string().len();
    let mut line = format!("epoch {:width$}/{}", at.epoch, at.epochs);
    for (name, value) in measures {
        line += &format!("  {name} {}", shown(value));
    }
    line += &format!("  {}", words(taken));
    let (done, left) = (at.epoch - before, at.epochs.saturating_sub(at.epoch));
    // Of as many epochs as it takes, the time left is longer than a `Duration` can be, and of none done it is unknown.
    let left = Duration::try_from_secs_f64(taken.as_secs_f64() * left as f64 / done as f64);
    if let Some(left) = left.ok().filter(|left| !left.is_zero()) {
        line += &format!(", {} left", words(left));
    }
    line
}

/// A time as a person says it.
fn words(time: Duration) -> String {
    let seconds = time.as_secs();
    match (seconds / 3600, seconds / 60 % 60, seconds % 60) {
        (0, 0, _) if seconds < 10 => format!("{:.1} s", time.as_secs_f64()),
        (0, 0, seconds) => format!("{seconds} s"),
        (0, minutes, seconds) => format!("{minutes} min {seconds} s"),
        (hours, minutes, _) => format!("{hours} h {minutes} min"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_says_measures_and_the_time_left() {
        let at = Standing { epoch: 4, epochs: 10, ..Standing::default() };
        let measures = [("loss", 0.123_456), ("accuracy", 0.98), ("lr", 5e-4)];
        assert_eq!(
            line(&at, measures.into_iter(), Duration::from_secs(60), 2),
            "epoch  4/10  loss 0.1235  accuracy 0.9800  lr 5.000e-4  1 min 0 s, 3 min 0 s left"
        );
        let endless = Standing { epochs: usize::MAX, ..at.clone() };
        assert!(line(&endless, [].into_iter(), Duration::from_secs(60), 2).ends_with("  1 min 0 s"));
        assert!(line(&at, [].into_iter(), Duration::from_secs(60), 4).ends_with("  1 min 0 s"), "nothing done yet");
        let last = Standing { epoch: 10, ..at };
        assert_eq!(line(&last, [].into_iter(), Duration::from_millis(1500), 2), "epoch 10/10  1.5 s");
        assert_eq!(words(Duration::from_secs(7260)), "2 h 1 min");
        assert_eq!(words(Duration::from_secs(59)), "59 s");
    }
}
