//! Many threads: tensors that wander between them, shared leaves, and the same bits on any number of threads.

mod common;

use std::sync::{Barrier, Mutex, mpsc};
use std::thread;

use common::caught;
use smallvec::smallvec;
use tapegrad::op::{Cotangents, Outputs, Vjp};
use tapegrad::{Op, Tensor, tape};

/// Its input, twice.
#[derive(Debug)]
struct Twice;

impl Op for Twice {
    fn name(&self) -> &'static str {
        "twice"
    }

    fn forward(&self, inputs: &[&Tensor]) -> Outputs {
        smallvec![inputs[0].detach(), inputs[0].detach()]
    }

    fn vjp(&self, ctx: &mut Vjp<'_>) -> Cotangents {
        let both = [ctx.cotangent(0), ctx.cotangent(1)].into_iter().flatten();
        smallvec![Some(both.sum())]
    }
}

#[test]
fn a_clone_made_elsewhere_may_be_dropped_here_before_its_birth_is_counted() {
    let x = Tensor::from(1.0).requires_grad();
    let y = &x * 2.0;
    let z = y.clone();
    // There: one handle ends, then the other is cloned. Here: both are dropped before any of that is counted.
    let (y, copy) = thread::spawn(move || {
        drop(z);
        let copy = y.clone();
        (y, copy)
    })
    .join()
    .unwrap();
    drop(copy);
    drop(y);
    assert_eq!(tape::stats().edges, 0);
    assert_eq!(tape::stats().nodes, 0);
}

#[test]
fn clones_of_one_of_several_outputs_may_be_dropped_here_while_another_output_lives() {
    let x = Tensor::from(1.0).requires_grad();
    let mut outputs = Twice.apply_all(&[&x]);
    let (second, first) = (outputs.pop().unwrap(), outputs.pop().unwrap());
    let (first, copy) = thread::spawn(move || {
        let copy = first.clone();
        (first, copy)
    })
    .join()
    .unwrap();
    drop(copy);
    drop(first);
    second.backward();
    assert_eq!(x.grad().unwrap().item(), 1.0);
    drop(second);
    assert_eq!(tape::stats().edges, 0);
}

#[test]
fn eight_threads_clone_and_drop_each_others_results_while_owners_end_and_nothing_is_left() {
    const THREADS: usize = 8;
    const ROUNDS: usize = 200;
    let x = Tensor::from(1.0).requires_grad();
    let shared: Mutex<Vec<Tensor>> = Mutex::new((0..16).map(|i| &x * i).collect());
    let start = Barrier::new(THREADS);
    thread::scope(|scope| {
        for number in 0..THREADS {
            let (x, shared, start) = (&x, &shared, &start);
            scope.spawn(move || {
                start.wait();
                for round in 0..ROUNDS {
                    // Owners end in the middle of it: a short-lived thread leaves a result of its own behind.
                    if round % 50 == number {
                        let orphan = thread::scope(|s| s.spawn(|| (x * 2.0).sin()).join().unwrap());
                        shared.lock().unwrap().push(orphan);
                    }
                    let mine = (x * number).sin();
                    let theirs = {
                        let mut shared = shared.lock().unwrap();
                        let place = (round * 7 + number) % shared.len();
                        let theirs = shared[place].clone();
                        shared.push(theirs.clone());
                        std::mem::replace(&mut shared[place], mine.clone())
                    };
                    drop(theirs.clone());
                    drop(mine);
                    drop(theirs);
                    let extra = shared.lock().unwrap().pop();
                    drop(extra);
                }
                // What others still hold of this thread's results goes with it.
                start.wait();
                if number == 0 {
                    let rest = std::mem::take(&mut *shared.lock().unwrap());
                    drop(rest);
                }
                start.wait();
                let stats = tape::stats();
                assert_eq!((stats.nodes, stats.edges), (0, 0));
            });
        }
    });
    let stats = tape::stats();
    assert_eq!((stats.nodes, stats.edges), (0, 0));
}

