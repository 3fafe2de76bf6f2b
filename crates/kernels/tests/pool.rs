//! The laws of the fork-join pool.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Barrier, Mutex, MutexGuard, PoisonError};

use tapegrad_kernels::pool;

/// The number of threads and the pool itself belong to the whole process, so these tests take turns.
fn alone() -> MutexGuard<'static, ()> {
    static TURN: Mutex<()> = Mutex::new(());
    TURN.lock().unwrap_or_else(PoisonError::into_inner)
}

fn counters(n: usize) -> Vec<AtomicUsize> {
    (0..n).map(|_| AtomicUsize::new(0)).collect()
}

fn assert_each_once(counts: &[AtomicUsize]) {
    for (i, count) in counts.iter().enumerate() {
        assert_eq!(count.load(Ordering::Relaxed), 1, "task {i} of {}", counts.len());
    }
}

#[test]
fn every_task_runs_exactly_once_on_any_number_of_threads() {
    let _turn = alone();
    for threads in [1, 2, 3, 16] {
        pool::set_num_threads(threads);
        assert_eq!(pool::num_threads(), threads);
        for tasks in [0, 1, 2, 3, 7, 16, 17, 101, 1009] {
            let counts = counters(tasks);
            let before = pool::parallel_jobs();
            pool::run(tasks, |i| {
                counts[i].fetch_add(1, Ordering::Relaxed);
            });
            assert_each_once(&counts);
            assert_eq!(
                pool::parallel_jobs() - before,
                u64::from(threads > 1 && tasks > 1),
                "{threads} threads, {tasks} tasks"
            );
        }
    }
}

#[test]
fn a_job_runs_on_several_threads_at_once() {
    let _turn = alone();
    pool::set_num_threads(3);
    // Each task waits for the two others, so this ends only if three threads are at it.
    let barrier = Barrier::new(3);
    let names = Mutex::new(Vec::new());
    pool::run(3, |_| {
        barrier.wait();
        names.lock().unwrap().push(std::thread::current().name().map(str::to_owned));
    });
    let names = names.into_inner().unwrap();
    let workers = names.iter().flatten().filter(|name| name.starts_with("tapegrad-")).count();
    assert_eq!(workers, 2, "{names:?}");
}

#[test]
fn fewer_threads_than_workers_bind() {
    let _turn = alone();
    pool::set_num_threads(16);
    pool::run(64, |_| std::thread::yield_now());
    pool::set_num_threads(2);
    let (now, most) = (AtomicUsize::new(0), AtomicUsize::new(0));
    for _ in 0..50 {
        pool::run(8, |_| {
            most.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
            std::thread::yield_now();
            now.fetch_sub(1, Ordering::SeqCst);
        });
    }
    assert!(most.load(Ordering::SeqCst) <= 2);
}

#[test]
fn a_nested_job_runs_inline_on_the_thread_that_calls() {
    let _turn = alone();
    pool::set_num_threads(3);
    let counts = counters(5 * 7 * 3);
    let before = pool::parallel_jobs();
    pool::run(5, |i| {
        let outer = std::thread::current().id();
        pool::run(7, |j| {
            pool::run(3, |k| {
                assert_eq!(std::thread::current().id(), outer);
                counts[(i * 7 + j) * 3 + k].fetch_add(1, Ordering::Relaxed);
            });
        });
    });
    assert_each_once(&counts);
    assert_eq!(pool::parallel_jobs() - before, 1);
}

#[test]
fn concurrent_callers_each_see_their_own_tasks_done() {
    let _turn = alone();
    pool::set_num_threads(3);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for round in 0..100 {
                    let counts = counters(2 + round % 13);
                    pool::run(counts.len(), |i| {
                        counts[i].fetch_add(1, Ordering::Relaxed);
                    });
                    assert_each_once(&counts);
                }
            });
        }
    });
}

#[test]
fn a_waiting_caller_runs_no_foreign_task() {
    let _turn = alone();
    pool::set_num_threads(2);
    std::thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                let me = std::thread::current().id();
                let foreign = Mutex::new(Vec::new());
                for _ in 0..100 {
                    pool::run(4, |_| {
                        let thread = std::thread::current();
                        let worker = thread.name().is_some_and(|name| name.starts_with("tapegrad-"));
                        if !worker && thread.id() != me {
                            foreign.lock().unwrap().push(thread.id());
                        }
                    });
                }
                assert_eq!(foreign.into_inner().unwrap(), []);
            });
        }
    });
}

