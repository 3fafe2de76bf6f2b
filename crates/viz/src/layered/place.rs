//! Third step: coordinates. Each layer in turn is moved as close as its order and the widths allow to the places of its
//! neighbours, down and up several times. "As close as possible" is least squares under the constraint of least
//! distances, which isotonic regression solves exactly in one pass.

use super::skeleton::Skeleton;
use crate::svg::Rect;

/// Least distances between neighbours of a layer.
const BETWEEN_BLOCKS: f64 = 26.0;
const BESIDE_LANE: f64 = 16.0;
/// Between layers: at least this, and more where lines go far to the side.
const BETWEEN_LAYERS: f64 = 24.0;
const PER_SIDEWAYS: f64 = 0.1;
const MOST_BETWEEN_LAYERS: f64 = 110.0;
const ROUNDS: usize = 12;

/// How strongly a line from a leaf pulls beside one from a result: next to nothing, so that the computation runs
/// straight down and leaves stand beside it.
const PULL_OF_SOURCE: f64 = 0.002;

/// Where everything is.
#[derive(Debug)]
pub(super) struct Layout {
    /// The rectangle of each vertex: of a lane, a line through its layer.
    pub(super) rects: Vec<Rect>,
    /// The upper edge of each vertex's layer.
    pub(super) layer_top: Vec<f64>,
    pub(super) width: f64,
    pub(super) height: f64,
}

impl Layout {
    /// Places all vertices; `sizes` are the widths and heights of the blocks.
    pub(super) fn of(skeleton: &Skeleton, sizes: &[(f64, f64)]) -> Self {
        let width_of = |vertex: usize| sizes.get(vertex).map_or(0.0, |size| size.0);
        let centres = horizontal(skeleton, &width_of);
        let left = (0..centres.len()).map(|v| centres[v] - width_of(v) / 2.0).fold(f64::INFINITY, f64::min);
        let right = (0..centres.len()).map(|v| centres[v] + width_of(v) / 2.0).fold(f64::NEG_INFINITY, f64::max);

        let mut rects = vec![Rect { x: 0.0, y: 0.0, width: 0.0, height: 0.0 }; centres.len()];
        let mut layer_top = vec![0.0; centres.len()];
        let mut top = 0.0;
        for (i, layer) in skeleton.layers.iter().enumerate() {
            if i > 0 {
                let sideways = |&v: &usize| skeleton.above[v].iter().map(move |&u| (v, u));
                let farthest = layer.iter().flat_map(sideways).map(|(v, u)| (centres[v] - centres[u]).abs());
                let extra = PER_SIDEWAYS * farthest.fold(0.0, f64::max);
                top += (BETWEEN_LAYERS + extra).min(MOST_BETWEEN_LAYERS);
            }
            let height = layer.iter().filter_map(|&v| sizes.get(v)).map(|size| size.1).fold(0.0, f64::max);
            for &v in layer {
                let (width, own) = sizes.get(v).copied().unwrap_or((0.0, height));
                // Lower edges in line: boxes stand beside boxes, badges above them.
                rects[v] = Rect { x: centres[v] - width / 2.0 - left, y: top + height - own, width, height: own };
                layer_top[v] = top;
            }
            top += height;
        }
        Self { rects, layer_top, width: right - left, height: top }
    }
}

