//! The loop of a training, and the network that most examples train: for those in which neither is the point.

use tapegrad_core::Tensor;
use tapegrad_nn::{Linear, ReLU, Sequential};
use tapegrad_optim::schedule::Schedule;
use tapegrad_optim::{Optimizer, Rule};

/// One step for each batch: down the gradient of its loss, at the rate that the schedule has for the step.
pub fn fit<R: Rule, B>(
    mut optimizer: Optimizer<R>,
    schedule: impl Schedule,
    batches: impl IntoIterator<Item = B>,
    mut loss: impl FnMut(B) -> Tensor,
) {
    for (step, batch) in batches.into_iter().enumerate() {
        optimizer.set_lr(schedule.lr(step));
        optimizer.zero_grad();
        loss(batch).backward();
        optimizer.step();
    }
}

/// Dense levels from the first size to the second and so on, with ReLU between them but not behind the last.
///
/// # Panics
/// If there are fewer than two sizes.
#[track_caller]
pub fn dense(sizes: &[usize]) -> Sequential {
    assert!(sizes.len() > 1, "dense: sizes {sizes:?}, expected two or more");
    let net = Sequential::new().push(Linear::new(sizes[0], sizes[1]));
    sizes[1..].windows(2).fold(net, |net, pair| net.push(ReLU::new()).push(Linear::new(pair[0], pair[1])))
}

#[cfg(test)]
mod tests {
    use super::*;
    use tapegrad_core::no_grad;
    use tapegrad_nn::{Forward, Module};
    use tapegrad_optim::Sgd;
    use tapegrad_optim::schedule::Step;

    /// Of (x - b)^2 / 2 at rate r the distance to b becomes 1 - r as long: from 8 to 4 at the rate 0.5, and to 3 at 0.25.
    #[test]
    fn every_batch_is_one_step_at_the_rate_of_its_turn() {
        let x = Tensor::from([8.0]).requires_grad();
        let mut seen = Vec::new();
        fit(Sgd::new([x.clone()], 9.0), Step::new(0.5, 1, 0.5), [0.0, 0.0], |b| {
            seen.push(x.item());
            (&x - b).square().sum() * 0.5
        });
        assert_eq!((seen, x.item()), (vec![8.0, 4.0], 3.0));
    }

    #[test]
    fn dense_levels_are_rectified_between_and_not_at_the_end() {
        let net = dense(&[1, 1, 1]);
        assert_eq!(net.num_parameters(), 4);
        // Both levels turn the sign: of 3 the first gives -3, which ReLU makes 0; of -3 the second gives -3.
        for p in net.parameters() {
            p.update(|p| if p.shape().len() == 2 { p.full_like(-1.0) } else { p.zeros_like() });
        }
        let y = no_grad(|| net.call(&Tensor::from([[3.0f32], [-3.0]])));
        assert_eq!(y.to_vec::<f32>().unwrap(), [0.0, -3.0]);
    }

    #[test]
    #[should_panic(expected = "dense: sizes [3], expected two or more")]
    fn one_size_is_no_level() {
        let _ = dense(&[3]);
    }
}
