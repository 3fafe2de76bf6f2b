//! Lines of equal value through a grid of values, by marching squares (Lorensen and Cline's method in the plane): each
//! square between four neighbouring grid points is crossed by at most two straight pieces, found by linear
//! interpolation along its sides.

use ndarray::ArrayView2;

/// A straight piece between two points given as (column, row) with fractions.
pub(crate) type Piece = [(f64, f64); 2];

/// The pieces of the line on which the bilinear surface over the grid is zero. Squares with a corner that is not finite
/// are left open.
pub(crate) fn zero_line(values: ArrayView2<'_, f64>) -> Vec<Piece> {
    let mut pieces = Vec::new();
    for row in 1..values.nrows() {
        for column in 1..values.ncols() {
            let (r, c) = (row - 1, column - 1);
            // Round the square, so that neighbours in this list share a side.
            let corners = [(r, c), (r, column), (row, column), (row, c)].map(|at| (at, values[at]));
            if corners.iter().all(|(_, value)| value.is_finite()) {
                cross_square(&corners, &mut pieces);
            }
        }
    }
    pieces
}

type Corner = ((usize, usize), f64);

fn cross_square(corners: &[Corner; 4], pieces: &mut Vec<Piece>) {
    let mut crossings = [(0.0, 0.0); 4];
    let mut count = 0;
    for i in 0..4 {
        let (((row_a, column_a), a), ((row_b, column_b), b)) = (corners[i], corners[(i + 1) % 4]);
        if (a < 0.0) != (b < 0.0) {
            let t = a / (a - b);
            let between = |from: usize, to: usize| from as f64 + t * (to as f64 - from as f64);
            crossings[count] = (between(column_a, column_b), between(row_a, row_b));
            count += 1;
        }
    }
    match (count, crossings) {
        (2, [a, b, ..]) => pieces.push([a, b]),
        (4, [a, b, c, d]) => {
            // A saddle: all four sides are crossed, and the middle tells which corners belong together.
            let middle: f64 = corners.iter().map(|(_, value)| value).sum();
            let cut_off_first_corner = (middle < 0.0) != (corners[0].1 < 0.0);
            pieces.extend(if cut_off_first_corner { [[a, d], [b, c]] } else { [[a, b], [c, d]] });
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::{Array2, array};

    #[test]
    fn the_zero_line_of_a_cone_is_its_circle() {
        let radius = 7.3;
        let cone = Array2::from_shape_fn((21, 21), |(r, c)| (r as f64 - 10.0).hypot(c as f64 - 10.0) - radius);
        let pieces = zero_line(cone.view());
        let ends = pieces.iter().flatten();
        assert!(ends.clone().all(|(x, y)| ((x - 10.0).hypot(y - 10.0) - radius).abs() < 0.03));
        let length: f64 = pieces.iter().map(|[a, b]| (a.0 - b.0).hypot(a.1 - b.1)).sum();
        assert!((length / (std::f64::consts::TAU * radius) - 1.0).abs() < 0.02, "closed circle, length {length}");
    }

    #[test]
    fn a_saddle_is_split_by_its_middle() {
        let separates_first = zero_line(array![[1.0, -2.0], [-2.0, 1.0]].view());
        assert_eq!(separates_first.len(), 2);
        for piece in separates_first {
            let near_origin = piece.iter().all(|(x, y)| x + y < 1.0);
            let near_opposite = piece.iter().all(|(x, y)| x + y > 1.0);
            assert!(near_origin || near_opposite, "each piece cuts off a positive corner: {piece:?}");
        }
    }

    #[test]
    fn missing_values_leave_the_square_open() {
        assert!(zero_line(array![[1.0, f64::NAN], [-1.0, -1.0]].view()).is_empty());
        assert!(zero_line(array![[1.0, 1.0], [2.0, 0.0]].view()).is_empty());
        assert!(zero_line(array![[-1.0]].view()).is_empty());
    }
}