#[test]
fn a_result_outlives_its_thread_and_only_recording_with_it_is_refused() {
    let x = Tensor::from(3.0).requires_grad();
    let y = thread::scope(|scope| scope.spawn(|| &x * 2.0).join().unwrap());
    assert_eq!(y.item(), 6.0);
    assert_eq!(tapegrad::no_grad(|| &y + 1.0).item(), 7.0);
    assert_eq!((y.detach() * &x).item(), 18.0);
    assert!(y.grad().is_none());
    assert_eq!(y.clone().to_string(), "6.0 shape [], f64, recorded");

    let line = line!() + 1;
    let (message, place) = caught(|| &y * &x);
    assert_eq!(place, format!("tests/threads.rs:{line}"));
    assert!(message.starts_with("mul: input 0 ([]) was computed on another thread"), "{message}");
    assert!(message.contains("detach()"), "{message}");
    type Refused = (&'static str, fn(&Tensor));
    let refused: [Refused; 5] = [
        ("backward", |y| y.backward()),
        ("grad", |y| drop(tapegrad::grad(&[y], &[y]))),
        ("retain_grad", |y| y.retain_grad()),
        ("register_hook", |y| drop(y.register_hook(|_| None))),
        ("graph", |y| drop(tape::graph(&[y]))),
    ];
    for (what, call) in refused {
        let (message, _) = caught(|| call(&y));
        assert!(message.starts_with(&format!("{what}: ")) && message.contains("another thread"), "{message}");
        assert!(message.contains("detach()"), "{message}");
    }
    let stats = tape::stats();
    assert_eq!((stats.nodes, stats.edges), (0, 0));
}

#[test]
fn a_result_kept_in_a_thread_local_is_dropped_with_its_thread() {
    thread_local! {
        static KEPT: std::cell::RefCell<Vec<Tensor>> = const { std::cell::RefCell::new(Vec::new()) };
    }
    let x = Tensor::from(3.0).requires_grad();
    for first in [true, false] {
        thread::scope(|scope| {
            let run = || {
                // Whichever thread-local is made first is destroyed last.
                if first {
                    KEPT.with_borrow_mut(|kept| kept.reserve(1));
                }
                let y = &x * 2.0;
                KEPT.with_borrow_mut(|kept| kept.push(y.sin()));
                drop(y);
            };
            scope.spawn(run).join().unwrap();
        });
    }
    (&x * 1.0).backward();
    assert_eq!(x.grad().unwrap().item(), 1.0);
}

#[test]
fn a_model_serves_eight_threads() {
    let weights = Tensor::from([[1.0, -2.0], [0.5, 3.0]]).requires_grad();
    let bias = Tensor::from([0.25, -0.75]).requires_grad();
    let model = |x: &Tensor| (x * &weights + &bias).sin().sum_dim(-1);
    let expected = |x: f64| {
        [(1.0, 0.25, -2.0, -0.75), (0.5, 0.25, 3.0, -0.75)]
            .map(|(a, b, c, d): (f64, f64, f64, f64)| (x * a + b).sin() + (x * c + d).sin())
    };
    thread::scope(|scope| {
        for number in 0..8 {
            let model = &model;
            scope.spawn(move || {
                for i in 0..100 {
                    let x = f64::from(number * 100 + i) / 100.0;
                    let y = tapegrad::no_grad(|| model(&Tensor::from(x)));
                    assert!(!y.needs_grad());
                    for (y, expected) in y.to_vec::<f64>().unwrap().into_iter().zip(expected(x)) {
                        assert!((y - expected).abs() < 1e-12);
                    }
                }
            });
        }
    });
}

#[test]
fn a_thread_hands_results_on_without_waiting_for_their_owner() {
    let (send, receive) = mpsc::channel::<Tensor>();
    let x = Tensor::from(1.0).requires_grad();
    let receiver = thread::spawn(move || receive.iter().map(|y| y.clone().item()).sum::<f64>());
    for i in 0..1000 {
        send.send(&x * i).unwrap();
    }
    drop(send);
    assert_eq!(receiver.join().unwrap(), 499_500.0);
    assert_eq!(tape::stats().edges, 0);
}

#[test]
fn recording_in_rayon_tasks_is_not_touched_by_other_tasks_in_no_grad() {
    use rayon::prelude::*;
    let leaves: Vec<Tensor> = (0..400).map(|i| Tensor::full([64], f64::from(i)).requires_grad()).collect();
    let recorded: usize = leaves
        .par_iter()
        .enumerate()
        .map(|(i, leaf)| {
            if i % 2 == 0 {
                return usize::from(tapegrad::no_grad(|| (leaf * 2.0).sin().sum().needs_grad()));
            }
            // A task that itself forks: while it waits, its thread may take another task.
            let (one, two) = rayon::join(|| (leaf * 2.0).sum(), || tapegrad::no_grad(|| leaf.sin().sum()));
            assert!(!two.needs_grad());
            let loss = (leaf * 3.0).sum();
            loss.backward();
            drop(one);
            1
        })
        .sum();
    assert_eq!(recorded, 200);
    for (i, leaf) in leaves.iter().enumerate() {
        match leaf.grad() {
            None => assert_eq!(i % 2, 0, "no gradient for leaf {i}"),
            Some(grad) => assert_eq!(grad.to_vec::<f32>().unwrap(), [3.0; 64]),
        }
    }
}

#[test]
fn two_threads_with_half_a_batch_each_add_up_the_whole_batchs_gradient() {
    let parameters = || {
        [([13, 17], -0.5), ([1, 17], 0.1), ([17, 3], -0.3)]
            .map(|(shape, low): ([usize; 2], f64)| tapegrad::spec::spread(shape, low, low + 1.0).requires_grad())
    };
    let x = tapegrad::spec::spread([64, 13], -1.0, 1.0);
    let loss = |[w, b, v]: &[Tensor; 3], x: &Tensor| (x.matmul(w) + b).tanh().matmul(v).square().sum();
    let (whole, halves) = (parameters(), parameters());
    loss(&whole, &x).backward();
    thread::scope(|scope| {
        for half in [x.narrow(0, 0, 32), x.narrow(0, 32, 32)] {
            let halves = &halves;
            scope.spawn(move || loss(halves, &half).backward());
        }
    });
    for (whole, halves) in whole.iter().zip(&halves) {
        let [whole, halves] = [whole, halves].map(|w| w.grad().unwrap());
        let largest = whole.abs().max().item();
        assert!(largest > 0.1);
        assert!((whole - halves).abs().max().item() < 1e-12 * largest);
    }
}
