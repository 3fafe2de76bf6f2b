//! Attention: each query gathers values by how well their keys meet it.
//!
//! One op forward and one backward, both of which forget the weights as they go. Besides the result the op has an output that nobody
//! sees, the logarithm of each query's sum of exponentials. The rule reads it as a constant: how it varies is accounted for in
//! the rule's own derivative, which is composed of public ops, as the form with dropout is.

use super::matmul::product;
use super::prelude::*;
use tapegrad_kernels::attention as kernel;

/// The options of [`Tensor::scaled_dot_product_attention`].
#[derive(Clone, Debug, Default)]
pub struct AttentionOptions {
    /// Bool, true where a key takes part, or numbers that are added to the scores; broadcasts to `[.., L, S]`.
    pub attn_mask: Option<Tensor>,
    /// The probability of a weight to be left out; 0 for none.
    pub dropout_p: f64,
    /// Whether query i meets the keys 0 to i alone.
    pub is_causal: bool,
    /// The factor of the scores; 1 / sqrt(E) if it is not given.
    pub scale: Option<f64>,
}

#[derive(Clone, Debug)]
struct Attention {
    causal: bool,
    scale: f64,
}

impl Attention {
    fn described(&self) -> Vec<(&'static str, String)> {
        vec![("is_causal", self.causal.to_string()), ("scale", self.scale.to_string())]
    }

    /// What the kernel is given: queries, keys, values and the mask, if there is one.
    fn run<R>(
        &self,
        inputs: [&Tensor; 3],
        mask: Option<&&Tensor>,
        work: impl FnOnce(&kernel::Attention<'_>) -> R,
    ) -> R {
        let ([q, k, v], mask) = (inputs.map(Tensor::value), mask.map(|mask| mask.value()));
        let (causal, scale) = (self.causal, self.scale);
        work(&kernel::Attention { q: &q, k: &k, v: &v, mask: mask.as_deref(), causal, scale })
    }

    fn weights(&self, q: &Tensor, k: &Tensor, mask: Option<&Tensor>) -> Tensor {
        weights(q, k, mask, self.causal, self.scale)
    }
}

/// softmax(scale q k^T + mask), 0 in the row of a query that meets no key, of tensors of one batch shape.
#[track_caller]
fn weights(q: &Tensor, k: &Tensor, mask: Option<&Tensor>, causal: bool, scale: f64) -> Tensor {
    let mut scores = product(&(q * scale), false, k, true);
    let mut hidden = Vec::new();
    match mask {
        Some(mask) if mask.dtype() == DType::Bool => hidden.push(mask.logical_not()),
        Some(mask) => {
            let excluded = mask.eq(f64::NEG_INFINITY);
            scores += mask.masked_fill(&excluded, 0);
            hidden.push(excluded);
        }
        None => {}
    }
    if causal {
        let [queries, keys] = [q, k].map(|x| Tensor::arange(0, x.shape()[x.ndim() - 2] as i64));
        hidden.push(queries.unsqueeze(1).lt(&keys));
    }
    match hidden.into_iter().reduce(|a, b| a.logical_or(&b)) {
        // A finite number, so that a row of nothing else has finite derivatives.
        Some(hidden) => scores.masked_fill(&hidden, -1e30).softmax(-1).masked_fill(&hidden, 0),
        None => scores.softmax(-1),
    }
}

/// The cotangent of the scores from that of the weights p.
fn pull(p: &Tensor, by_p: &Tensor) -> Tensor {
    p * (by_p - (p * by_p).sum_keepdim(-1))
}

impl Op for Attention {
    fn name(&self) -> &'static str {
        "scaled_dot_product_attention"
    }

    fn attributes(&self) -> Vec<(&'static str, String)> {
        self.described()
    }

    fn forward(&self, inputs: &[&Tensor]) -> Outputs {
        let outputs = self.run([inputs[0], inputs[1], inputs[2]], inputs.get(3), |attention| attention.forward());
        outputs.map(Tensor::constant).into_iter().collect()
    }

