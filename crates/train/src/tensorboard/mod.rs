//! Event files, which TensorBoard shows while they grow.

mod record;

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use tapegrad_core::{DType, Tensor, fail};
use tapegrad_viz::Png;

use crate::error::Error;
use record::{Message, record};

const BUCKETS: usize = 30;

/// An event file for TensorBoard: curves, histograms and pictures by step.
///
/// Each writer makes a file of its own in the folder, and TensorBoard shows all files of a folder as one run:
/// `tensorboard --logdir runs`. What is written is on its way to the file at [`flush`](TensorBoard::flush) or when the writer is
/// dropped.
///
/// ```
/// use tapegrad_train::TensorBoard;
/// # let folder = std::env::temp_dir().join(format!("tensorboard-{}", std::process::id()));
/// let mut log = TensorBoard::new(&folder)?;
/// for step in 0..10 {
///     log.scalar("loss/training", step, 1.0 / (1.0 + step as f64))?;
/// }
/// log.flush()?;
/// # std::fs::remove_dir_all(&folder).unwrap();
/// # Ok::<(), tapegrad_train::Error>(())
/// ```
#[derive(Debug)]
pub struct TensorBoard {
    file: BufWriter<File>,
    path: PathBuf,
}

impl TensorBoard {
    /// A new file in the folder, which is made if need be.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn new(folder: impl AsRef<Path>) -> Result<Self, Error> {
        // The process and a counter tell apart writers that begin in the same second.
        static FILES: AtomicU64 = AtomicU64::new(0);
        let (seconds, process) = (now() as u64, std::process::id());
        let name =
            format!("events.out.tfevents.{seconds}.tapegrad.{process}.{}", FILES.fetch_add(1, Ordering::Relaxed));
        let path = folder.as_ref().join(name);
        let create = || {
            fs::create_dir_all(folder.as_ref())?;
            File::create_new(&path)
        };
        let file = create().map_err(|cause| Error::Write { path: path.clone(), cause })?;
        let mut log = TensorBoard { file: BufWriter::new(file), path };
        log.write(&first(now()))?;
        log.flush()?;
        Ok(log)
    }

    /// A point of a curve. TensorBoard keeps it in f32.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn scalar(&mut self, tag: &str, step: usize, value: f64) -> Result<(), Error> {
        self.write(&event(now(), step, tag, scalar(value)))
    }

    /// How the elements of a tensor are spread: in 30 parts of equal width from the least to the largest. Infinite elements and NaN
    /// are left out.
    ///
    /// # Errors
    /// If the file cannot be written.
    ///
    /// # Panics
    /// If the tensor is of type bool.
    #[track_caller]
    pub fn histogram(&mut self, tag: &str, step: usize, values: &Tensor) -> Result<(), Error> {
        if values.dtype() == DType::Bool {
            fail!("histogram: values of type bool, expected numbers");
        }
        let values = values.detach().to_dtype(DType::F64).to_vec::<f64>().expect("of this type");
        self.write(&event(now(), step, tag, histogram(values)))
    }

    /// A picture.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn image(&mut self, tag: &str, step: usize, picture: &Png) -> Result<(), Error> {
        self.write(&event(now(), step, tag, image(picture.size(), picture.as_bytes())))
    }

    /// Hands what was written to the system.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn flush(&mut self) -> Result<(), Error> {
        self.file.flush().map_err(|cause| Error::Write { path: self.path.clone(), cause })
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    fn write(&mut self, event: &[u8]) -> Result<(), Error> {
        self.file.write_all(&record(event)).map_err(|cause| Error::Write { path: self.path.clone(), cause })
    }
}

/// Seconds since 1970.
fn now() -> f64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0.0, |time| time.as_secs_f64())
}

/// A file's first event, which says what the others are.
fn first(time: f64) -> Vec<u8> {
    Message::default().double(1, time).bytes(3, b"brain.Event:2").finish()
}

