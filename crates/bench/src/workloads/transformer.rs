//! A language model of characters.

use super::{Step, training};
use crate::layers::{LayerNorm, Linear};
use crate::rng::Rng;
use tapegrad_core::{AttentionOptions, Tensor};
use tapegrad_optim::AdamW;

const WIDTH: usize = 128;
const HEADS: isize = 4;
const CHARACTERS: usize = 96;
const LENGTH: usize = 128;

/// Attention to what came before, then two dense layers, each beside what comes in.
struct Block {
    norms: [LayerNorm; 2],
    /// Queries, keys and values, and what the heads found.
    attention: [Linear; 2],
    dense: [Linear; 2],
}

impl Block {
    fn new(rng: &mut Rng) -> Self {
        Block {
            norms: [(); 2].map(|()| LayerNorm::new(WIDTH)),
            attention: [Linear::new(rng, WIDTH, 3 * WIDTH), Linear::new(rng, WIDTH, WIDTH)],
            dense: [Linear::new(rng, WIDTH, 4 * WIDTH), Linear::new(rng, 4 * WIDTH, WIDTH)],
        }
    }

    fn forward(&self, x: &Tensor) -> Tensor {
        let ([before, between], [qkv, out], [up, down]) = (&self.norms, &self.attention, &self.dense);
        let causal = AttentionOptions { is_causal: true, ..Default::default() };
        let heads = qkv.forward(&before.forward(x)).split(WIDTH, 2);
        let heads: Vec<Tensor> = heads.iter().map(|x| x.unflatten(2, [HEADS, -1]).transpose(1, 2)).collect();
        let found = heads[0].scaled_dot_product_attention(&heads[1], &heads[2], &causal);
        let x = x + out.forward(&found.transpose(1, 2).flatten_dims(2, 3));
        &x + down.forward(&up.forward(&between.forward(&x)).gelu())
    }

    fn params(&self) -> impl Iterator<Item = &Tensor> {
        let linear = self.attention.iter().chain(&self.dense).flat_map(Linear::params);
        self.norms.iter().flat_map(LayerNorm::params).chain(linear)
    }
}

/// Two blocks of four heads on 8 sequences of 128 characters, trained to name other ones.
pub fn transformer() -> Step {
    let rng = &mut Rng::new(2);
    let table = |rng: &mut Rng, rows| rng.normal([rows, WIDTH], 1.0).requires_grad();
    let (characters, places) = (table(rng, CHARACTERS), table(rng, LENGTH));
    let blocks = [Block::new(rng), Block::new(rng)];
    let (norm, out) = (LayerNorm::new(WIDTH), Linear::new(rng, WIDTH, CHARACTERS));

    let mut data = Rng::new(1);
    let [x, y] = [(); 2].map(|()| data.classes(CHARACTERS as u64, 8 * LENGTH));
    let (x, place) = (x.reshape([8, -1]), Tensor::arange(0, LENGTH as i64));

    let params = [&characters, &places].into_iter().chain(blocks.iter().flat_map(Block::params));
    let opt = AdamW::new(params.chain(norm.params()).chain(out.params()), 3e-4);
    training(opt, move || {
        let x = characters.embedding(&x, None) + places.embedding(&place, None);
        let x = blocks.iter().fold(x, |x, block| block.forward(&x));
        out.forward(&norm.forward(&x)).flatten_dims(0, 1).cross_entropy(&y)
    })
}
