//! The loader: from a data set to batches, epoch by epoch, the same for any number of workers.
//!
//! Its type names the batch and nothing else, so that what trains can take a `&DataLoader<(Array4<f32>, Array1<i64>)>`,
//! whatever the items come from.

use crate::{
    Collate, Error,
    epoch::{Batches, Epoch, LoaderState, Plan, Run, Start, guarded},
    items::{Items, Kind},
    order::{Order, Place, Weighted},
    rng::{Purpose, Rng},
    stream::StreamBatches,
};
use std::{fmt, sync::Arc};

/// Batches of a data set or a stream, epoch by epoch.
///
/// ```
/// use ndarray::{Array1, Array2};
/// use tapegrad_data::{Arrays, DataLoader};
///
/// # fn main() -> Result<(), tapegrad_data::Error> {
/// let x = Array2::from_shape_fn((100, 3), |(row, column)| (row + column) as f32);
/// let y = Array1::from_iter(0..100_i64);
/// let loader = DataLoader::new(Arrays::new((x, y))).batch_size(32).shuffle(42).workers(2);
/// for epoch in 0..3 {
///     for batch in loader.epoch(epoch) {
///         let (x, y) = batch?;
///         assert_eq!(x.nrows(), y.len());
///         assert_eq!(x[[0, 0]], y[0] as f32);
///     }
/// }
/// assert_eq!(loader.batches(), Some(4));
/// # Ok(())
/// # }
/// ```
///
/// Augmentation is a function of an item and a generator of its own, whose numbers depend on the seed, the epoch and the
/// item alone: not on the number of workers, nor on the batch size or on the other items. Where an epoch draws an item
/// several times, each time has numbers of its own.
///
/// ```
/// use ndarray::Array2;
/// use tapegrad_data::{Arrays, DataLoader};
///
/// # fn main() -> Result<(), tapegrad_data::Error> {
/// let noisy = |workers| {
///     DataLoader::with_transform(Arrays::new(Array2::<f64>::zeros((10, 4))), |row, rng| row.mapv(|v| v + rng.normal()))
///         .batch_size(4)
///         .seed(7)
///         .workers(workers)
/// };
/// for (a, b) in noisy(0).epoch(5).zip(noisy(3).epoch(5)) {
///     assert_eq!(a?, b?);
/// }
/// # Ok(())
/// # }
/// ```
pub struct DataLoader<B> {
    plan: Plan<B>,
    rows: Option<usize>,
    order: Order,
    seed: u64,
    batch_size: usize,
    drop_last: bool,
    workers: usize,
    prefetch: usize,
    /// `WINDOW` unless said.
    window: Option<usize>,
    /// How often `map_batches` was applied: each has random numbers of its own.
    maps: u64,
}

const PREFETCH: usize = 2;
const WINDOW: usize = 1000;

