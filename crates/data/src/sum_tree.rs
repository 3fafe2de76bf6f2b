//! Weights as a tree of sums, from which rows are drawn in proportion to their weights.
//!
//! A sum is made anew from its two parts and never changed by a difference, so that nothing is left of a weight that was taken out.
//! There are only sums, products and comparisons of floats, which are the same on every machine.

/// The weights of rows: the leaves of a binary tree whose every other node is the sum of the two below.
#[derive(Clone)]
pub(crate) struct SumTree {
    /// The root is node 1, the nodes below node `i` are `2 i` and `2 i + 1`, the leaves are the last half.
    sums: Vec<f64>,
}

impl SumTree {
    /// A tree of weights that are finite and not negative.
    pub(crate) fn new(weights: &[f64]) -> Self {
        let leaves = weights.len().next_power_of_two();
        let mut sums = vec![0.0; 2 * leaves];
        sums[leaves..leaves + weights.len()].copy_from_slice(weights);
        let mut tree = SumTree { sums };
        (1..leaves).rev().for_each(|node| tree.add_up(node));
        tree
    }

    pub(crate) fn total(&self) -> f64 {
        self.sums[1]
    }

    /// The row in whose part of the total `unit`, from 0 to 1, falls: one that has a weight, as long as there is one.
    pub(crate) fn row_at(&self, unit: f64) -> usize {
        let (mut node, mut place) = (1, unit * self.total());
        while node < self.leaves() {
            let (left, right) = (self.sums[2 * node], self.sums[2 * node + 1]);
            node *= 2;
            // A part without weight is never entered, not even at a place that was rounded up to its end.
            if right > 0.0 && place >= left {
                place -= left;
                node += 1;
            }
        }
        node - self.leaves()
    }

    /// Takes a row's weight out.
    pub(crate) fn remove(&mut self, row: usize) {
        let mut node = self.leaves() + row;
        self.sums[node] = 0.0;
        while node > 1 {
            node /= 2;
            self.add_up(node);
        }
    }

    fn add_up(&mut self, node: usize) {
        self.sums[node] = self.sums[2 * node] + self.sums[2 * node + 1];
    }

    fn leaves(&self) -> usize {
        self.sums.len() / 2
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_row_has_its_part_of_the_total_and_both_ends_have_a_row_with_a_weight() {
        let tree = SumTree::new(&[0.0, 2.0, 0.0, 3.0, 0.0]);
        assert_eq!([0.0, 0.399, 0.401, 1.0].map(|unit| tree.row_at(unit)), [1, 1, 3, 3]);
        assert_eq!(SumTree::new(&[5.0]).row_at(0.7), 0);
    }

    /// A running sum that the weight of 1e300 is subtracted from would have nothing left for the others.
    #[test]
    fn what_is_left_of_very_different_weights_is_exact() {
        let mut tree = SumTree::new(&[1e-300, 1e300, 3e-300]);
        assert_eq!(tree.row_at(0.5), 1);
        tree.remove(1);
        assert_eq!(tree.total(), 4e-300);
        assert_eq!([0.2, 0.3].map(|unit| tree.row_at(unit)), [0, 2]);
    }
}
