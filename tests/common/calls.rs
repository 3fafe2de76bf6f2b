//! A call of each op on large operands, for laws that must hold of every op.

use tapegrad::spec::{spread, spread_around};
use tapegrad::{
    AttentionOptions, AttentionProjections, AvgPool2dOptions, Conv1dOptions, Conv2dOptions, Conv3dOptions, DType,
    Interpolation, MaxPool2dOptions, MultiHeadAttentionOptions, Nonlinearity, Padding, RecurrentWeights, Rng, Tensor,
    tensor,
};

/// Large operands with odd and prime lengths.
pub struct Operands {
    pub x: Tensor,
    /// Away from 0.
    pub y: Tensor,
    pub positive: Tensor,
    pub row: Tensor,
    pub column: Tensor,
    pub a: Tensor,
    pub b: Tensor,
}

const ROWS: usize = 509;
const COLUMNS: usize = 521;

impl Operands {
    pub fn new(dtype: DType) -> Self {
        let leaf = |x: Tensor| x.to_dtype(dtype).requires_grad();
        let shape = [ROWS, COLUMNS];
        Operands {
            x: leaf(spread(shape, -2.0, 3.0)),
            y: leaf(spread_around(shape, 0.25, 2.0)),
            positive: leaf(spread(shape, 0.5, 3.0)),
            row: leaf(spread([COLUMNS], -1.0, 2.0)),
            column: leaf(spread([ROWS, 1], -1.0, 2.0)),
            a: leaf(spread([257, 509], -1.0, 1.0)),
            b: leaf(spread([509, 263], -1.0, 1.0)),
        }
    }

    /// `[8, 2, 127, 130]`.
    fn image(&self) -> Tensor {
        self.x.narrow(0, 0, 508).narrow(1, 0, 520).reshape([8, 2, 127, 130])
    }

    /// A kernel made of the elements of `a`.
    fn kernel(&self, shape: &[isize]) -> Tensor {
        self.a.flatten().narrow(0, 0, shape.iter().product::<isize>() as usize).reshape(shape)
    }

    /// `[509 * 130, 4]`: corners of boxes, one of two sets.
    fn boxes(&self, set: isize) -> Tensor {
        let corners = |x: &Tensor| x.narrow(1, 0, 520).reshape([-1, 2, 2]);
        let (near, size) = (corners(&self.x).select(1, set), corners(&self.positive).select(1, set));
        Tensor::cat(&[&near, &(&near + size)], 1)
    }

    /// `[5, 100, 520]`: five steps of a hundred sequences.
    fn sequence(&self) -> Tensor {
        self.x.narrow(0, 0, 500).narrow(1, 0, 520).reshape([5, 100, 520])
    }

    /// The weights of 50 units that read it.
    fn recurrent(&self, gates: usize) -> [Tensor; 2] {
        let cut = |x: &Tensor, width| x.narrow(0, 0, gates * 50).narrow(1, 0, width) * 0.1;
        [cut(&self.x, 520), cut(&self.y, 50)]
    }

    /// 1 or -1 for each row.
    fn together(&self) -> Tensor {
        self.y.select(1, 0).sign().to_dtype(DType::I64)
    }

    fn mask(&self) -> Tensor {
        self.x.gt(0.5)
    }

    /// A permutation of the rows.
    fn rows(&self) -> Tensor {
        (Tensor::arange(0, ROWS as i64) * -1) + (ROWS as i64 - 1)
    }

    /// A place in the row for each element of `x`.
    fn places(&self) -> Tensor {
        self.x.argsort(1, false)
    }
}

/// A set of recurrent weights without biases.
fn set([weight_ih, weight_hh]: &[Tensor; 2]) -> RecurrentWeights<'_> {
    RecurrentWeights { weight_ih, weight_hh, bias_ih: None, bias_hh: None }
}

pub type Call = fn(&Operands) -> Vec<Tensor>;