impl<B: Send + 'static> DataLoader<B> {
    /// The items of `source`, a [`Dataset`](crate::Dataset) or a [`Stream`](crate::Stream), put together by [`Collate`]: one a
    /// batch and in their order, unless the methods below say otherwise.
    pub fn new<S: Items<Item: Collate<Batch = B>>>(source: S) -> Self {
        DataLoader::with_transform(source, |item, _| item)
    }

    /// As [`new`](DataLoader::new), with each item changed by `f`, which has random numbers for it. What may fail belongs
    /// into [`Dataset::try_map`](crate::Dataset::try_map).
    pub fn with_transform<S, T, F>(source: S, f: F) -> Self
    where
        S: Items,
        T: Collate<Batch = B>,
        F: Fn(S::Item, &mut Rng) -> T + Send + Sync + 'static,
    {
        DataLoader::planned(source, move |job, fetch| {
            let items = job.items(fetch, &f)?;
            let place_of = |error: &Error| match error {
                Error::ItemShape { place, .. } => Some(*place),
                _ => None,
            };
            job.together(|_| T::collate(items), place_of)
        })
    }

    /// As [`new`](DataLoader::new), with the items put together by `collate`: to pad sequences of different lengths, say.
    ///
    /// ```
    /// use ndarray::{Array2, array};
    /// use tapegrad_data::{Arrays, DataLoader};
    ///
    /// # fn main() -> Result<(), tapegrad_data::Error> {
    /// let sentences = Arrays::new(vec![vec![5, 2, 9], vec![4], vec![1, 1]]);
    /// let padded = DataLoader::with_collate(sentences, |items: Vec<Vec<i64>>, _| {
    ///     let longest = items.iter().map(Vec::len).max().unwrap_or(0);
    ///     Ok(Array2::from_shape_fn((items.len(), longest), |(row, i)| items[row].get(i).copied().unwrap_or(0)))
    /// });
    /// assert_eq!(padded.batch_size(2).epoch(0).next().unwrap()?, array![[5, 2, 9], [4, 0, 0]]);
    /// # Ok(())
    /// # }
    /// ```
    pub fn with_collate<S, F>(source: S, collate: F) -> Self
    where
        S: Items,
        F: Fn(Vec<S::Item>, &mut Rng) -> Result<B, Error> + Send + Sync + 'static,
    {
        DataLoader::planned(source, move |job, fetch| {
            let items = job.items(fetch, &|item, _: &mut Rng| item)?;
            // A place in what a function of the user's put together need not be one in the batch.
            job.together(|rng| collate(items, rng), |_| None)
        })
    }

    fn planned<S: Items>(
        source: S,
        make: impl Fn(&Job<'_>, &mut dyn FnMut(usize) -> Result<S::Item, Error>) -> Result<B, Error> + Send + Sync + 'static,
    ) -> Self {
        let (plan, rows): (Plan<B>, _) = match source.kind() {
            Kind::Numbered { len, get } => {
                let make = Arc::new(make);
                let plan = move |run: Run| -> Batches<B> {
                    let (make, get) = (Arc::clone(&make), Arc::clone(&get));
                    let batches = run.places.len().div_ceil(run.batch_size);
                    Box::new((run.first..batches).step_by(run.step).map(move |batch| {
                        let places = &run.places[batch * run.batch_size..];
                        let job = Job { run: &run, batch, places: &places[..places.len().min(run.batch_size)] };
                        make(&job, &mut |place| get(job.places[place].row))
                    }))
                };
                (Arc::new(plan), Some(len))
            }
            Kind::Stream { open } => {
                let make: Make<S::Item, B> = Arc::new(make);
                let plan =
                    move |run: Run| -> Batches<B> { Box::new(StreamBatches::new(&open, run, Arc::clone(&make))) };
                (Arc::new(plan), None)
            }
        };
        DataLoader {
            plan,
            rows,
            order: Order::AsTheyAre,
            seed: 0,
            batch_size: 1,
            drop_last: false,
            workers: 0,
            prefetch: PREFETCH,
            window: None,
            maps: 0,
        }
    }

    /// Each batch as `f` makes it, with random numbers for the batch: mixup, say. Applied where the batch is made, so by
    /// the workers.
    pub fn map_batches<C: Send + 'static>(self, f: impl Fn(B, &mut Rng) -> C + Send + Sync + 'static) -> DataLoader<C> {
        let (inner, f, step) = (self.plan, Arc::new(f), 1 + self.maps);
        let plan = move |run: Run| -> Batches<C> {
            let (f, numbers) = (Arc::clone(&f), (run.first..).step_by(run.step));
            let (seed, epoch) = (run.seed, run.epoch);
            // The numbers second: none is counted behind the last batch, where there may be no next one.
            Box::new(inner(run).zip(numbers).map(move |(made, batch)| {
                let made = made?;
                let mut rng = Rng::keyed(Purpose::Batch(step), seed, epoch, batch);
                guarded(|| Ok(f(made, &mut rng))).map_err(|cause| Error::Batch { batch, cause: Box::new(cause) })
            }))
        };
        DataLoader {
            plan: Arc::new(plan),
            rows: self.rows,
            order: self.order,
            seed: self.seed,
            batch_size: self.batch_size,
            drop_last: self.drop_last,
            workers: self.workers,
            prefetch: self.prefetch,
            window: self.window,
            maps: step,
        }
    }

    /// So many items a batch; the last batch of an epoch has what is left.
    ///
    /// # Panics
    /// If `items` is 0.
    #[track_caller]
    #[must_use]
    pub fn batch_size(mut self, items: usize) -> Self {
        assert!(items > 0, "batch_size: 0 items, expected at least 1");
        self.batch_size = items;
        self
    }

    /// Leaves out the last batch of an epoch if it is smaller than the others. Where a stream fails in that batch, it is an
    /// error all the same.
    #[must_use]
    pub fn drop_last(mut self) -> Self {
        self.drop_last = true;
        self
    }

    /// Takes the items of each epoch in a random order of its own, and sets the seed of all random numbers.
    ///
    /// The order is that of [`shuffled_batches`](crate::shuffled_batches). A stream is shuffled within a
    /// [`window`](DataLoader::window).
    #[must_use]
    pub fn shuffle(mut self, seed: u64) -> Self {
        self.order = Order::Shuffled;
        self.seed(seed)
    }

    /// Draws each item of an epoch from all of them, with a probability in proportion to its weight, and sets the seed of
    /// all random numbers. An epoch has as many draws as there are items; see [`draws`](DataLoader::draws). An item may be drawn
    /// again unless they are drawn [`without_replacement`](DataLoader::without_replacement).
    ///
    /// [`class_weights`](crate::class_weights) gives the weights that make all classes equally frequent.
    ///
    /// ```
    /// use tapegrad_data::{Arrays, DataLoader, class_weights};
    ///
    /// # fn main() -> Result<(), tapegrad_data::Error> {
    /// let labels: Vec<i64> = (0..1000).map(|row| i64::from(row % 10 == 0)).collect(); // a tenth of class 1
    /// let weights = class_weights(&labels);
    /// let loader = DataLoader::new(Arrays::new(labels)).batch_size(1000).weighted(weights, 7);
    /// let drawn = loader.epoch(0).next().unwrap()?;
    /// assert!((400..600).contains(&drawn.sum())); // about half
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Panics
    /// If there is not one weight for each item, one is negative or not finite, or their sum is 0 or infinite; on a stream.
    #[track_caller]
    #[must_use]
    pub fn weighted(mut self, weights: impl AsRef<[f64]>, seed: u64) -> Self {
        let Some(rows) = self.rows else { panic!("weighted: a stream, expected a data set whose items have numbers") };
        self.order = Order::Weighted(Weighted::new(weights.as_ref(), rows));
        self.seed(seed)
    }

    /// So many draws an epoch.
    ///
    /// # Panics
    /// If the items are not drawn by weight, if there are none and `items` is not 0, or if it is more than can be drawn
    /// without replacement.
    #[track_caller]
    #[must_use]
    pub fn draws(mut self, items: usize) -> Self {
        self.order = match self.order {
            Order::Weighted(weighted) => Order::Weighted(weighted.draws(items)),
            _ => panic!("draws: items that are not drawn, expected `weighted` before"),
        };
        self
    }

    /// Draws no item twice in an epoch: each draw is by weight among the items that are left. An epoch has as many draws as there
    /// are items with a weight above 0, or as [`draws`](DataLoader::draws) says.
    ///
    /// ```
    /// use tapegrad_data::{Arrays, DataLoader};
    ///
    /// # fn main() -> Result<(), tapegrad_data::Error> {
    /// let loader = DataLoader::new(Arrays::new(vec![10_i64, 20, 30, 40])).weighted([1.0, 5.0, 0.0, 1.0], 7).without_replacement();
    /// let mut drawn = loader.batch_size(3).epoch(0).next().unwrap()?.to_vec();
    /// drawn.sort();
    /// assert_eq!(drawn, [10, 20, 40]);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Panics
    /// If the items are not drawn by weight, or if `draws` asked for more than there are items with a weight.
    #[track_caller]
    #[must_use]
    pub fn without_replacement(mut self) -> Self {
        self.order = match self.order {
            Order::Weighted(weighted) => Order::Weighted(weighted.without_replacement()),
            _ => panic!("without_replacement: items that are not drawn, expected `weighted` before"),
        };
        self
    }

    /// The seed of all random numbers: those of the order, of the items and of the batches.
    /// [`shuffle`](DataLoader::shuffle) and [`weighted`](DataLoader::weighted) set it too; the last one said counts. 0 unless
    /// said.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// Among how many items [`shuffle`](DataLoader::shuffle) shuffles a stream: each one is drawn from the next `items` that
    /// were not. 1,000 unless said. A stream that is not shuffled keeps its order.
    ///
    /// # Panics
    /// If `items` is 0, or this is not a stream: a data set is shuffled as a whole.
    #[track_caller]
    #[must_use]
    pub fn window(mut self, items: usize) -> Self {
        assert!(items > 0, "window: 0 items, expected at least 1");
        assert!(self.rows.is_none(), "window: a data set whose items have numbers, expected a stream");
        self.window = Some(items);
        self
    }

    /// Makes the batches in so many threads of their own, which work ahead. 0, as it is unless said, makes them where they
    /// are asked for. The batches are the same.
    ///
    /// Every worker of a stream reads the whole of it, and transforms and puts together only the items of its batches.
    #[must_use]
    pub fn workers(mut self, threads: usize) -> Self {
        self.workers = threads;
        self
    }

    /// How many batches each worker may be ahead: 2 unless said.
    ///
    /// # Panics
    /// If `batches` is 0.
    #[track_caller]
    #[must_use]
    pub fn prefetch(mut self, batches: usize) -> Self {
        assert!(batches > 0, "prefetch: 0 batches, expected at least 1");
        self.prefetch = batches;
        self
    }

    /// How many batches an epoch has; `None` of a stream.
    pub fn batches(&self) -> Option<usize> {
        self.rows.map(|n| {
            let rows = self.order.rows(n);
            if self.drop_last { rows / self.batch_size } else { rows.div_ceil(self.batch_size) }
        })
    }

    /// The batches of an epoch, from its beginning. It holds all it needs: the loader may go, or begin another one.
    pub fn epoch(&self, epoch: u64) -> Epoch<B> {
        self.from(LoaderState { epoch, batch: 0 })
    }

    /// The batches of an epoch from a saved place on: bit for bit those that the epoch would have had.
    ///
    /// ```
    /// use tapegrad_data::{Arrays, DataLoader, LoaderState};
    ///
    /// # fn main() -> Result<(), tapegrad_data::Error> {
    /// let loader = DataLoader::new(Arrays::new(vec![1.0, 2.0, 3.0, 4.0, 5.0])).batch_size(2).shuffle(1);
    /// let mut epoch = loader.epoch(7);
    /// epoch.next();
    /// let saved: LoaderState = epoch.state();
    ///
    /// let mut resumed = loader.resume(saved)?;
    /// assert_eq!(resumed.next().transpose()?, epoch.next().transpose()?);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// A stream is read from its beginning again, and the batches before that place are not made.
    ///
    /// # Errors
    /// If the epoch has fewer batches: it was saved with other data or another batch size. How many a stream has is not
    /// known: from a place behind its end on it has none.
    pub fn resume(&self, state: LoaderState) -> Result<Epoch<B>, Error> {
        match self.batches() {
            Some(batches) if state.batch > batches => {
                Err(Error::Resume { epoch: state.epoch, batch: state.batch, batches })
            }
            _ => Ok(self.from(state)),
        }
    }

    fn from(&self, state: LoaderState) -> Epoch<B> {
        let window = match self.order {
            Order::Shuffled => self.window.unwrap_or(WINDOW),
            Order::AsTheyAre | Order::Weighted(_) => 1,
        };
        let mut run = Run::new(state, self.seed, self.batch_size, self.drop_last, window);
        if let (Some(rows), Some(batches)) = (self.rows, self.batches()) {
            let mut places = self.order.places(rows, self.seed, state.epoch);
            places.truncate(batches.saturating_mul(self.batch_size));
            run.places = places.into();
        }
        Epoch::start(Start {
            plan: Arc::clone(&self.plan),
            run,
            batches: self.batches(),
            workers: self.workers,
            prefetch: self.prefetch,
        })
    }
}