    fn vjp(&self, ctx: &mut Vjp<'_>) -> Cotangents {
        let ([q, k, v], log_sum, g) = ([0, 1, 2].map(|i| ctx.input(i)), ctx.constant_output(1), ctx.g());
        let mask = (ctx.inputs() > 3).then(|| ctx.input(3));
        let inputs: Vec<&Tensor> = [&q, &k, &v, &log_sum, g].into_iter().chain(&mask).collect();
        let by = AttentionBackward(self.clone()).apply_all(&inputs);
        let mut cotangents: Cotangents = by.into_iter().enumerate().map(|(i, by)| ctx.needs(i).then_some(by)).collect();
        if let Some(mask) = &mask {
            let by_mask = || pull(&self.weights(&q, &k, Some(mask)), &product(g, false, &v, true));
            cotangents.push(ctx.needs(3).then(by_mask));
        }
        cotangents
    }

    fn multiply_adds(&self, inputs: &[&Tensor], _outputs: &[Tensor]) -> u64 {
        let [keys, values] = [1, 2].map(|i| inputs[i].shape()[inputs[i].ndim() - 1]);
        pairs(inputs) * (keys + values) as u64
    }

    fn saves_output(&self, i: usize) -> bool {
        i == 1
    }
}

/// The cotangents of queries, keys and values, from these, the logarithms, the cotangent g, and the mask if there is one.
#[derive(Debug)]
struct AttentionBackward(Attention);

impl Op for AttentionBackward {
    fn name(&self) -> &'static str {
        "scaled_dot_product_attention_backward"
    }

    fn attributes(&self) -> Vec<(&'static str, String)> {
        self.0.described()
    }

    fn forward(&self, inputs: &[&Tensor]) -> Outputs {
        let (log_sum, g) = (inputs[3].value(), inputs[4].value());
        let by =
            self.0.run([inputs[0], inputs[1], inputs[2]], inputs.get(5), |attention| attention.backward(&log_sum, &g));
        by.map(Tensor::constant).into_iter().collect()
    }

    /// With the weights p, d = g v^T and z = p (d - sum p d), the outputs are c z k, c z^T q and p^T g, where c is the scale. The
    /// cotangents a, b and e of these pull c (a k^T + q b^T) back to z, and what comes to p from z and e goes on to the scores.
    fn vjp(&self, ctx: &mut Vjp<'_>) -> Cotangents {
        let [q, k, v, g] = [0, 1, 2, 4].map(|i| ctx.input(i));
        let mask = (ctx.inputs() > 5).then(|| ctx.input(5));
        let [a, b, e] = [0, 1, 2].map(|i| ctx.cotangent(i));
        let scale = self.0.scale;

        let p = self.0.weights(&q, &k, mask.as_ref());
        let d = product(&g, false, &v, true);
        let mean = (&p * &d).sum_keepdim(-1);
        let z = &p * (&d - &mean);

        let by_z =
            add(a.map(|a| product(a, false, &k, true)), b.map(|b| product(&q, false, b, true))).map(|h| h * scale);
        let by_p = by_z.as_ref().map(|h| h * (&d - &mean) - &d * (h * &p).sum_keepdim(-1));
        let by_d = by_z.as_ref().map(|h| pull(&p, h));
        let by_p = add(by_p, e.map(|e| product(&g, false, e, true)));
        let by_scores = by_p.map(|by_p| pull(&p, &by_p));

        let by_q =
            add(by_scores.as_ref().map(|s| product(s, false, &k, false)), b.map(|b| product(&z, false, b, false)));
        let by_k = add(by_scores.as_ref().map(|s| product(s, true, &q, false)), a.map(|a| product(&z, true, a, false)));
        let by_v = by_d.as_ref().map(|d| product(d, true, &g, false));
        let by_g = add(by_d.as_ref().map(|d| product(d, false, &v, false)), e.map(|e| product(&p, false, e, false)));
        let scaled = |by: Option<Tensor>| by.map(|by| by * scale);
        let mut cotangents: Cotangents = smallvec![scaled(by_q), scaled(by_k), by_v, None, by_g];
        cotangents.extend(mask.is_some().then_some(by_scores));
        cotangents.into_iter().enumerate().map(|(i, by)| by.filter(|_| ctx.needs(i))).collect()
    }

    /// The weights anew, their cotangent, and one product for each of the three cotangents.
    fn multiply_adds(&self, inputs: &[&Tensor], _outputs: &[Tensor]) -> u64 {
        let [keys, values] = [1, 2].map(|i| inputs[i].shape()[inputs[i].ndim() - 1]);
        pairs(inputs) * (3 * keys + 2 * values) as u64
    }

    fn saves_input(&self, i: usize, _needs: &Needs<'_>) -> bool {
        i != 3
    }

    fn saves_output(&self, _i: usize) -> bool {
        false
    }
}

