//! Streams: data sets that can only be read from their beginning, one item after the other.
//!
//! A stream is opened anew for each epoch, and by each worker: all of them read the same items and shuffle them alike, and
//! each makes only its own batches of them. So no thread waits for another, and the batches cannot depend on how many
//! there are.

use crate::{
    Error,
    epoch::{Run, guarded},
    items::Open,
    loader::{Job, Make},
    order::{Place, generator},
    rng::Rng,
};

/// Items that come one after the other, from the beginning in each epoch: the lines of files, a generator.
///
/// The function gets the number of the epoch and gives the items; it must give the same ones each time it is asked for the
/// same epoch.
///
/// ```
/// use ndarray::array;
/// use tapegrad_data::{DataLoader, Stream};
///
/// # fn main() -> Result<(), tapegrad_data::Error> {
/// let text = "3 4\n5 6\n7 8\n";
/// let lines = Stream::new(move |_epoch| {
///     text.lines().map(|line| Ok(line.split(' ').flat_map(str::parse).collect::<ndarray::Array1<f32>>()))
/// });
/// let loader = DataLoader::new(lines).batch_size(2);
/// let batches = loader.epoch(0).collect::<Result<Vec<_>, _>>()?;
/// assert_eq!(batches, [array![[3.0, 4.0], [5.0, 6.0]], array![[7.0, 8.0]]]);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Stream<F> {
    pub(crate) open: F,
}

impl<F, I, T> Stream<F>
where
    F: Fn(u64) -> I + Send + Sync + 'static,
    I: IntoIterator<Item = Result<T, Error>>,
    I::IntoIter: Send + 'static,
{
    /// The items that `open` gives for an epoch.
    pub fn new(open: F) -> Self {
        Stream { open }
    }
}

/// The batches that one worker makes of a stream.
pub(crate) struct StreamBatches<I, B> {
    items: Box<dyn Iterator<Item = Result<I, Error>> + Send>,
    ended: bool,
    /// How many items were read.
    position: usize,
    /// Items that were read and not yet drawn, each with its place in the stream.
    window: Vec<(usize, Result<I, Error>)>,
    order: Rng,
    batch: usize,
    run: Run,
    make: Make<I, B>,
}

impl<I: Send + 'static, B> StreamBatches<I, B> {
    pub(crate) fn new(open: &Open<I>, run: Run, make: Make<I, B>) -> Self {
        let items = guarded(|| Ok(open(run.epoch))).unwrap_or_else(|error| Box::new(std::iter::once(Err(error))));
        let order = generator(run.seed, run.epoch);
        StreamBatches { items, ended: false, position: 0, window: Vec::new(), order, batch: 0, run, make }
    }

    /// The next item as the stream has it. What panics is not asked again.
    fn read(&mut self) -> Option<(usize, Result<I, Error>)> {
        if self.ended {
            return None;
        }
        let item = match guarded(|| Ok(self.items.next())) {
            Ok(item) => item,
            Err(panic) => {
                self.ended = true;
                Some(Err(panic))
            }
        };
        self.ended |= item.is_none();
        self.position += 1;
        item.map(|item| (self.position - 1, item))
    }

    /// The next item in the order of the epoch. No more is read once nobody waits for it.
    fn draw(&mut self) -> Option<(usize, Result<I, Error>)> {
        while self.window.len() < self.run.window
            && !self.run.is_stopped()
            && let Some(item) = self.read()
        {
            self.window.push(item);
        }
        let waiting = self.window.len();
        (waiting > 0).then(|| self.window.swap_remove(self.order.below(waiting as u64) as usize))
    }
}

impl<I: Send + 'static, B> Iterator for StreamBatches<I, B> {
    type Item = Result<B, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        while !self.run.is_stopped() {
            let size = self.run.batch_size;
            let mut items: Vec<_> =
                std::iter::from_fn(|| self.draw()).take(size).map(|(row, item)| (row, Some(item))).collect();
            // What failed is told in any case: else a stream that cannot be opened would be an empty one.
            let failed = items.iter().any(|(_, item)| matches!(item, Some(Err(_))));
            if items.is_empty() || (self.run.drop_last && items.len() < size && !failed) {
                return None;
            }
            let batch = self.batch;
            self.batch += 1;
            let is_mine = batch.checked_sub(self.run.first).is_some_and(|after| after % self.run.step == 0);
            if is_mine {
                let places: Vec<Place> = items.iter().map(|&(row, _)| Place { row, repeat: 0 }).collect();
                let job = Job { run: &self.run, batch, places: &places };
                let mut fetch = |place: usize| items[place].1.take().expect("each item is fetched once");
                return Some((self.make)(&job, &mut fetch));
            }
        }
        None
    }
}
