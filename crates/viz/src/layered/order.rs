//! Second step: the order within each layer. Sorting a layer by the mean place of each vertex's neighbours in the layer
//! before, down and up again, removes most crossings; the best order seen is kept.

use super::skeleton::Skeleton;

/// Sweeps at most, and sweeps without progress after which to stop.
const SWEEPS: usize = 24;
const PATIENCE: usize = 6;

/// Reorders the layers so that few lines cross.
///
/// The sweeps find the best order near the one from which they start, so they start twice: with the long lines to the
/// right of all blocks, and to the left.
pub(super) fn reduce_crossings(skeleton: &mut Skeleton) {
    let with_lanes_right = skeleton.layers.clone();
    let right = sweep_to_and_fro(skeleton);
    let best_from_right = std::mem::replace(&mut skeleton.layers, with_lanes_right);
    let blocks = skeleton.blocks.len();
    for layer in &mut skeleton.layers {
        layer.sort_by_key(|&vertex| vertex < blocks);
    }
    if sweep_to_and_fro(skeleton) >= right {
        skeleton.layers = best_from_right;
    }
}

/// Leaves the layers in the best order seen and gives its number of crossings.
fn sweep_to_and_fro(skeleton: &mut Skeleton) -> u64 {
    let mut place = vec![0; skeleton.origin.len()];
    number(&skeleton.layers, &mut place);
    let mut best = skeleton.layers.clone();
    let mut fewest = crossings(skeleton, &place);
    let mut idle = 0;
    for sweep in 0..SWEEPS {
        if fewest == 0 || idle == PATIENCE {
            break;
        }
        let down = sweep % 2 == 0;
        let neighbours = if down { &skeleton.above } else { &skeleton.below };
        for i in 0..skeleton.layers.len() {
            let layer = if down { i } else { skeleton.layers.len() - 1 - i };
            sort_by_neighbours(&mut skeleton.layers[layer], neighbours, &mut place);
        }
        let now = crossings(skeleton, &place);
        idle += 1;
        if now < fewest {
            (fewest, idle) = (now, 0);
            best.clone_from(&skeleton.layers);
        }
    }
    skeleton.layers = best;
    fewest
}

fn number(layers: &[Vec<usize>], place: &mut [usize]) {
    for layer in layers {
        layer.iter().enumerate().for_each(|(i, &vertex)| place[vertex] = i);
    }
}

/// Sorts the vertices that have neighbours among the places that they hold; the others stay where they are.
fn sort_by_neighbours(layer: &mut [usize], neighbours: &[Vec<usize>], place: &mut [usize]) {
    let mean = |&vertex: &usize| {
        let of = &neighbours[vertex];
        of.iter().map(|&neighbour| place[neighbour]).sum::<usize>() as f64 / of.len() as f64
    };
    let slots: Vec<usize> = (0..layer.len()).filter(|&i| !neighbours[layer[i]].is_empty()).collect();
    let mut moved: Vec<(f64, usize)> = slots.iter().map(|&i| (mean(&layer[i]), layer[i])).collect();
    // Stable, so that equal vertices do not change places without need.
    moved.sort_by(|a, b| a.0.total_cmp(&b.0));
    slots.iter().zip(moved).for_each(|(&slot, (_, vertex))| layer[slot] = vertex);
    layer.iter().enumerate().for_each(|(i, &vertex)| place[vertex] = i);
}

/// The number of pairs of links that cross.
fn crossings(skeleton: &Skeleton, place: &[usize]) -> u64 {
    let mut total = 0;
    for layer in &skeleton.layers {
        let mut ends = Vec::new();
        for &vertex in layer {
            let start = ends.len();
            ends.extend(skeleton.below[vertex].iter().map(|&below| place[below]));
            ends[start..].sort_unstable();
        }
        total += inversions(&ends);
    }
    total
}

/// The number of pairs in falling order, counted with a tree of partial counts (Fenwick, 1994).
fn inversions(values: &[usize]) -> u64 {
    let size = values.iter().max().map_or(0, |largest| largest + 1);
    let mut tree = vec![0_u64; size + 1];
    let mut total = 0;
    for (seen, &value) in values.iter().enumerate() {
        let (mut not_larger, mut i) = (0, value + 1);
        while i > 0 {
            not_larger += tree[i];
            i &= i - 1;
        }
        total += seen as u64 - not_larger;
        i = value + 1;
        while i <= size {
            tree[i] += 1;
            i += i & i.wrapping_neg();
        }
    }
    total
}

#[cfg(test)]
mod tests {
    use super::inversions;

    #[test]
    fn inversions_are_pairs_in_falling_order() {
        let values = [3, 1, 4, 1, 5, 0, 2, 6, 5, 3];
        let pairs = (0..values.len()).flat_map(|i| (0..i).map(move |j| (j, i)));
        let expected = pairs.filter(|&(j, i)| values[j] > values[i]).count() as u64;
        assert_eq!(inversions(&values), expected);
        assert_eq!((inversions(&[]), inversions(&[0, 0, 1])), (0, 0));
    }
}
