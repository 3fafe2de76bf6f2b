//! A fork-join pool: one job at a time, cut into tasks by the caller.
//!
//! It is small on purpose. A thread that waits for its job runs only tasks of that job and then parks. Were it to pick up
//! foreign work meanwhile, as work-stealing pools do, that work would run inside the waiter's thread-local state. When the
//! pool is taken (by another thread's job, or because a task itself calls [`run`]), the job runs on the caller instead of
//! queueing. The cut into tasks is the caller's and must follow from shapes alone, never from [`num_threads`]: then who runs
//! a task changes nothing, and results have the same bits on any number of threads.

mod chunks;

pub use chunks::{chunks_mut, each_chunk_mut, zip_chunks_mut, zip3_chunks_mut};

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::ptr::NonNull;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// 0 while not yet chosen.
static THREADS: AtomicUsize = AtomicUsize::new(0);
/// Whether some thread's job has the pool.
static TAKEN: AtomicBool = AtomicBool::new(false);
static PARALLEL_JOBS: AtomicU64 = AtomicU64::new(0);
static DESK: Mutex<Desk> = Mutex::new(Desk { job: None, seats: 0, seated: 0, workers: 0 });
/// Workers park here.
static POSTED: Condvar = Condvar::new();
/// The caller of the current job parks here.
static LEFT: Condvar = Condvar::new();

/// Where the job of the moment is posted.
struct Desk {
    job: Option<Posted>,
    /// How many workers may still join the job.
    seats: usize,
    /// How many workers are at it.
    seated: usize,
    /// How many workers have been spawned.
    workers: usize,
}

/// The address of a job on its caller's stack.
#[derive(Clone, Copy)]
struct Posted(NonNull<Job<'static>>);

// SAFETY: `Job` is `Sync` (its closure is, the rest are atomics and a mutex), so its address may go to other threads.
unsafe impl Send for Posted {}

type Payload = Box<dyn Any + Send>;

struct Job<'a> {
    work: &'a (dyn Fn(usize) + Sync),
    tasks: usize,
    /// The first task that nobody has begun.
    next: AtomicUsize,
    panics: Mutex<Vec<(usize, Payload)>>,
}

impl Job<'_> {
    /// Runs tasks until none is left to begin.
    fn help(&self) {
        loop {
            let task = self.next.fetch_add(1, Ordering::Relaxed);
            if task >= self.tasks {
                return;
            }
            if let Err(payload) = catch_unwind(AssertUnwindSafe(|| (self.work)(task))) {
                self.panics.lock().unwrap_or_else(PoisonError::into_inner).push((task, payload));
            }
        }
    }
}

/// The number of threads that a job may run on, the caller's included.
///
/// At first what `TAPEGRAD_NUM_THREADS` says, or else the number of processors available to the process.
pub fn num_threads() -> usize {
    match THREADS.load(Ordering::Relaxed) {
        0 => choose_num_threads(),
        n => n,
    }
}

#[cold]
fn choose_num_threads() -> usize {
    let named = std::env::var("TAPEGRAD_NUM_THREADS").ok().and_then(|v| v.trim().parse().ok()).filter(|&n| n > 0);
    let n = named.unwrap_or_else(|| std::thread::available_parallelism().map_or(1, usize::from));
    // A concurrent `set_num_threads` wins.
    THREADS.compare_exchange(0, n, Ordering::Relaxed, Ordering::Relaxed).map_or_else(|set| set, |_| n)
}

/// Lets jobs run on `n` threads from now on, in the whole process. It may exceed the number of processors.
///
/// # Panics
///
/// If `n` is 0.
#[track_caller]
pub fn set_num_threads(n: usize) {
    assert!(n > 0, "set_num_threads: at least 1 thread is needed, got 0");
    THREADS.store(n, Ordering::Relaxed);
}

/// How many jobs have really been handed to the pool since the process began: not those that ran on their caller alone.
pub fn parallel_jobs() -> u64 {
    PARALLEL_JOBS.load(Ordering::Relaxed)
}

/// Runs `work(0)`, …, `work(tasks - 1)`, each once, in any order, possibly on several threads; returns when all are done.
///
/// # Panics
///
/// If a task panics, the others still run, and then the panic of the lowest task that had one goes on in the caller.
#[inline]
pub fn run(tasks: usize, work: impl Fn(usize) + Sync) {
    match tasks {
        0 => {}
        1 => work(0),
        _ => run_many(tasks, &work),
    }
}

fn run_many(tasks: usize, work: &(dyn Fn(usize) + Sync)) {
    let threads = num_threads().min(tasks);
    let panics = if threads > 1 && !TAKEN.swap(true, Ordering::Acquire) {
        let panics = share(tasks, work, threads - 1);
        TAKEN.store(false, Ordering::Release);
        panics
    } else {
        (0..tasks).filter_map(|i| catch_unwind(AssertUnwindSafe(|| work(i))).err().map(|p| (i, p))).collect()
    };
    if let Some((_, payload)) = panics.into_iter().min_by_key(|&(task, _)| task) {
        resume_unwind(payload);
    }
}

/// Runs the job together with at most `helpers` workers. Never unwinds: workers may hold the job's address until the end.
fn share(tasks: usize, work: &(dyn Fn(usize) + Sync), helpers: usize) -> Vec<(usize, Payload)> {
    PARALLEL_JOBS.fetch_add(1, Ordering::Relaxed);
    let job = Job { work, tasks, next: AtomicUsize::new(0), panics: Mutex::new(Vec::new()) };
    // Workers reach the job through the desk alone and are seated while they do; below it is taken off the desk and waited
    // for until none is seated. So the address, whose lifetime is lost here, is good wherever it is used.
    let posted = Posted(NonNull::from(&job).cast());

    let mut desk = lock_desk();
    while desk.workers < helpers && spawn_worker(desk.workers + 1) {
        desk.workers += 1;
    }
    desk.job = Some(posted);
    desk.seats = helpers;
    drop(desk);
    for _ in 0..helpers {
        POSTED.notify_one();
    }

    job.help();

    let mut desk = lock_desk();
    desk.job = None;
    while desk.seated > 0 {
        desk = LEFT.wait(desk).unwrap_or_else(PoisonError::into_inner);
    }
    drop(desk);
    job.panics.into_inner().unwrap_or_else(PoisonError::into_inner)
}

fn lock_desk() -> MutexGuard<'static, Desk> {
    DESK.lock().unwrap_or_else(PoisonError::into_inner)
}

/// False if the system refuses another thread; the job then runs on fewer.
fn spawn_worker(number: usize) -> bool {
    std::thread::Builder::new().name(format!("tapegrad-{number}")).spawn(serve).is_ok()
}

/// A worker's life.
fn serve() {
    let mut desk = lock_desk();
    loop {
        match desk.job {
            Some(job) if desk.seats > 0 => {
                desk.seats -= 1;
                desk.seated += 1;
                drop(desk);
                // SAFETY: the job was on the desk when this worker was seated, under the lock; its caller waits for `seated`
                // to become 0 before the job goes.
                unsafe { job.0.as_ref() }.help();
                desk = lock_desk();
                desk.seated -= 1;
                if desk.seated == 0 {
                    LEFT.notify_one();
                }
            }
            _ => desk = POSTED.wait(desk).unwrap_or_else(PoisonError::into_inner),
        }
    }
}
