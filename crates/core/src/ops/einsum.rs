//! Einstein's sums: products of tensors whose axes are named by letters.
//!
//! The equation becomes labels: the letters, and numbers above them for the axes under an ellipsis. Diagonals are taken and what
//! one operand alone has is summed; then pairs are contracted, the cheapest first, each as a matrix product.

use std::borrow::Borrow;
use std::collections::BTreeMap;

use super::prelude::*;
use super::reshape::reshape;
use crate::contraction::{Labelled, contract};

/// The label of the last axis under an ellipsis; the one before it has the next.
const UNDER_ELLIPSIS: usize = 256;

/// The letters of an operand, or of the result: those before the ellipsis and, if there is one, those after it.
struct Term<'a> {
    before: &'a str,
    after: Option<&'a str>,
}

impl<'a> Term<'a> {
    #[track_caller]
    fn parse(equation: &str, term: &'a str) -> Self {
        let (before, after) = match term.split_once("...") {
            Some((before, after)) => (before, Some(after)),
            None => (term, None),
        };
        let strange = |c: &char| !c.is_ascii_alphabetic();
        if let Some(c) = before.chars().chain(after.unwrap_or_default().chars()).find(strange) {
            fail!("einsum: \"{equation}\": '{c}' is no letter (and an ellipsis is three points, once)");
        }
        Term { before, after }
    }

    fn letters(&self) -> usize {
        self.before.len() + self.after.map_or(0, str::len)
    }

    /// A label for each axis, `under` of which are under the ellipsis.
    fn labels(&self, under: usize) -> Dims {
        let letters = |s: &'a str| s.bytes().map(usize::from);
        let ellipsis = (UNDER_ELLIPSIS..UNDER_ELLIPSIS + under).rev();
        letters(self.before).chain(ellipsis).chain(letters(self.after.unwrap_or_default())).collect()
    }
}

/// A label as the equation has it.
fn shown(label: usize) -> String {
    u8::try_from(label).map_or("...".to_owned(), |letter| char::from(letter).to_string())
}

/// An operand, with a label for each of its axes; those that have the same one become their diagonal.
#[track_caller]
fn labelled(equation: &str, term: &Term<'_>, operand: &Tensor, widest: &mut usize) -> Labelled {
    let (letters, axes) = (term.letters(), operand.ndim());
    if letters > axes || (letters < axes && term.after.is_none()) {
        fail!("einsum: \"{equation}\": {letters} letters for the {axes} axes of {:?}", operand.shape());
    }
    *widest = (*widest).max(axes - letters);
    let (mut tensor, mut labels) = (operand.clone(), term.labels(axes - letters));
    while let Some((a, b)) = twice(&labels) {
        let (n, m) = (tensor.shape()[a], tensor.shape()[b]);
        if n != m {
            fail!("einsum: \"{equation}\": {} has lengths {n} and {m} in {:?}", shown(labels[a]), operand.shape());
        }
        tensor = tensor.diagonal(0, a as isize, b as isize);
        let label = labels.remove(b);
        labels.remove(a);
        labels.push(label);
    }
    Labelled { tensor, labels }
}

/// Two places of the same label.
fn twice(labels: &[usize]) -> Option<(usize, usize)> {
    let places = labels.iter().enumerate();
    places.filter_map(|(b, label)| Some((labels[..b].iter().position(|l| l == label)?, b))).next()
}

/// The length of each label, which is that of every axis it names, but for those of length 1, which are taken away.
#[track_caller]
fn lengths(equation: &str, operands: &mut [Labelled]) -> BTreeMap<usize, usize> {
    let mut lengths = BTreeMap::new();
    for operand in &*operands {
        for (label, n) in operand.lengths() {
            let length = lengths.entry(label).or_insert(n);
            if *length != n && *length != 1 && n != 1 {
                fail!("einsum: \"{equation}\": {} has lengths {length} and {n}", shown(label));
            }
            if *length == 1 {
                *length = n;
            }
        }
    }
    for operand in operands {
        let (labels, shape): (Dims, Dims) = operand.lengths().filter(|(label, n)| *n == lengths[label]).unzip();
        *operand = Labelled { tensor: reshape(&operand.tensor, &shape), labels };
    }
    lengths
}

/// The labels of the result. Without an arrow they are the axes under ellipses, then the letters that stand once, in order.
#[track_caller]
fn result(equation: &str, term: Option<&str>, inputs: &[Dims], widest: usize) -> Dims {
    let all = || inputs.iter().flatten();
    let Some(term) = term else {
        let mut once: Dims = all().copied().filter(|&l| all().filter(|&&m| l == m).count() == 1).collect();
        once.retain(|label| *label < UNDER_ELLIPSIS);
        once.sort_unstable();
        return (UNDER_ELLIPSIS..UNDER_ELLIPSIS + widest).rev().chain(once).collect();
    };
    let term = Term::parse(equation, term);
    let labels = term.labels(if term.after.is_some() { widest } else { 0 });
    if let Some((place, _)) = twice(&labels) {
        fail!("einsum: \"{equation}\": {} stands twice in the result", shown(labels[place]));
    }
    if let Some(&label) = labels.iter().find(|label| !all().any(|l| l == *label)) {
        fail!("einsum: \"{equation}\": {} is in the result, but in no operand", shown(label));
    }
    labels
}