/// An event with one value under a tag; `value` is its fields.
fn event(time: f64, step: usize, tag: &str, value: impl FnOnce(Message) -> Message) -> Vec<u8> {
    let value = value(Message::default().bytes(1, tag.as_bytes()));
    let summary = Message::default().message(1, value);
    Message::default().double(1, time).integer(2, step as u64).message(5, summary).finish()
}

fn scalar(value: f64) -> impl FnOnce(Message) -> Message {
    move |fields| fields.float(2, value as f32)
}

fn image((width, height): (u32, u32), png: &[u8]) -> impl FnOnce(Message) -> Message {
    const RGB: u64 = 3;
    let picture = Message::default().integer(1, height.into()).integer(2, width.into()).integer(3, RGB).bytes(4, png);
    move |fields| fields.message(4, picture)
}

fn histogram(mut values: Vec<f64>) -> impl FnOnce(Message) -> Message {
    values.retain(|value| value.is_finite());
    let (limits, counts, [least, largest]) = buckets(&values);
    let (sum, squares) = values.iter().fold((0.0, 0.0), |(sum, squares), value| (sum + value, squares + value * value));
    let histogram = Message::default()
        .double(1, least)
        .double(2, largest)
        .double(3, values.len() as f64)
        .double(4, sum)
        .double(5, squares)
        .doubles(6, &limits)
        .doubles(7, &counts);
    move |fields| fields.message(5, histogram)
}

/// The upper limits of buckets of one width, how many finite values are in each, and the least and the largest.
fn buckets(values: &[f64]) -> (Vec<f64>, Vec<f64>, [f64; 2]) {
    let least = values.iter().copied().fold(f64::INFINITY, f64::min);
    let largest = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let (least, largest) = if values.is_empty() { (0.0, 0.0) } else { (least, largest) };
    // Parts of each, since the difference of two large numbers may be infinite.
    let width = (largest / BUCKETS as f64) - (least / BUCKETS as f64);
    let buckets = if width > 0.0 { BUCKETS } else { 1 };
    let mut counts = vec![0.0; buckets];
    for value in values {
        let place = (value / width - least / width) as usize;
        counts[place.min(buckets - 1)] += 1.0;
    }
    // Of halves, for the same reason.
    let mut limits: Vec<f64> = (1..=buckets).map(|i| (least / 2.0 + i as f64 * (width / 2.0)) * 2.0).collect();
    limits[buckets - 1] = largest;
    (limits, counts, [least, largest])
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What `tests/tensorboard/generate.py` wrote, with the `tensorboard` package's own messages and records.
    const FILE: &[u8] = include_bytes!("../../tests/tensorboard/events.bin");

    #[test]
    fn events_have_the_bytes_that_tensorboard_itself_writes() {
        let spread = (0..=60).map(f64::from).map(|i| i * 0.25 - 5.0).chain([f64::NAN, f64::INFINITY]).collect();
        let events = [
            first(1234.5),
            event(1235.25, 0, "loss/training", scalar(0.75)),
            event(1236.0, 300, "größe", scalar(f64::NAN)),
            event(1237.0, 1 << 40, "weights", histogram(spread)),
            event(1238.0, 5, "constant", histogram(vec![2.5; 3])),
            event(1239.0, 6, "nothing", histogram(vec![])),
            event(1240.0, 7, "picture", image((200, 3), b"\x89PNG and more")),
        ];
        let bytes: Vec<u8> = events.iter().flat_map(|event| record(event)).collect();
        assert!(bytes == FILE, "{}\n{}", bytes.escape_ascii(), FILE.escape_ascii());
    }

    #[test]
    fn histograms_of_extremes_count_every_finite_value() {
        for values in [vec![f64::MAX, -f64::MAX], vec![f64::MIN_POSITIVE, 0.0], vec![1e-320, 0.0]] {
            let (limits, counts, ends) = buckets(&values);
            assert_eq!(counts.iter().sum::<f64>(), 2.0, "{values:?}");
            assert!(limits.is_sorted() && limits.iter().all(|limit| limit.is_finite()), "{values:?}: {limits:?}");
            assert_eq!(ends, [values[0].min(values[1]), values[0].max(values[1])]);
        }
    }
}