/// How many pairs of a query and a key there are, hidden ones included.
fn pairs(inputs: &[&Tensor]) -> u64 {
    let [q, k, _] = [0, 1, 2].map(|i| inputs[i].shape());
    let rows: usize = q[..q.len() - 1].iter().product();
    (rows * k[k.len() - 2]) as u64
}

fn add(a: Option<Tensor>, b: Option<Tensor>) -> Option<Tensor> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a + b),
        (a, b) => a.or(b),
    }
}

/// Rows and columns of a matrix, and the axes in front.
#[track_caller]
fn parts<'a>(op: &str, what: &str, x: &'a Tensor) -> (&'a [usize], [usize; 2]) {
    match x.shape() {
        [batch @ .., rows, columns] => (batch, [*rows, *columns]),
        shape => fail!("{op}: {what} {shape:?}, expected at least two axes"),
    }
}

/// Queries, keys, values and mask brought to one batch shape.
#[track_caller]
fn fitted(op: &str, tensors: [&Tensor; 3], mask: Option<&Tensor>) -> ([Tensor; 3], Option<Tensor>) {
    let [q, k, v] = tensors;
    check_float(op, q);
    for (what, other) in [("key", k), ("value", v)] {
        if other.dtype() != q.dtype() {
            fail!("{op}: the query is {} and the {what} {}; cast one with to_dtype", q.dtype(), other.dtype());
        }
    }
    let ((q_batch, [queries, width]), (k_batch, [keys, k_width]), (v_batch, [values, _])) =
        (parts(op, "query", q), parts(op, "key", k), parts(op, "value", v));
    if width != k_width || width == 0 {
        fail!("{op}: query {:?} and key {:?}, expected one width of at least 1", q.shape(), k.shape());
    }
    if keys != values {
        fail!("{op}: {keys} keys in {:?}, {values} values in {:?}", k.shape(), v.shape());
    }
    let batch = kernels::broadcast_shape(q_batch, k_batch).and_then(|both| kernels::broadcast_shape(&both, v_batch));
    let Some(batch) = batch else {
        fail!("{op}: axes in front of {:?}, {:?} and {:?} do not broadcast", q.shape(), k.shape(), v.shape());
    };
    let value_width = v.shape()[v.ndim() - 1];
    let tensors =
        [fit(q, &batch, [queries, width]), fit(k, &batch, [keys, width]), fit(v, &batch, [keys, value_width])];
    let Some(mask) = mask else { return (tensors, None) };
    if mask.dtype() != DType::Bool && mask.dtype() != q.dtype() {
        fail!("{op}: the mask is {}, expected bool or {}", mask.dtype(), q.dtype());
    }
    let scores: Dims = batch.iter().copied().chain([queries, keys]).collect();
    if kernels::broadcast_shape(mask.shape(), &scores).is_none_or(|both| both != scores) {
        fail!("{op}: mask {:?} does not broadcast to {:?}", mask.shape(), &scores[..]);
    }
    (tensors, Some(fit(mask, &batch, [queries, keys])))
}