/// The two operands whose product takes the fewest multiplications, the first of those that tie.
fn cheapest(operands: &[Labelled], lengths: &BTreeMap<usize, usize>) -> (usize, usize) {
    let cost = |&(i, j): &(usize, usize)| -> f64 {
        let (x, y) = (&operands[i], &operands[j]);
        let others = y.labels.iter().filter(|&&label| !x.has(label));
        x.labels.iter().chain(others).map(|label| lengths[label] as f64).product()
    };
    let pairs = (0..operands.len()).flat_map(|j| (0..j).map(move |i| (i, j)));
    pairs.min_by(|a, b| cost(a).total_cmp(&cost(b))).expect("there are two")
}

impl Tensor {
    /// The sum of products that an equation names: a letter for each axis of each operand, and after the arrow those of the
    /// result. The same letter is the same index; letters that the result lacks are summed over.
    ///
    /// | equation | meaning |
    /// |---|---|
    /// | `ij,jk->ik` | the matrix product |
    /// | `bij,bjk->bik`, `...ij,...jk->...ik` | for each place of a batch |
    /// | `ij->ji` | the transpose |
    /// | `ii->i`, `ii` | the diagonal, its sum |
    /// | `i,j->ij` | the outer product |
    /// | `bi,oij,bj->bo` | a bilinear form for each o |
    ///
    /// `...` stands for the axes without letters, which broadcast, as axes of length 1 do. Without an arrow the result has the
    /// axes of `...` and then the letters that stand once, upper case before lower case. Spaces mean nothing. Operands are
    /// multiplied in pairs, the cheapest first, by matrix products.
    ///
    /// ```
    /// use tapegrad_core::{Tensor, tensor};
    /// let (x, y) = (tensor![[1.0, 2.0], [3.0, 4.0]], tensor![1.0, -1.0]);
    /// assert_eq!(Tensor::einsum("ij, j -> i", &[&x, &y]).to_vec::<f32>().unwrap(), [-1.0, -1.0]);
    /// assert_eq!(Tensor::einsum("ii", &[&x]).item(), 5.0);
    /// ```
    ///
    /// # Panics
    /// If the equation is none or does not fit the operands, a letter has several lengths, or the operands are bool or not of one
    /// type.
    #[must_use]
    #[track_caller]
    pub fn einsum<T: Borrow<Tensor>>(equation: &str, operands: &[T]) -> Tensor {
        let dense: String = equation.chars().filter(|c| *c != ' ').collect();
        let (inputs, output) = match dense.split_once("->") {
            Some((inputs, output)) => (inputs, Some(output)),
            None => (&dense[..], None),
        };
        let terms: Vec<&str> = inputs.split(',').collect();
        if terms.len() != operands.len() {
            fail!("einsum: \"{equation}\" is for {} operands, there are {}", terms.len(), operands.len());
        }
        let (mut widest, mut factors) = (0, Vec::new());
        let first = operands[0].borrow().dtype();
        for (term, operand) in terms.into_iter().zip(operands) {
            let operand = operand.borrow();
            check_number("einsum", operand);
            if operand.dtype() != first {
                fail!("einsum: operands are {first} and {}; cast one with to_dtype", operand.dtype());
            }
            factors.push((Term::parse(equation, term), operand));
        }
        let inputs: Vec<Dims> = factors.iter().map(|(t, x)| t.labels(x.ndim().saturating_sub(t.letters()))).collect();
        let mut operands = Vec::new();
        for (term, operand) in factors {
            operands.push(labelled(equation, &term, operand, &mut widest));
        }
        let kept = result(equation, output, &inputs, widest);
        let lengths = lengths(equation, &mut operands);
        for i in 0..operands.len() {
            let elsewhere = |label| operands.iter().enumerate().any(|(j, other)| i != j && other.has(label));
            operands[i] = operands[i].clone().keep(|label| kept.contains(&label) || elsewhere(label));
        }
        while operands.len() > 1 {
            let (i, j) = cheapest(&operands, &lengths);
            let (y, x) = (operands.remove(j), operands.remove(i));
            let open = |label| kept.contains(&label) || operands.iter().any(|other| other.has(label));
            let product = contract(&x, &y, open);
            operands.push(product);
        }
        operands[0].ordered(kept)
    }
}