/// The horizontal centre of every vertex.
fn horizontal(skeleton: &Skeleton, width_of: &impl Fn(usize) -> f64) -> Vec<f64> {
    let mut centres = vec![0.0; skeleton.origin.len()];
    let distance = |a: usize, b: usize| {
        let gap = if skeleton.is_lane(a) || skeleton.is_lane(b) { BESIDE_LANE } else { BETWEEN_BLOCKS };
        (width_of(a) + width_of(b)) / 2.0 + gap
    };
    let offsets = |layer: &[usize]| {
        let mut offset = 0.0;
        let after = layer.windows(2).map(move |pair| {
            offset += distance(pair[0], pair[1]);
            offset
        });
        std::iter::once(0.0).chain(after).collect::<Vec<f64>>()
    };
    for layer in &skeleton.layers {
        let offsets = offsets(layer);
        let middle = offsets[offsets.len() - 1] / 2.0;
        layer.iter().zip(offsets).for_each(|(&v, offset)| centres[v] = offset - middle);
    }
    for round in 0..2 * ROUNDS {
        let down = round % 2 == 0;
        let neighbours = if down { &skeleton.above } else { &skeleton.below };
        for i in 0..skeleton.layers.len() {
            let layer = &skeleton.layers[if down { i } else { skeleton.layers.len() - 1 - i }];
            let offsets = offsets(layer);
            let wishes = layer.iter().zip(&offsets).map(|(&v, offset)| {
                let (wish, weight) = wish(skeleton, &neighbours[v], v, &centres);
                (wish - offset, weight)
            });
            let placed = rising_fit(wishes);
            layer.iter().zip(placed.iter().zip(&offsets)).for_each(|(&v, (fit, offset))| centres[v] = fit + offset);
        }
    }
    centres
}

/// Where a vertex wants to be, seen from its neighbours on one side, and how much that counts against others.
fn wish(skeleton: &Skeleton, neighbours: &[usize], vertex: usize, centres: &[f64]) -> (f64, f64) {
    let mut sum = (0.0, 0.0);
    for &neighbour in neighbours {
        // A bend in a line that passes by is seen more than one at a box.
        let straight = if skeleton.is_lane(vertex) && skeleton.is_lane(neighbour) { 4.0 } else { 1.0 };
        let pull = straight * if skeleton.begins_at_source(neighbour) { PULL_OF_SOURCE } else { 1.0 };
        sum = (sum.0 + pull * centres[neighbour], sum.1 + pull);
    }
    if neighbours.is_empty() {
        // What is tied to nothing goes next to the rest; what is tied on the other side alone stays for now.
        let alone = skeleton.above[vertex].is_empty() && skeleton.below[vertex].is_empty();
        return if alone { (0.0, 1e-6) } else { (centres[vertex], PULL_OF_SOURCE) };
    }
    let weight = if skeleton.begins_at_source(vertex) { PULL_OF_SOURCE } else { 1.0 };
    (sum.0 / sum.1, weight)
}

/// The rising sequence that is closest to the (value, weight) pairs, by weighted squares: neighbours in falling order
/// are pooled at their mean until none are left (Ayer and others, 1955).
fn rising_fit(pairs: impl Iterator<Item = (f64, f64)>) -> Vec<f64> {
    struct Pool {
        sum: f64,
        weight: f64,
        count: usize,
    }
    let mean = |pool: &Pool| pool.sum / pool.weight;
    let mut pools: Vec<Pool> = Vec::new();
    for (value, weight) in pairs {
        let mut pool = Pool { sum: value * weight, weight, count: 1 };
        while let Some(before) = pools.pop_if(|before| mean(before) > mean(&pool)) {
            pool = Pool {
                sum: before.sum + pool.sum,
                weight: before.weight + pool.weight,
                count: before.count + pool.count,
            };
        }
        pools.push(pool);
    }
    pools.iter().flat_map(|pool| std::iter::repeat_n(mean(pool), pool.count)).collect()
}

#[cfg(test)]
mod tests {
    use super::rising_fit;

    #[test]
    fn a_rising_sequence_is_kept_and_a_falling_one_becomes_its_weighted_mean() {
        assert_eq!(rising_fit([(1.0, 1.0), (2.0, 5.0), (2.0, 1.0)].into_iter()), [1.0, 2.0, 2.0]);
        assert_eq!(rising_fit([(4.0, 3.0), (0.0, 1.0)].into_iter()), [3.0, 3.0]);
        assert_eq!(rising_fit([(0.0, 1.0), (9.0, 1.0), (6.0, 1.0), (3.0, 1.0)].into_iter()), [0.0, 6.0, 6.0, 6.0]);
    }
}