/// The tensor broadcast to a batch of matrices.
#[track_caller]
fn fit(x: &Tensor, batch: &[usize], matrix: [usize; 2]) -> Tensor {
    let shape: Dims = batch.iter().copied().chain(matrix).collect();
    if x.shape() == &shape[..] { x.clone() } else { x.broadcast_to(shape) }
}

/// What is found, and the weights if they are wanted.
#[track_caller]
pub(super) fn attend(
    op: &str,
    tensors: [&Tensor; 3],
    options: &AttentionOptions,
    need_weights: bool,
) -> (Tensor, Option<Tensor>) {
    let AttentionOptions { attn_mask, dropout_p, is_causal, scale } = options;
    let ([q, k, v], mask) = fitted(op, tensors, attn_mask.as_ref());
    if !(0.0..=1.0).contains(dropout_p) {
        fail!("{op}: dropout_p is {dropout_p}, expected a probability from 0 to 1");
    }
    let scale = scale.unwrap_or_else(|| 1.0 / (q.shape()[q.ndim() - 1] as f64).sqrt());
    if *dropout_p > 0.0 || need_weights {
        let weights = weights(&q, &k, mask.as_ref(), *is_causal, scale).dropout(*dropout_p, *dropout_p > 0.0);
        return (product(&weights, false, &v, false), need_weights.then_some(weights));
    }
    let inputs: Vec<&Tensor> = [&q, &k, &v].into_iter().chain(&mask).collect();
    (Attention { causal: *is_causal, scale }.apply_all(&inputs).swap_remove(0), None)
}

impl Tensor {
    /// softmax(q k^T / sqrt(E) + mask) v over the last two axes (A. Vaswani et al., "Attention is all you need", 2017): queries
    /// `[.., L, E]`, keys `[.., S, E]` and values `[.., S, V]` give `[.., L, V]`, where the axes in front broadcast. A query that
    /// meets no key gives 0. Memory grows with L + S and not with L S, unless weights are left out at random; those are drawn from
    /// this thread's generator.
    ///
    /// ```
    /// use tapegrad_core::{AttentionOptions, Tensor, tensor};
    /// let (q, k, v) = (Tensor::zeros([2, 1]), Tensor::ones([2, 1]), tensor![[1.0], [3.0]]);
    /// let options = AttentionOptions { is_causal: true, ..Default::default() };
    /// let y = q.scaled_dot_product_attention(&k, &v, &options);
    /// assert_eq!(y.to_vec::<f32>().unwrap(), [1.0, 2.0]);
    /// ```
    ///
    /// # Panics
    /// If the shapes do not fit, the types differ or are not f32 or f64, or the probability is not one.
    #[must_use]
    #[track_caller]
    pub fn scaled_dot_product_attention(&self, key: &Tensor, value: &Tensor, options: &AttentionOptions) -> Tensor {
        attend("scaled_dot_product_attention", [self, key, value], options, false).0
    }
}