/// A call of each op on large operands.
pub const CALLS: &[(&str, Call)] = &[
    ("abs", |o| vec![o.y.abs()]),
    ("add", |o| vec![&o.x + &o.y, &o.x + &o.row, &o.x + &o.column, &o.x + 1.5]),
    ("all", |o| vec![o.mask().all(), o.mask().all_dim(0)]),
    ("allclose", |o| vec![tensor![o.x.allclose(&o.x, 0.0, 0.0), o.x.allclose(&o.y, 0.0, 0.0)]]),
    ("amax", |o| vec![o.x.max(), o.x.amax_dim(0), o.x.amax_dim(1)]),
    ("amin", |o| vec![o.x.min(), o.x.amin_dim(0), o.x.amin_dim(1)]),
    ("any", |o| vec![o.mask().any(), o.mask().any_dim(0)]),
    ("argmax", |o| vec![o.x.argmax(), o.x.argmax_dim(0), o.x.argmax_dim(1)]),
    ("argmin", |o| vec![o.x.argmin(), o.x.argmin_dim(0), o.x.argmin_dim(1)]),
    ("argsort", |o| vec![o.x.argsort(0, true), o.x.argsort(1, false)]),
    ("broadcast_to", |o| vec![o.row.broadcast_to([ROWS, COLUMNS]), o.column.broadcast_to([3, ROWS, COLUMNS])]),
    ("cat", |o| vec![Tensor::cat(&[&o.x, &o.y], 0), Tensor::cat(&[&o.x, &o.y, &o.column], 1)]),
    ("chunk", |o| o.x.chunk(3, 0)),
    ("clamp", |o| vec![o.x.clamp(-0.7, 1.1)]),
    ("contiguous", |o| vec![o.x.t().contiguous()]),
    ("cos", |o| vec![o.x.cos()]),
    ("cross_entropy", |o| vec![o.x.cross_entropy(&o.places().select(1, 7))]),
    ("div", |o| vec![&o.x / &o.y, &o.row / &o.y, &o.x / 3, 1.5 / &o.y]),
    ("eq", |o| vec![o.x.eq(&o.y)]),
    ("exp", |o| vec![o.x.exp()]),
    ("flatten", |o| vec![o.x.t().flatten()]),
    ("gather", |o| vec![o.x.gather(1, &o.places())]),
    ("ge", |o| vec![o.x.ge(&o.y)]),
    ("gt", |o| vec![o.x.gt(&o.y)]),
    ("i", |o| vec![o.x.i((1..500, ..))]),
    ("index_add", |o| vec![o.x.index_add(0, &o.rows(), &o.y)]),
    ("embedding", |o| vec![o.x.embedding(&o.rows(), Some(7))]),
    ("index_copy", |o| vec![o.x.index_copy(0, &o.rows(), &o.y), o.x.index_copy(1, &o.places().select(0, 7), &o.y)]),
    ("index_put", |o| {
        vec![o.x.index_put(&[&o.rows()], &o.y, true), o.x.index_put(&[&o.rows(), &o.rows()], o.y.select(1, 3), false)]
    }),
    ("nonzero", |o| vec![o.mask().nonzero()]),
    ("scatter", |o| vec![o.x.scatter(1, &o.places(), &o.y)]),
    ("scatter_reduce", |o| {
        use tapegrad::ScatterReduction::{Amax, Mean, Prod, Sum};
        let index = o.places().floor_divide(5);
        [Amax, Mean, Prod, Sum].map(|how| o.x.scatter_reduce(1, &index, &o.y, how, true)).to_vec()
    }),
    ("unique", |o| <[Tensor; 3]>::from(o.x.unique_all()).to_vec()),
    ("index_select", |o| vec![o.x.index_select(0, &o.rows())]),
    ("isfinite", |o| vec![o.x.isfinite()]),
    ("isnan", |o| vec![o.x.isnan()]),
    ("le", |o| vec![o.x.le(&o.y)]),
    ("leaky_relu", |o| vec![o.y.leaky_relu(0.1)]),
    ("linear", |o| vec![o.a.linear(&o.b.t(), None)]),
    ("log", |o| vec![o.positive.log()]),
    ("log_softmax", |o| vec![o.x.log_softmax(0), o.x.log_softmax(1)]),
    ("logical_and", |o| vec![o.mask().logical_and(&o.y.gt(0.0))]),
    ("logical_not", |o| vec![o.mask().logical_not()]),
    ("logical_or", |o| vec![o.mask().logical_or(&o.y.gt(0.0))]),
    ("logical_xor", |o| vec![o.mask().logical_xor(&o.y.gt(0.0))]),
    ("logsumexp", |o| vec![o.x.logsumexp(), o.x.logsumexp_dim(0), o.x.logsumexp_dim(1)]),
    ("lt", |o| vec![o.x.lt(&o.y)]),
    ("masked_fill", |o| vec![o.x.masked_fill(&o.mask(), 2.5)]),
    ("masked_select", |o| vec![o.x.masked_select(&o.mask())]),
    ("matmul", |o| vec![o.a.matmul(&o.b), o.b.t().matmul(&o.a.t())]),
    ("max_dim", |o| [o.x.max_dim(0), o.x.max_dim(1)].into_iter().flat_map(|(v, i)| [v, i]).collect()),
    ("maximum", |o| vec![o.x.maximum(&o.y)]),
    ("mean", |o| vec![o.x.mean(), o.x.mean_dim(0), o.x.mean_dim(1)]),
    ("min_dim", |o| [o.x.min_dim(0), o.x.min_dim(1)].into_iter().flat_map(|(v, i)| [v, i]).collect()),
    ("minimum", |o| vec![o.x.minimum(&o.y)]),
    ("mul", |o| vec![&o.x * &o.y, &o.x * &o.row, &o.x * &o.column, &o.x * 1.5]),
    ("narrow", |o| vec![o.x.narrow(0, 1, 499)]),
    ("ne", |o| vec![o.x.ne(&o.y)]),
    ("neg", |o| vec![-&o.x]),
    ("norm", |o| vec![o.x.norm(), o.x.norm_dim(0), o.x.norm_dim(1)]),
    ("permute", |o| vec![o.x.permute([1, 0]) * 2.0]),
    ("pow", |o| vec![o.positive.pow(&o.y), o.positive.pow(1.7), o.x.pow(3)]),
    ("reciprocal", |o| vec![o.y.reciprocal()]),
    ("relu", |o| vec![o.y.relu()]),
    ("reshape", |o| vec![o.x.t().reshape([-1])]),
    ("scatter_add", |o| vec![o.x.scatter_add(1, &o.places(), &o.y)]),
    ("select", |o| vec![Tensor::stack(&[&o.x, &o.y], 0).select(0, 1)]),
    ("sigmoid", |o| vec![o.x.sigmoid()]),
    ("sign", |o| vec![o.y.sign()]),
    ("sin", |o| vec![o.x.sin()]),
    ("slice", |o| vec![o.x.slice(0, 1.., 2), o.x.slice(1, .., -1)]),
    ("scaled_dot_product_attention", |o| {
        let heads = o.x.narrow(0, 0, 500).narrow(1, 0, 512).reshape([500, 16, 32]).transpose(0, 1);
        let options = AttentionOptions { is_causal: true, ..Default::default() };
        vec![heads.scaled_dot_product_attention(&(&heads * 0.5), &heads, &options)]
    }),
    ("multi_head_attention", |o| {
        let (x, w) = (o.x.narrow(0, 0, 500).narrow(1, 0, 64).reshape([2, 250, 64]), o.kernel(&[256, 64]));
        let [w_in, w_out] = <[Tensor; 2]>::try_from(w.split([192, 64], 0)).unwrap();
        let projections = AttentionProjections {
            in_proj_weight: &w_in,
            in_proj_bias: None,
            out_proj_weight: &w_out,
            out_proj_bias: None,
        };
        let options = MultiHeadAttentionOptions { need_weights: true, ..Default::default() };
        let (y, weights) = x.multi_head_attention(&x, &x, 4, &projections, &options);
        [Some(y), weights].into_iter().flatten().collect()
    }),
    ("softmax", |o| vec![o.x.softmax(0), o.x.softmax(1)]),
    ("sort", |o| [o.x.sort(0, true), o.x.sort(1, false)].into_iter().flat_map(|(v, i)| [v, i]).collect()),
    ("split", |o| o.x.split(211, 0)),
    ("sqrt", |o| vec![o.positive.sqrt()]),
    ("square", |o| vec![o.x.square()]),
    ("squeeze", |o| vec![(&o.x.unsqueeze(1) * 2.0).squeeze()]),
    ("stack", |o| vec![Tensor::stack(&[&o.x, &o.y], 1)]),
    ("std", |o| vec![o.x.std(), o.x.std_dim(0), o.x.std_dim(1)]),
    ("sub", |o| vec![&o.x - &o.y, &o.x - &o.row, &o.column - &o.x, 1.5 - &o.x]),
    ("sum", |o| vec![o.x.sum(), o.x.sum_dim(0), o.x.sum_dim(1)]),
    ("sum_to", |o| vec![o.x.sum_to([COLUMNS]), o.x.sum_to([ROWS, 1]), o.x.sum_to([1])]),
    ("take_along_dim", |o| vec![o.x.take_along_dim(1, &o.places())]),
    ("tanh", |o| vec![o.x.tanh()]),
    ("to_dtype", |o| vec![o.x.to_dtype(DType::F64), (&o.x * 100.0).to_dtype(DType::I64), o.x.to_dtype(DType::Bool)]),
    ("topk", |o| {
        let (v, i) = o.x.topk(7, 1, true);
        vec![v, i]
    }),
    ("transpose", |o| vec![o.x.transpose(0, 1) * 2.0]),
    ("unbind", |o| o.x.i((..3, ..)).unbind(0)),
    ("unsqueeze", |o| vec![o.x.unsqueeze(1) * 2.0]),
    ("var", |o| vec![o.x.var(), o.x.var_dim(0), o.x.var_dim(1)]),
    ("where_cond", |o| vec![o.mask().where_cond(&o.x, &o.y)]),
    ("acos", |o| vec![(&o.x * 0.3).acos()]),
    ("acosh", |o| vec![(&o.positive + 1.0).acosh()]),
    ("asin", |o| vec![(&o.x * 0.3).asin()]),
    ("asinh", |o| vec![o.x.asinh()]),
    ("atan", |o| vec![o.x.atan()]),
    ("atanh", |o| vec![(&o.x * 0.3).atanh()]),
    ("ceil", |o| vec![o.x.ceil()]),
    ("cosh", |o| vec![o.x.cosh()]),
    ("erf", |o| vec![o.x.erf()]),
    ("erfc", |o| vec![o.x.erfc()]),
    ("erfinv", |o| vec![(&o.x * 0.3).erfinv()]),
    ("exp2", |o| vec![o.x.exp2()]),
    ("expm1", |o| vec![o.x.expm1()]),
    ("floor", |o| vec![o.x.floor()]),
    ("frac", |o| vec![o.x.frac()]),
    ("gelu", |o| vec![o.x.gelu()]),
    ("hardsigmoid", |o| vec![o.x.hardsigmoid()]),
    ("hardswish", |o| vec![o.x.hardswish()]),
    ("isinf", |o| vec![o.x.isinf()]),
    ("log10", |o| vec![o.positive.log10()]),
    ("log1p", |o| vec![o.positive.log1p()]),
    ("log2", |o| vec![o.positive.log2()]),
    ("log_sigmoid", |o| vec![o.x.log_sigmoid()]),
    ("logit", |o| vec![(&o.positive * 0.3).logit()]),
    ("mish", |o| vec![o.x.mish()]),
    ("nan_to_num", |o| vec![o.x.nan_to_num()]),
    ("relu6", |o| vec![o.x.relu6()]),
    ("round", |o| vec![o.x.round()]),
    ("rsqrt", |o| vec![o.positive.rsqrt()]),
    ("selu", |o| vec![o.x.selu()]),
    ("silu", |o| vec![o.x.silu()]),
    ("sinc", |o| vec![o.x.sinc()]),
    ("sinh", |o| vec![o.x.sinh()]),
    ("softplus", |o| vec![o.x.softplus()]),
    ("softsign", |o| vec![o.x.softsign()]),
    ("tan", |o| vec![o.x.tan()]),
    ("tanhshrink", |o| vec![o.x.tanhshrink()]),
    ("trunc", |o| vec![o.x.trunc()]),
    ("atan2", |o| vec![o.x.atan2(&o.y)]),
    ("copysign", |o| vec![o.x.copysign(&o.y)]),
    ("floor_divide", |o| vec![o.x.floor_divide(&o.y)]),
    ("fmod", |o| vec![o.x.fmod(&o.y)]),
    ("hypot", |o| vec![o.x.hypot(&o.y)]),
    ("logaddexp", |o| vec![o.x.logaddexp(&o.y)]),
    ("remainder", |o| vec![o.x.remainder(&o.y)]),
    ("xlogy", |o| vec![o.x.xlogy(&o.positive)]),
    ("addcdiv", |o| vec![o.x.addcdiv(&o.row, &o.y, 0.7)]),
    ("addcmul", |o| vec![o.x.addcmul(&o.row, &o.y, 0.7)]),
    ("lerp", |o| vec![o.x.lerp(&o.y, &o.row)]),
    ("isclose", |o| vec![o.x.isclose(&o.y, 0.1, 0.1, false)]),
    ("bucketize", |o| vec![o.x.bucketize(&spread([9], 0.0, 1.0).sort(0, false).0.to_dtype(o.x.dtype()), false)]),
    ("searchsorted", |o| vec![spread([9], 0.0, 1.0).sort(0, false).0.to_dtype(o.x.dtype()).searchsorted(&o.x, true)]),
    ("celu", |o| vec![o.x.celu(1.5)]),
    ("elu", |o| vec![o.x.elu(1.5)]),
    ("glu", |o| vec![o.x.narrow(1, 0, 520).glu(1)]),
    ("hardshrink", |o| vec![o.x.hardshrink(0.5)]),
    ("softshrink", |o| vec![o.x.softshrink(0.5)]),
    ("hardtanh", |o| vec![o.x.hardtanh(-1.0, 1.0)]),
    ("threshold", |o| vec![o.x.threshold(0.5, 2.0)]),
    ("prelu", |o| vec![o.x.prelu(&o.row)]),
    ("softmin", |o| vec![o.x.softmin(0), o.x.softmin(1)]),
    ("dropout", |o| vec![o.x.dropout_with(0.3, &mut Rng::seeded(1))]),
    ("alpha_dropout", |o| vec![o.x.alpha_dropout_with(0.3, &mut Rng::seeded(1))]),
    ("dropout2d", |o| vec![o.image().dropout2d_with(0.3, &mut Rng::seeded(1))]),
    ("mse_loss", |o| vec![o.x.mse_loss(&o.y)]),
    ("l1_loss", |o| vec![o.x.l1_loss(&o.y)]),
    ("nll_loss", |o| vec![o.x.log_softmax(1).nll_loss(&Tensor::arange(0, ROWS as i64))]),
    ("binary_cross_entropy", |o| vec![o.x.sigmoid().binary_cross_entropy(&(&o.positive * 0.3))]),
    ("binary_cross_entropy_with_logits", |o| vec![o.x.binary_cross_entropy_with_logits(&o.positive)]),
    ("count_nonzero", |o| vec![o.x.count_nonzero(), o.x.count_nonzero_dim(0), o.x.count_nonzero_dim(1)]),
    ("median", |o| vec![o.x.median()]),
    ("median_dim", |o| [o.x.median_dim(0), o.x.median_dim(1)].into_iter().flat_map(|(v, i)| [v, i]).collect()),
    ("nanmean", |o| vec![o.x.nanmean(), o.x.nanmean_dim(0), o.x.nanmean_dim(1)]),
    ("nansum", |o| vec![o.x.nansum(), o.x.nansum_dim(0), o.x.nansum_dim(1)]),
    ("std_mean", |o| [o.x.std_mean(), o.x.std_mean_dim(0)].into_iter().flat_map(|(s, m)| [s, m]).collect()),
    ("var_mean", |o| {
        [o.x.var_mean(), o.x.var_mean_dim(0), o.x.var_mean_dim(1)].into_iter().flat_map(|(v, m)| [v, m]).collect()
    }),
    ("cumsum", |o| vec![o.x.cumsum(0), o.x.cumsum(1)]),
    ("cumprod", |o| vec![(&o.y * 0.7).cumprod(0), (&o.y * 0.7).cumprod(1)]),
    ("logcumsumexp", |o| vec![o.x.logcumsumexp(0), o.x.logcumsumexp(1)]),
    ("cummax", |o| [o.x.cummax(0), o.x.cummax(1)].into_iter().flat_map(|(v, i)| [v, i]).collect()),
    ("cummin", |o| [o.x.cummin(0), o.x.cummin(1)].into_iter().flat_map(|(v, i)| [v, i]).collect()),
    ("prod", |o| vec![o.y.prod_dim(0), o.y.prod_dim(1)]),
    ("diag", |o| vec![o.x.diag(3), o.row.diag(0)]),
    ("diag_embed", |o| vec![o.row.diag_embed(1)]),
    ("diagonal", |o| vec![o.x.diagonal(1, 0, 1) * 2.0]),
    ("flip", |o| vec![o.x.flip([0, 1]) * 2.0]),
    ("hstack", |o| vec![Tensor::hstack(&[o.x.clone(), o.y.clone()])]),
    ("vstack", |o| vec![Tensor::vstack(&[o.x.clone(), o.y.clone()])]),
    ("meshgrid", |o| Tensor::meshgrid(&[o.row.clone(), o.column.flatten()])),
    ("movedim", |o| vec![o.x.movedim(0, 1) * 2.0]),
    ("pad", |o| vec![o.x.pad(1, 3, 2, Padding::Reflect), o.x.pad(0, 3, 2, Padding::Constant(0.5))]),
    ("repeat", |o| vec![o.row.repeat([301, 1]) * 2.0]),
    ("tile", |o| vec![o.row.tile([301, 1]) * 2.0]),
    ("repeat_interleave", |o| vec![o.row.repeat_interleave(301, 0) * 2.0]),
    ("roll", |o| vec![o.x.roll(7, 1)]),
    ("rot90", |o| vec![o.x.rot90(1, 0, 1) * 2.0]),
    ("tril", |o| vec![o.x.tril(3)]),
    ("triu", |o| vec![o.x.triu(3)]),
    ("unflatten", |o| vec![o.x.narrow(1, 0, 520).unflatten(1, [2, -1]) * 2.0]),
    ("unfold", |o| vec![o.x.unfold(1, 5, 2) * 2.0]),
    ("adaptive_avg_pool1d", |o| vec![o.x.adaptive_avg_pool1d(17)]),
    ("adaptive_avg_pool2d", |o| vec![o.image().adaptive_avg_pool2d([7, 11])]),
    ("adaptive_max_pool2d", |o| vec![o.image().adaptive_max_pool2d([3, 2])]),
    ("avg_pool1d", |o| vec![o.x.avg_pool1d(3, 2, 1)]),
    ("max_pool1d", |o| vec![o.x.max_pool1d(3, 2, 1)]),
    ("avg_pool2d", |o| vec![o.image().avg_pool2d(&AvgPool2dOptions::new([2, 3]))]),
    ("max_pool2d", |o| {
        let (v, i) = o.image().max_pool2d_with_indices(&MaxPool2dOptions::new([2, 2]));
        vec![v, i]
    }),
    ("max_unpool2d", |o| {
        let (v, i) = o.image().max_pool2d_with_indices(&MaxPool2dOptions::new([2, 2]));
        vec![v.max_unpool2d(&i, [127, 130])]
    }),
    ("batch_norm", |o| vec![o.image().batch_norm(None, None, 1e-5).0]),
    ("group_norm", |o| vec![o.image().group_norm(2, None, None, 1e-5)]),
    ("instance_norm", |o| vec![o.image().instance_norm(None, None, 1e-5)]),
    ("layer_norm", |o| vec![o.x.layer_norm(&[COLUMNS], Some(&o.row), Some(&o.row), 1e-5)]),
    ("rms_norm", |o| vec![o.x.rms_norm(&[COLUMNS], Some(&o.row), 1e-5)]),
    ("conv1d", |o| {
        vec![o.image().reshape([8, 254, -1]).conv1d(&o.kernel(&[5, 254, 3]), None, &Conv1dOptions::default())]
    }),
    ("conv2d", |o| {
        vec![o.image().conv2d(&o.kernel(&[5, 2, 3, 3]), None, &Conv2dOptions { padding: [1, 1], ..Default::default() })]
    }),
    ("conv3d", |o| vec![o.image().unsqueeze(1).conv3d(&o.kernel(&[3, 1, 2, 3, 3]), None, &Conv3dOptions::default())]),
    ("conv_transpose1d", |o| {
        vec![o.image().reshape([8, 254, -1]).conv_transpose1d(&o.kernel(&[254, 5, 3]), None, &Default::default())]
    }),
    ("conv_transpose2d", |o| vec![o.image().conv_transpose2d(&o.kernel(&[2, 5, 3, 3]), None, &Default::default())]),
    ("addmm", |o| vec![o.x.narrow(0, 0, 257).narrow(1, 0, 263).addmm(&o.a, &o.b, 0.5, 2.0)]),
    ("bilinear", |o| vec![o.x.narrow(1, 0, 130).bilinear(&o.y.narrow(1, 0, 7), &o.kernel(&[11, 130, 7]), None)]),
    ("bmm", |o| vec![o.image().flatten_dims(0, 1).bmm(&o.image().flatten_dims(0, 1).transpose(1, 2))]),
    ("cdist", |o| {
        let (x, y) = (o.x.narrow(1, 0, 37), o.y.narrow(1, 0, 37));
        vec![x.cdist(&y, 2.0), x.cdist(&y, 1.0), x.cdist(&y, 3.0), x.cdist(&y, f64::INFINITY)]
    }),
    ("channel_shuffle", |o| vec![o.image().channel_shuffle(2) * 2.0]),
    ("cosine_similarity", |o| vec![o.x.cosine_similarity(&o.y, 0, 1e-8), o.x.cosine_similarity(&o.y, 1, 1e-8)]),
    ("cross", |o| vec![o.x.narrow(1, 0, 519).reshape([-1, 3]).cross(&o.y.narrow(1, 0, 519).reshape([-1, 3]), 1)]),
    ("dot", |o| vec![o.x.flatten().dot(&o.y.flatten())]),
    ("einsum", |o| {
        let image = o.image();
        vec![
            Tensor::einsum("ij,ik->jk", &[&o.x, &o.y]),
            Tensor::einsum("nchw,ndhw,hw->cd", &[&image, &image, &image.i((0, 0))]),
        ]
    }),
    ("interpolate", |o| {
        vec![
            o.image().interpolate([200, 99], Interpolation::Nearest),
            o.image().interpolate([200, 99], Interpolation::Linear { align_corners: false }),
        ]
    }),
    ("kron", |o| vec![o.row.kron(&o.column)]),
    ("local_response_norm", |o| vec![o.image().transpose(1, 2).local_response_norm(5, 0.1, 0.75, 1.0)]),
    ("matrix_power", |o| vec![(&o.x.narrow(1, 0, ROWS) * 0.01).matrix_power(5)]),
    ("normalize", |o| vec![o.x.normalize(2.0, 0, 1e-12), o.x.normalize(3.0, 1, 1e-12)]),
    ("outer", |o| vec![o.row.outer(&o.column.flatten())]),
    ("pairwise_distance", |o| vec![o.x.pairwise_distance(&o.y, 2.0, 1e-6), o.x.pairwise_distance(&o.y, 3.0, 1e-6)]),
    ("pixel_shuffle", |o| vec![o.image().flatten_dims(0, 1).pixel_shuffle(4) * 2.0]),
    ("pixel_unshuffle", |o| vec![o.image().pixel_unshuffle(1) * 2.0, o.image().narrow(2, 0, 126).pixel_unshuffle(2)]),
    ("tensordot", |o| vec![o.x.tensordot_dims(&o.y, [0], [0]), o.image().tensordot(&o.kernel(&[127, 130, 3]), 2)]),
    ("trace", |o| vec![o.x.trace()]),
    ("vector_norm", |o| vec![o.y.vector_norm(3.0), o.y.vector_norm_dim(1.5, 0), o.y.vector_norm_dim(0.5, 1)]),
    ("cosine_embedding_loss", |o| vec![o.x.cosine_embedding_loss(&o.y, &o.together())]),
    ("dice_loss", |o| vec![o.image().sigmoid().dice_loss(&o.image().gt(0.5).to_dtype(o.x.dtype()))]),
    ("gaussian_nll_loss", |o| vec![o.x.gaussian_nll_loss(&o.y, &o.positive)]),
    ("giou_loss", |o| vec![o.boxes(0).giou_loss(&o.boxes(1))]),
    ("hinge_embedding_loss", |o| vec![o.positive.hinge_embedding_loss(&o.y.sign())]),
    ("huber_loss", |o| vec![o.x.huber_loss(&o.y)]),
    ("iou_loss", |o| vec![o.boxes(0).iou_loss(&o.boxes(1))]),
    ("kl_div", |o| vec![o.x.log_softmax(1).kl_div(&o.positive)]),
    ("margin_ranking_loss", |o| vec![o.x.margin_ranking_loss(&o.positive, &o.y.sign())]),
    ("multi_margin_loss", |o| vec![o.x.multi_margin_loss(&o.places().select(1, 7))]),
    ("poisson_nll_loss", |o| vec![o.x.poisson_nll_loss(&o.positive)]),
    ("sigmoid_focal_loss", |o| vec![o.x.sigmoid_focal_loss(&o.mask().to_dtype(o.x.dtype()))]),
    ("smooth_l1_loss", |o| vec![o.x.smooth_l1_loss(&o.y)]),
    ("soft_margin_loss", |o| vec![o.x.soft_margin_loss(&o.y.sign())]),
    ("triplet_margin_loss", |o| vec![o.x.triplet_margin_loss(&o.y, &o.positive)]),
    ("rnn_cell", |o| vec![o.sequence().select(0, 0).rnn_cell(Nonlinearity::Tanh, None, &set(&o.recurrent(1)))]),
    ("lstm_cell", |o| <[Tensor; 2]>::from(o.sequence().select(0, 0).lstm_cell(None, &set(&o.recurrent(4)))).to_vec()),
    ("gru_cell", |o| vec![o.sequence().select(0, 0).gru_cell(None, &set(&o.recurrent(3)))]),
    ("rnn", |o| {
        let weights = o.recurrent(1);
        <[Tensor; 2]>::from(o.sequence().rnn(Nonlinearity::Relu, None, &[set(&weights)], &Default::default())).to_vec()
    }),
    ("lstm", |o| {
        let weights = o.recurrent(4);
        let (y, (h, c)) = o.sequence().lstm(None, &[set(&weights)], &Default::default());
        vec![y, h, c]
    }),
    ("gru", |o| {
        let weights = o.recurrent(3);
        <[Tensor; 2]>::from(o.sequence().gru(None, &[set(&weights)], &Default::default())).to_vec()
    }),
    ("unfold2d", |o| vec![o.image().unfold2d([3, 3], &Default::default())]),
    ("fold2d", |o| {
        vec![o.image().unfold2d([3, 3], &Default::default()).fold2d([127, 130], [3, 3], &Default::default())]
    }),
];
