//! One pass over the batches: made where they are asked for, or by threads that work ahead.
//!
//! Batch `b`, counted from the first that is asked for, is made by worker `b mod workers` and by no other, and each worker
//! has a channel of its own: the order of the batches needs no sorting and cannot depend on who is quicker. A channel holds
//! a few batches, so that a slow reader does not fill the memory. What makes a batch knows its number, the seed and the
//! epoch, and nothing of the batches before.

use crate::{Error, order::Place};
use std::{
    any::Any,
    collections::VecDeque,
    fmt, io,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
        mpsc::{Receiver, sync_channel},
    },
    thread::{self, JoinHandle},
};

pub(crate) type Batches<B> = Box<dyn Iterator<Item = Result<B, Error>> + Send>;

/// How the batches of a run are made.
pub(crate) type Plan<B> = Arc<dyn Fn(Run) -> Batches<B> + Send + Sync>;

/// Which batches of which epoch: `first`, `first + step`, and so on to the end.
#[derive(Clone)]
pub(crate) struct Run {
    pub(crate) seed: u64,
    pub(crate) epoch: u64,
    pub(crate) first: usize,
    pub(crate) step: usize,
    pub(crate) batch_size: usize,
    pub(crate) drop_last: bool,
    /// The rows of the epoch in their order; none of a stream.
    pub(crate) places: Arc<[Place]>,
    /// Among how many items a stream is shuffled; 1 leaves it as it is.
    pub(crate) window: usize,
    stop: Arc<AtomicBool>,
}

impl Run {
    /// True once nobody waits for the batches.
    pub(crate) fn is_stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }
}

/// Where a run over the data stands: what a checkpoint holds of it. See [`DataLoader::resume`](crate::DataLoader::resume).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct LoaderState {
    /// The epoch.
    pub epoch: u64,
    /// The batch of that epoch that comes next.
    pub batch: usize,
}

/// The batches of one epoch, in order.
///
/// A batch that cannot be made is an error, and the batches after it come as usual. When the iterator is dropped, also
/// midway, its threads have ended: they finish at most the item at hand, or what is done with a whole batch of them.
pub struct Epoch<B> {
    feed: Feed<B>,
    epoch: u64,
    next: usize,
    batches: Option<usize>,
    stop: Arc<AtomicBool>,
}

enum Feed<B> {
    Here(Batches<B>),
    /// The worker of the batch that comes next is the first; it then goes to the end of the queue.
    Workers(VecDeque<Worker<B>>),
    Ended,
}

struct Worker<B> {
    batches: Receiver<Result<B, Error>>,
    thread: JoinHandle<()>,
}

/// What an epoch of a loader is made of.
pub(crate) struct Start<B> {
    pub(crate) plan: Plan<B>,
    pub(crate) run: Run,
    pub(crate) batches: Option<usize>,
    pub(crate) workers: usize,
    pub(crate) prefetch: usize,
}

impl Run {
    pub(crate) fn new(state: LoaderState, seed: u64, batch_size: usize, drop_last: bool, window: usize) -> Self {
        Run {
            seed,
            epoch: state.epoch,
            first: state.batch,
            step: 1,
            batch_size,
            drop_last,
            places: Arc::new([]),
            window,
            stop: Arc::default(),
        }
    }
}

impl<B: Send + 'static> Epoch<B> {
    pub(crate) fn start(start: Start<B>) -> Self {
        let Start { plan, mut run, batches, workers, prefetch } = start;
        let (epoch, next) = (run.epoch, run.first);
        // No more threads than batches.
        let workers = batches.map_or(workers, |batches| workers.min(batches.saturating_sub(next)));
        let threads = Worker::all(workers, &run.stop, |worker| {
            // A place that was saved may lie far behind the end of a stream.
            let run = Run { first: next.saturating_add(worker), step: workers, ..run.clone() };
            Worker::start(worker, Arc::clone(&plan), run, prefetch)
        });
        if threads.is_err() {
            // The flag of the threads that had to end says stop.
            run.stop = Arc::default();
        }
        let stop = Arc::clone(&run.stop);
        let feed = match threads {
            Ok(threads) if workers > 0 => Feed::Workers(threads),
            // Without threads, or where the system does not give as many, the batches are the same: they are only made
            // later.
            _ => Feed::Here(plan(run)),
        };
        Epoch { feed, epoch, next, batches, stop }
    }
}