pub(crate) const SPEC: OpSpec = OpSpec {
    name: "scaled_dot_product_attention",
    group: Group::Attention,
    types: Types::Floats,
    formula: "p v, p = softmax(q k^T / sqrt(E) + mask)",
    derivative: "z k / sqrt(E) to q, z^T q / sqrt(E) to k, p^T g to v, z = p (g v^T - sum p g v^T) to the mask",
    kind: Derivative::Curved,
    samples: || {
        fn qkv(q: &[usize], k: &[usize], v: &[usize]) -> [Tensor; 3] {
            [spread(q, -2.0, 2.0), spread(k, -1.0, 2.0), spread(v, -2.0, 1.0)]
        }
        fn call(x: &[Tensor], options: AttentionOptions) -> Tensor {
            let attn_mask = options.attn_mask.clone().or_else(|| x.get(3).cloned());
            x[0].scaled_dot_product_attention(&x[1], &x[2], &AttentionOptions { attn_mask, ..options })
        }
        let plain = |label, [q, k, v]: [Tensor; 3]| Sample::new(label, [q, k, v], |x| call(x, Default::default()));
        let causal = |label, [q, k, v]: [Tensor; 3]| {
            Sample::new(label, [q, k, v], |x| call(x, AttentionOptions { is_causal: true, ..Default::default() }))
        };
        let masked = |label, [q, k, v]: [Tensor; 3], mask| {
            Sample::new(label, [q, k, v, mask], |x| {
                call(x, AttentionOptions { scale: Some(0.3), ..Default::default() })
            })
        };
        vec![
            plain("plain", qkv(&[2, 2, 3], &[2, 4, 3], &[2, 4, 2])),
            plain("two matrices", qkv(&[2, 3], &[3, 3], &[3, 2])),
            plain("broadcast", qkv(&[2, 1, 2, 2], &[3, 3, 2], &[3, 2])),
            causal("causal", qkv(&[2, 3, 2], &[2, 3, 2], &[2, 3, 2])),
            causal("causal, more keys", qkv(&[2, 2], &[4, 2], &[4, 1])),
            causal("causal, more than a block of queries", qkv(&[66, 1], &[3, 1], &[3, 1])),
            masked("numbers as a mask", qkv(&[2, 2, 2], &[2, 3, 2], &[2, 3, 2]), spread([2, 3], -1.0, 1.0)),
            masked(
                "truth as a mask, once of nothing",
                qkv(&[2, 3, 2], &[2, 3, 2], &[2, 3, 1]),
                crate::tensor![[true, false, true], [false, false, false], [true, true, true]],
            ),
            Sample::new("mask and causal", qkv(&[3, 2], &[3, 2], &[3, 2]), |x| {
                let attn_mask = Some(crate::tensor![false, true, true]);
                call(x, AttentionOptions { attn_mask, is_causal: true, ..Default::default() })
            }),
            Sample::new("dropout", qkv(&[3, 2], &[4, 2], &[4, 2]), |x| {
                crate::manual_seed(3);
                call(x, AttentionOptions { dropout_p: 0.4, ..Default::default() })
            }),
            plain("size 1", qkv(&[1, 1], &[1, 1], &[1, 1])),
            plain("size 0", qkv(&[0, 2], &[3, 2], &[3, 2])),
            plain("size 0 of keys", qkv(&[2, 2], &[0, 2], &[0, 2])),
            plain("size 0 of values", qkv(&[2, 2], &[3, 2], &[3, 0])),
        ]
    },
    errors: || {
        fn o<const N: usize>(shape: [usize; N]) -> Tensor {
            Tensor::zeros(shape)
        }
        fn masked(attn_mask: Tensor) -> AttentionOptions {
            AttentionOptions { attn_mask: Some(attn_mask), ..Default::default() }
        }
        vec![
            misuse!(
                o([2, 3]).scaled_dot_product_attention(&o([4, 2]), &o([4, 2]), &Default::default()),
                "scaled_dot_product_attention: query [2, 3] and key [4, 2], expected one width of at least 1"
            ),
            misuse!(
                o([2, 3]).scaled_dot_product_attention(&o([4, 3]), &o([5, 2]), &Default::default()),
                "scaled_dot_product_attention: 4 keys in [4, 3], 5 values in [5, 2]"
            ),
            misuse!(
                o([2, 2, 3]).scaled_dot_product_attention(&o([3, 4, 3]), &o([4, 2]), &Default::default()),
                "scaled_dot_product_attention: axes in front of [2, 2, 3], [3, 4, 3] and [4, 2] do not broadcast"
            ),
            misuse!(
                o([3]).scaled_dot_product_attention(&o([4, 3]), &o([4, 2]), &Default::default()),
                "scaled_dot_product_attention: query [3], expected at least two axes"
            ),
            misuse!(
                o([2, 3]).scaled_dot_product_attention(&o([4, 3]), &o([4, 2]), &masked(o([4, 2]))),
                "scaled_dot_product_attention: mask [4, 2] does not broadcast to [2, 4]"
            ),
            misuse!(
                o([2, 3]).scaled_dot_product_attention(&o([4, 3]), &o([4, 2]), &masked(Tensor::arange(0, 4))),
                "scaled_dot_product_attention: the mask is i64, expected bool or f32"
            ),
            misuse!(
                o([2, 3]).scaled_dot_product_attention(
                    &o([4, 3]).to_dtype(DType::F64),
                    &o([4, 2]),
                    &Default::default()
                ),
                "scaled_dot_product_attention: the query is f32 and the key f64"
            ),
        ]
    },
    kinks: no_kinks,
};