#[test]
fn a_panic_lets_the_other_tasks_finish_and_reaches_the_caller() {
    let _turn = alone();
    for threads in [1, 2, 3, 16] {
        pool::set_num_threads(threads);
        for _ in 0..3 {
            let counts = counters(23);
            let panic = catch_unwind(AssertUnwindSafe(|| {
                pool::run(23, |i| {
                    counts[i].fetch_add(1, Ordering::Relaxed);
                    if i % 5 == 3 {
                        std::panic::panic_any(i);
                    }
                });
            }));
            assert_eq!(
                *panic.unwrap_err().downcast::<usize>().unwrap(),
                3,
                "the lowest task's panic, {threads} threads"
            );
            assert_each_once(&counts);
        }
        let before = pool::parallel_jobs();
        let counts = counters(9);
        pool::run(9, |i| {
            counts[i].fetch_add(1, Ordering::Relaxed);
        });
        assert_each_once(&counts);
        assert_eq!(pool::parallel_jobs() - before, u64::from(threads > 1), "the pool is free again");
    }
}

#[test]
fn chunks_cover_the_slice_once_in_order() {
    let _turn = alone();
    for threads in [1, 2, 3, 16] {
        pool::set_num_threads(threads);
        for (len, chunk) in [(0, 3), (1, 3), (3, 3), (10, 3), (101, 7), (1000, 1)] {
            let mut out = vec![usize::MAX; len];
            pool::chunks_mut(&mut out, chunk, |i, piece| {
                assert_eq!(piece.len(), chunk.min(len - i * chunk));
                for (j, x) in piece.iter_mut().enumerate() {
                    *x = i * chunk + j;
                }
            });
            assert_eq!(out, (0..len).collect::<Vec<_>>());
        }
    }
}

#[test]
fn zipped_chunks_go_together() {
    let _turn = alone();
    pool::set_num_threads(3);
    let (mut a, mut b, mut c) = (vec![0; 20], vec![0_u8; 7], vec![0_i64; 61]);
    pool::zip_chunks_mut(&mut a, 3, &mut b, 1, |i, a, b| {
        a.fill(i);
        b.fill(i as u8);
    });
    assert_eq!(a, (0..20).map(|j| j / 3).collect::<Vec<_>>());
    assert_eq!(b, (0..7).collect::<Vec<_>>());
    pool::zip3_chunks_mut((&mut a, 3), (&mut b, 1), (&mut c, 10), |i, a, b, c| {
        a.fill(10 * i);
        b.fill(10 * i as u8);
        c.fill(10 * i as i64);
    });
    assert_eq!(a, (0..20).map(|j| j / 3 * 10).collect::<Vec<_>>());
    assert_eq!(b, (0..7).map(|j| j * 10).collect::<Vec<_>>());
    assert_eq!(c, (0..61).map(|j| j / 10 * 10).collect::<Vec<_>>());
}

#[test]
fn chunks_of_any_number_of_slices_go_together() {
    let _turn = alone();
    pool::set_num_threads(3);
    for len in [0, 1, 3, 10] {
        let (mut a, mut b, mut c, mut d) = (vec![0; len], vec![0; len], vec![0; len], vec![0; len]);
        pool::each_chunk_mut([&mut a, &mut b, &mut c, &mut d], 3, |i, pieces| {
            for (k, piece) in pieces.into_iter().enumerate() {
                piece.fill(10 * i + k);
            }
        });
        for (k, found) in [a, b, c, d].into_iter().enumerate() {
            assert_eq!(found, (0..len).map(|j| 10 * (j / 3) + k).collect::<Vec<_>>());
        }
    }
}

#[test]
#[should_panic(expected = "unequal numbers of pieces: [7, 4]")]
fn unequal_numbers_of_pieces_are_refused() {
    pool::zip_chunks_mut(&mut [0; 20], 3, &mut [0; 20], 5, |_, _, _| {});
}

#[test]
#[should_panic(expected = "at least 1 element")]
fn empty_chunks_are_refused() {
    pool::chunks_mut(&mut [0; 20], 0, |_, _| {});
}

#[test]
#[should_panic(expected = "at least 1 thread")]
fn zero_threads_are_refused() {
    pool::set_num_threads(0);
}
