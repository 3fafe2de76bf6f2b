//! A line search for the strong Wolfe conditions (Nocedal and Wright, "Numerical optimization", algorithms 3.5 and 3.6, with the
//! safeguards of Schmidt's minFunc, which PyTorch has too).

use tapegrad_core::Tensor;

/// Sufficient decrease: the loss falls at least by this share of what the slope promises.
const DECREASE: f64 = 1e-4;
/// Curvature: the slope becomes flatter by at least this.
const FLATTER: f64 = 0.9;

/// A place on the line.
#[derive(Clone)]
pub(crate) struct Point {
    /// How far along the direction.
    pub(crate) t: f64,
    pub(crate) loss: f64,
    pub(crate) grad: Tensor,
    /// The gradient's component along the direction.
    pub(crate) slope: f64,
}

/// The best place found, and how many were looked at. `width` is how short the bracket may become, `most` how many places may
/// be looked at after the first, which is at `t`.
pub(crate) fn strong_wolfe(
    start: &Point,
    t: f64,
    width: f64,
    most: usize,
    mut evaluate: impl FnMut(f64) -> Point,
) -> (Point, usize) {
    let falls = |point: &Point| point.loss <= start.loss + DECREASE * point.t * start.slope;
    let is_flat = |point: &Point| point.slope.abs() <= -FLATTER * start.slope;
    let mut seen = 0;

    // Outwards, until two places have a good one between them.
    let (mut previous, mut new) = (start.clone(), evaluate(t));
    let mut bracket = loop {
        if seen == most {
            break [start.clone(), new];
        }
        if !falls(&new) || (seen > 1 && new.loss >= previous.loss) {
            break [previous, new];
        }
        if is_flat(&new) {
            return (new, seen + 1);
        }
        if new.slope >= 0.0 {
            break [previous, new];
        }
        let bounds = (new.t + 0.01 * (new.t - previous.t), new.t * 10.0);
        let next = minimum(&previous, &new, bounds);
        previous = std::mem::replace(&mut new, evaluate(next));
        seen += 1;
    };

    // Inwards.
    let mut low = lower(&bracket);
    let mut slow = false;
    while seen < most {
        let (left, right) = (bracket[0].t.min(bracket[1].t), bracket[0].t.max(bracket[1].t));
        if right - left < width {
            break;
        }
        let mut t = minimum(&bracket[0], &bracket[1], (left, right));
        // Twice in a row close to an end, or on it: a tenth inwards from there.
        let margin = 0.1 * (right - left);
        if (right - t).min(t - left) >= margin {
            slow = false;
        } else if slow || t >= right || t <= left {
            t = if (t - right).abs() < (t - left).abs() { right - margin } else { left + margin };
            slow = false;
        } else {
            slow = true;
        }
        let new = evaluate(t);
        seen += 1;
        if !falls(&new) || new.loss >= bracket[low].loss {
            bracket[1 - low] = new;
            low = lower(&bracket);
            continue;
        }
        let done = is_flat(&new);
        if !done && new.slope * (bracket[1 - low].t - bracket[low].t) >= 0.0 {
            bracket[1 - low] = bracket[low].clone();
        }
        bracket[low] = new;
        if done {
            break;
        }
    }
    let [first, second] = bracket;
    (if low == 0 { first } else { second }, seen + 1)
}

fn lower(bracket: &[Point; 2]) -> usize {
    usize::from(bracket[0].loss > bracket[1].loss)
}

/// Where the cubic through two places with their slopes is least, within the bounds; their middle if it has no minimum.
fn minimum(a: &Point, b: &Point, (low, high): (f64, f64)) -> f64 {
    let (a, b) = if a.t <= b.t { (a, b) } else { (b, a) };
    let d = a.slope + b.slope - 3.0 * (a.loss - b.loss) / (a.t - b.t);
    let root = (d * d - a.slope * b.slope).sqrt();
    let t = b.t - (b.t - a.t) * ((b.slope + root - d) / (b.slope - a.slope + 2.0 * root));
    if t.is_nan() { (low + high) / 2.0 } else { t.max(low).min(high) }
}