#[cfg(test)]
mod tests {
    use super::*;

    /// Outputs and gradients of the fused and of the composed form.
    fn both(inputs: [Tensor; 3], mask: Option<Tensor>, causal: bool) -> [Vec<Tensor>; 2] {
        let options = AttentionOptions { attn_mask: mask, is_causal: causal, scale: Some(0.7), ..Default::default() };
        let inputs = inputs.map(Tensor::requires_grad);
        let [q, k, v] = &inputs;
        let composed = weights(q, k, options.attn_mask.as_ref(), causal, 0.7).matmul(v);
        [q.scaled_dot_product_attention(k, v, &options), composed].map(|y| {
            let g = spread(y.shape(), -1.0, 1.0).to_dtype(y.dtype());
            let by = crate::Grad::of(&[&y]).wrt(&[q, k, v]).cotangents(&[&g]).run();
            std::iter::once(y.detach()).chain(by).collect()
        })
    }

    #[test]
    fn the_fused_form_is_the_composed_one_in_several_blocks_of_queries_in_any_layout() {
        for (queries, keys) in [(64, 64), (65, 65), (130, 70), (70, 130), (1, 200), (200, 1)] {
            let q = spread([2, queries, 3, 5], -2.0, 2.0).transpose(1, 2);
            let (k, v) = (spread([2, 3, 5, keys], -2.0, 1.0).transpose(2, 3), spread([2, 3, keys, 4], -1.0, 2.0));
            let numbers = spread([queries, keys], -1.0, 1.0);
            let nothing = numbers.lt(0).where_cond(&numbers, f64::NEG_INFINITY);
            for mask in [None, Some(numbers.gt(0.5)), Some(numbers.t().contiguous().t()), Some(nothing)] {
                let mask = mask.map(|mask| mask.broadcast_to([2, 3, queries, keys]));
                for causal in [false, true] {
                    let [fused, composed] = both([q.clone(), k.clone(), v.clone()], mask.clone(), causal);
                    for (found, expected) in fused.iter().zip(&composed) {
                        assert!(found.allclose(expected, 1e-10, 1e-10), "{queries} {keys} {causal}");
                    }
                }
            }
        }
    }

    #[test]
    fn scores_of_any_size_are_taken() {
        let x = (spread([3, 2], -1.0, 1.0) * 1e4).to_dtype(DType::F32);
        let [fused, composed] = both([x.clone(), x.clone(), x], None, false);
        for (found, expected) in fused.iter().zip(&composed) {
            assert!(
                found.isfinite().all().item() == 1.0 && found.allclose(expected, 1e-3, 1.0),
                "{found:?} {expected:?}"
            );
        }
    }

    #[test]
    fn nothing_is_kept_for_pairs_of_queries_and_keys() {
        let q = Tensor::randn([512, 4]).requires_grad();
        let y = q.scaled_dot_product_attention(&q, &q, &Default::default());
        assert!(crate::tape::stats().bytes < 512 * 64, "{:?}", crate::tape::stats());
        drop(y);
    }
}