pub(crate) const SPEC: OpSpec = OpSpec {
    name: "einsum",
    group: Group::LinearAlgebra,
    types: Types::Numbers,
    formula: "the sum of products of elements that an equation names",
    derivative: "to each operand the sum with g in its place",
    kind: Derivative::Curved,
    samples: || {
        fn sample(equation: &'static str, shapes: &[&[usize]]) -> Sample {
            let inputs: Vec<Tensor> = (0..).zip(shapes).map(|(i, s)| spread(s, -2.0, 1.5 + i as f64 * 0.5)).collect();
            Sample::new(equation, inputs, move |x| Tensor::einsum(equation, x))
        }
        let sized = |label, sample: Sample| Sample { label, ..sample };
        vec![
            sample("ij,jk->ik", &[&[2, 3], &[3, 4]]),
            sample("ij,kj", &[&[2, 3], &[4, 3]]),
            sample("i,j->ij", &[&[2], &[3]]),
            sample("bhqd,bhkd->bhqk", &[&[2, 1, 3, 2], &[2, 1, 2, 2]]),
            sample("...ij, ...jk -> ...ik", &[&[2, 1, 2, 3], &[3, 3, 2]]),
            sample("...i,i...->...", &[&[2, 3], &[3, 1]]),
            sample("i...->i", &[&[2, 3, 2]]),
            sample("iij->ji", &[&[2, 2, 3]]),
            sample("iii", &[&[2, 2, 2]]),
            sample("bA,aB,b->Ba", &[&[2, 3], &[2, 2], &[2]]),
            sample("bi,oij,bj->bo", &[&[2, 3], &[2, 3, 2], &[2, 2]]),
            sample("ij,jk,kl->il", &[&[2, 3], &[3, 1], &[1, 4]]),
            sample("i,i,i->", &[&[3], &[3], &[3]]),
            sample("i,i->i", &[&[3], &[1]]),
            sample("ij,ij->", &[&[2, 3], &[2, 1]]),
            sample("ba", &[&[2, 3]]),
            sample(",i->i", &[&[], &[2]]),
            Sample::new("with itself", [spread([2, 2], -2.0, 2.0)], |x| Tensor::einsum("ij,jk->ik", &[&x[0], &x[0]])),
            sized("size 1", sample("ij,jk->ik", &[&[1, 1], &[1, 1]])),
            sized("size 0", sample("ij,jk->ik", &[&[0, 2], &[2, 3]])),
            sized("inner size 0", sample("ij,jk->ik", &[&[2, 0], &[0, 3]])),
        ]
    },
    errors: || {
        fn o(shapes: &[&[usize]]) -> Vec<Tensor> {
            shapes.iter().map(Tensor::zeros).collect()
        }
        vec![
            misuse!(
                Tensor::einsum("ij,jk->ik", &o(&[&[2, 3]])),
                "einsum: \"ij,jk->ik\" is for 2 operands, there are 1"
            ),
            misuse!(Tensor::einsum("ij", &o(&[&[2]])), "einsum: \"ij\": 2 letters for the 1 axes of [2]"),
            misuse!(Tensor::einsum("i", &o(&[&[2, 3]])), "einsum: \"i\": 1 letters for the 2 axes of [2, 3]"),
            misuse!(Tensor::einsum("i1", &o(&[&[2, 3]])), "einsum: \"i1\": '1' is no letter (and an"),
            misuse!(Tensor::einsum("i.j", &o(&[&[2, 3]])), "einsum: \"i.j\": '.' is no letter (and an ellipsis"),
            misuse!(Tensor::einsum("ii->i", &o(&[&[2, 3]])), "einsum: \"ii->i\": i has lengths 2 and 3 in [2, 3]"),
            misuse!(Tensor::einsum("i,i", &o(&[&[2], &[3]])), "einsum: \"i,i\": i has lengths 2 and 3"),
            misuse!(Tensor::einsum("...,...", &o(&[&[2], &[3]])), "einsum: \"...,...\": ... has lengths 2 and 3"),
            misuse!(Tensor::einsum("i->ii", &o(&[&[2]])), "einsum: \"i->ii\": i stands twice in the result"),
            misuse!(Tensor::einsum("i->j", &o(&[&[2]])), "einsum: \"i->j\": j is in the result, but in no operand"),
            misuse!(
                Tensor::einsum("i,i", &[Tensor::zeros([2]), Tensor::arange(0, 2)]),
                "einsum: operands are f32 and i64; cast one with to_dtype"
            ),
        ]
    },
    kinks: no_kinks,
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chain_is_multiplied_from_its_cheaper_end() {
        let shapes: [&[usize]; 3] = [&[50, 2], &[2, 50], &[50, 1]];
        let operands: Vec<Labelled> =
            (0..).zip(shapes).map(|(i, s)| Labelled::new(Tensor::zeros(s), &[i, i + 1])).collect();
        let lengths = operands.iter().flat_map(Labelled::lengths).collect();
        assert_eq!(cheapest(&operands, &lengths), (1, 2));
        assert_eq!(cheapest(&operands[..2], &lengths), (0, 1));
    }

    #[test]
    fn a_matrix_product_records_one_product_and_copies_nothing() {
        let (x, y) = (spread([2, 3, 4], -1.0, 1.0).requires_grad(), spread([2, 5, 4], -1.0, 1.0));
        let before = crate::tape::stats().edges;
        let z = Tensor::einsum("bij,bkj->bik", &[&x, &y]);
        assert_eq!(crate::tape::stats().edges - before, 1);
        assert!(z.allclose(&x.matmul(&y.transpose(1, 2)), 0.0, 0.0));
    }
}