/// Shows the options, not the data.
impl<B> fmt::Debug for DataLoader<B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DataLoader")
            .field("rows", &self.rows)
            .field("batch_size", &self.batch_size)
            .field("drop_last", &self.drop_last)
            .field("seed", &self.seed)
            .field("workers", &self.workers)
            .finish_non_exhaustive()
    }
}

/// From the items of a job, each asked for by its place in the batch, to the batch.
pub(crate) type Make<I, B> =
    Arc<dyn Fn(&Job<'_>, &mut dyn FnMut(usize) -> Result<I, Error>) -> Result<B, Error> + Send + Sync>;

/// One batch to be made.
pub(crate) struct Job<'a> {
    pub(crate) run: &'a Run,
    pub(crate) batch: usize,
    pub(crate) places: &'a [Place],
}

impl Job<'_> {
    /// The items, each fetched and changed with random numbers of its own.
    fn items<I, T>(
        &self,
        fetch: &mut dyn FnMut(usize) -> Result<I, Error>,
        f: &impl Fn(I, &mut Rng) -> T,
    ) -> Result<Vec<T>, Error> {
        let items = self.places.iter().enumerate().map(|(place, &Place { row, repeat })| {
            if self.run.is_stopped() {
                // Nobody waits for this batch, and so nobody sees this.
                return Err(Error::other("the epoch was dropped"));
            }
            guarded(|| {
                let mut rng = Rng::of_item(self.run.seed, self.run.epoch, row).stream(repeat);
                Ok(f(fetch(place)?, &mut rng))
            })
            .map_err(|cause| Error::Item { index: row, cause: Box::new(cause) })
        });
        items.collect()
    }

    /// What is done with all items of the batch. `place_of` tells the place of the item that an error is about, if it is
    /// about one.
    fn together<B>(
        &self,
        work: impl FnOnce(&mut Rng) -> Result<B, Error>,
        place_of: impl Fn(&Error) -> Option<usize>,
    ) -> Result<B, Error> {
        let mut rng = Rng::keyed(Purpose::Batch(0), self.run.seed, self.run.epoch, self.batch);
        guarded(|| work(&mut rng)).map_err(|cause| {
            // `Collate` may be the user's own, with places that the batch does not have.
            let item = place_of(&cause).and_then(|place| self.places.get(place));
            let cause = Box::new(cause);
            match item {
                Some(item) => Error::Item { index: item.row, cause },
                None => Error::Batch { batch: self.batch, cause },
            }
        })
    }
}
