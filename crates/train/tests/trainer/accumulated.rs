//! Several batches a step are one large batch.

use super::{classifying, in_order, points, shrinking};
use tapegrad_core::{DType, Tensor, tensor};
use tapegrad_nn::{Linear, Module, Sequential, Tanh};
use tapegrad_optim::Sgd;
use tapegrad_optim::schedule::OneCycle;
use tapegrad_train::{Callback, Error, Run};

/// The parameters after three epochs in f64, and the losses of the epochs.
fn trained(net: &Sequential, batch: usize, accumulate: usize) -> (Vec<Tensor>, Vec<f64>, usize) {
    let (x, y) = points(23);
    let data = (x.to_dtype(DType::F64), y);
    let net = net.deep_copy();
    let mut trainer = classifying(&net, Sgd::new(net.parameters(), 0.1).momentum(0.9))
        .schedule(OneCycle::new(0.5, 9))
        .clip_norm(0.3)
        .accumulate(accumulate);
    let history = trainer.fit(3, |_| in_order(&data, batch)).unwrap();
    let step = trainer.standing().step;
    drop(trainer);
    (net.parameters(), history.curve("loss").1, step)
}

#[test]
fn accumulated_batches_are_one_large_batch_the_incomplete_last_included() {
    let net = Sequential::from((Linear::new(3, 5), Tanh::new(), Linear::new(5, 2)));
    net.to_dtype(DType::F64);
    // Of 23 examples: 10, 10 and 3.
    let (expected, losses, steps) = trained(&net, 10, 1);
    assert_eq!(steps, 9);
    for (batch, accumulate) in [(5, 2), (2, 5), (1, 10)] {
        let (found, again, steps) = trained(&net, batch, accumulate);
        assert_eq!(steps, 9);
        for (found, expected) in found.iter().zip(&expected) {
            assert!(found.allclose(expected, 0.0, 1e-12), "{accumulate} of {batch}: {found}, expected {expected}");
        }
        let near = |(a, b): (&f64, &f64)| (a - b).abs() < 1e-12;
        assert!(again.iter().zip(&losses).all(near), "{accumulate} of {batch}: {again:?}, expected {losses:?}");
    }
}

/// An example counts the same in whichever batch it is.
#[test]
fn batches_of_several_sizes_count_by_their_examples() {
    let net = Linear::new(1, 1).without_bias();
    net.weight.set(&tensor![[1.0]]);
    let mut trainer = shrinking(&net, 0.125).accumulate(2);
    trainer.fit(1, |_| [tensor![[1.0], [1.0]], tensor![[5.0]]]).unwrap();
    // w - lr d/dw mean (w x)^2, of 1, 1 and 25.
    assert_eq!(net.weight.item(), 1.0 - 0.125 * 2.0 * 27.0 / 3.0);
    assert_eq!(trainer.standing().loss, 9.0);
    assert_eq!(trainer.history().curve("loss").1, [9.0]);
}

/// What it is told of steps and batches.
struct Counts<'a>(&'a std::cell::RefCell<Vec<(usize, usize, Option<usize>)>>, &'a std::cell::Cell<usize>);

impl<M, P> Callback<M, P> for Counts<'_> {
    fn loss(&mut self, _loss: &Tensor) -> Result<(), Error> {
        self.1.set(self.1.get() + 1);
        Ok(())
    }
    fn step(&mut self, run: &mut Run<'_, M, P>) -> Result<(), Error> {
        self.0.borrow_mut().push((run.at.step, run.at.batch, run.at.batches));
        Ok(())
    }
}

#[test]
fn steps_are_the_optimisers_and_batches_the_loaders() {
    let (steps, losses) = Default::default();
    let net = Linear::new(1, 1);
    let mut trainer = shrinking(&net, 0.1).accumulate(2).callback(Counts(&steps, &losses));
    trainer.fit(2, |_| vec![tensor![[1.0]]; 5]).unwrap();
    let of_five =
        [(1, 2, Some(5)), (2, 4, Some(5)), (3, 5, Some(5)), (4, 2, Some(5)), (5, 4, Some(5)), (6, 5, Some(5))];
    assert_eq!((trainer.standing().step, losses.get()), (6, 10));
    assert_eq!(*steps.borrow(), of_five);
}

#[test]
#[should_panic(expected = "accumulate: 0 batches a step, expected 1 or more")]
fn no_batches_a_step_are_refused() {
    let net = Linear::new(1, 1);
    let _ = shrinking(&net, 0.1).accumulate(0);
}
