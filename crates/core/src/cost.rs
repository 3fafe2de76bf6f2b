//! What ops cost, counted as they run.

use std::cell::Cell;
use std::fmt;
use std::rc::Rc;

use crate::observe::{self, Call, Observer, Observing, Within};

/// Begins to count on this thread, until it is dropped: what the ops of the program cost by their own account
/// ([`Op::multiply_adds`](crate::op::Op::multiply_adds)), whether they are recorded or not. Backward walks are left out.
///
/// ```
/// use tapegrad_core::{Tensor, cost};
/// let counting = cost::count();
/// let _ = Tensor::ones([2, 3]).matmul(&Tensor::ones([3, 4]));
/// assert_eq!(counting.multiply_adds(), 2 * 3 * 4);
/// ```
pub fn count() -> Counting {
    let sums = Rc::new(Sums::default());
    Counting { _observing: observe::begin(sums.clone()), sums }
}

/// A count on this thread; see [`count`].
#[must_use = "the count lasts until it is dropped"]
pub struct Counting {
    _observing: Observing,
    sums: Rc<Sums>,
}

#[derive(Default)]
struct Sums {
    multiply_adds: Cell<u64>,
}

impl Counting {
    /// The products added to sums since the count began, in matrix products, convolutions, attention and recurrent layers.
    pub fn multiply_adds(&self) -> u64 {
        self.sums.multiply_adds.get()
    }
}

impl fmt::Debug for Counting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Counting {{ multiply_adds: {} }}", self.multiply_adds())
    }
}

impl Observer for Sums {
    fn ran(&self, call: &mut Call<'_>) {
        if let (Some(op), Within::Program) = (call.op, call.within) {
            let cost = op.multiply_adds(call.inputs, call.outputs);
            self.multiply_adds.set(self.multiply_adds.get() + cost);
        }
    }
}