impl<B: Send + 'static> Worker<B> {
    fn start(number: usize, plan: Plan<B>, run: Run, prefetch: usize) -> io::Result<Self> {
        // One batch more waits in the hand of the worker.
        let (sender, batches) = sync_channel(prefetch - 1);
        let thread = thread::Builder::new().name(format!("loader {number}")).spawn(move || {
            for batch in plan(run) {
                if sender.send(batch).is_err() {
                    break;
                }
            }
        })?;
        Ok(Worker { batches, thread })
    }

    /// So many workers. Where one cannot be started, those before it have ended.
    fn all(count: usize, stop: &AtomicBool, start: impl Fn(usize) -> io::Result<Self>) -> io::Result<VecDeque<Self>> {
        let mut workers = VecDeque::new();
        for number in 0..count {
            match start(number) {
                Ok(worker) => workers.push_back(worker),
                Err(cause) => {
                    stop.store(true, Ordering::Relaxed);
                    join(workers);
                    return Err(cause);
                }
            }
        }
        Ok(workers)
    }
}

/// Waits until the threads have ended, which were told to stop.
fn join<B>(workers: VecDeque<Worker<B>>) {
    // All channels first: a worker that waits to hand over a batch must see that nobody takes it.
    let threads: Vec<JoinHandle<()>> = workers.into_iter().map(|worker| worker.thread).collect();
    for thread in threads {
        // What it panicked with, if it did, was for a batch that nobody waits for.
        let _ = thread.join();
    }
}

impl<B> Epoch<B> {
    /// Where this epoch stands, so that a run can go on from here.
    pub fn state(&self) -> LoaderState {
        LoaderState { epoch: self.epoch, batch: self.next }
    }

    /// How many batches the epoch has from its beginning; `None` of a stream.
    pub fn batches(&self) -> Option<usize> {
        self.batches
    }

    fn end(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        if let Feed::Workers(workers) = std::mem::replace(&mut self.feed, Feed::Ended) {
            join(workers);
        }
    }
}

impl<B> Iterator for Epoch<B> {
    type Item = Result<B, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        let batch = match &mut self.feed {
            Feed::Here(batches) => batches.next(),
            Feed::Workers(workers) => match workers.pop_front() {
                None => None,
                Some(worker) => match worker.batches.recv() {
                    Ok(batch) => {
                        workers.push_back(worker);
                        Some(batch)
                    }
                    // It has no batch any more, so there is none after this; or it died, of a value that panicked as
                    // it was dropped, say: all else is caught where the batch is made.
                    Err(_) => {
                        let died = worker.thread.join().err();
                        self.end();
                        died.map(|payload| {
                            let cause = Box::new(Error::Panic { message: said(&*payload) });
                            Err(Error::Batch { batch: self.next, cause })
                        })
                    }
                },
            },
            Feed::Ended => None,
        };
        match batch {
            Some(_) => self.next += 1,
            None => self.end(),
        }
        batch
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        match (&self.feed, self.batches) {
            (Feed::Ended, _) => (0, Some(0)),
            (_, Some(batches)) => (batches - self.next, Some(batches - self.next)),
            (_, None) => (0, None),
        }
    }
}

impl<B> Drop for Epoch<B> {
    fn drop(&mut self) {
        self.end();
    }
}

/// Shows where the epoch stands.
impl<B> fmt::Debug for Epoch<B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Epoch")
            .field("epoch", &self.epoch)
            .field("next", &self.next)
            .field("batches", &self.batches)
            .finish_non_exhaustive()
    }
}

/// Runs code of the user's; a panic in it becomes an error.
///
/// What it leaves half done is not looked at again: an item is made from nothing, and a data set that several threads use
/// must hold anyway when one of them panics.
pub(crate) fn guarded<T>(work: impl FnOnce() -> Result<T, Error>) -> Result<T, Error> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|payload| Err(Error::Panic { message: said(&*payload) }))
}

fn said(payload: &(dyn Any + Send)) -> String {
    let text = payload.downcast_ref::<&str>().copied();
    let text = text.or_else(|| payload.downcast_ref::<String>().map(String::as_str));
    text.unwrap_or("with a value that is no text").to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each thread holds what its batches are, and makes them without end.
    #[test]
    fn threads_have_ended_where_one_of_them_cannot_be_started() {
        let alive = Arc::new(());
        let held = Arc::clone(&alive);
        let plan: Plan<Arc<()>> = Arc::new(move |_: Run| -> Batches<Arc<()>> {
            let held = Arc::clone(&held);
            Box::new(std::iter::repeat_with(move || Ok(Arc::clone(&held))))
        });
        let run = Run::new(LoaderState { epoch: 0, batch: 0 }, 0, 1, false, 1);
        let workers = Worker::all(5, &run.stop, |number| match number {
            3 => Err(io::Error::other("no more threads")),
            _ => Worker::start(number, Arc::clone(&plan), run.clone(), 2),
        });
        assert_eq!(workers.err().map(|cause| cause.to_string()).as_deref(), Some("no more threads"));
        assert!(run.is_stopped());
        drop(plan);
        assert_eq!(Arc::strong_count(&alive), 1);
    }
}
