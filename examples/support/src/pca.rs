//! Principal components, with tensors.

use tapegrad_core::{DType, Rng, Tensor, no_grad};

/// The directions in which points differ most: the plane map of high-dimensional points, and the best linear autoencoder (P. Baldi and
/// K. Hornik, 1989).
#[derive(Clone, Debug)]
pub struct Pca {
    /// The mean of the points, `[D]`.
    pub mean: Tensor,
    /// The directions, of length 1 and at right angles, largest variance first: `[k, D]`.
    pub axes: Tensor,
    /// The points' variance along each, `[k]`.
    pub variances: Tensor,
}

impl Pca {
    /// The first `k` components of the rows of `[N, D]`, by orthogonal iteration: directions are multiplied by the covariance and made
    /// orthogonal again, 200 times.
    ///
    /// # Panics
    /// If there are fewer than `k` columns or no rows.
    #[must_use]
    #[track_caller]
    pub fn of(x: &Tensor, k: usize) -> Pca {
        let &[rows, columns] = x.shape() else { panic!("pca: points {:?}, expected [N, D]", x.shape()) };
        assert!(rows > 0 && k <= columns, "pca: {k} components of {rows} points of {columns} numbers");
        no_grad(|| {
            let x64 = x.to_dtype(DType::F64);
            let mean = x64.mean_dim(0);
            let centred = x64 - &mean;
            let covariance = centred.transpose(0, 1).matmul(&centred) / rows;
            let mut axes = orthonormal(&Rng::seeded(1).randn([k, columns]).to_dtype(DType::F64));
            for _ in 0..200 {
                axes = orthonormal(&axes.matmul(&covariance));
            }
            let variances = (axes.matmul(&covariance) * &axes).sum_dim(1);
            let typed = |t: Tensor| t.to_dtype(x.dtype());
            Pca { mean: typed(mean), axes: typed(axes), variances: typed(variances) }
        })
    }

    /// The points' coordinates along the components: `[N, D]` gives `[N, k]`.
    #[must_use]
    #[track_caller]
    pub fn project(&self, x: &Tensor) -> Tensor {
        (x - &self.mean).matmul(&self.axes.transpose(0, 1))
    }

    /// The points that have these coordinates: `[N, k]` gives `[N, D]`.
    #[must_use]
    #[track_caller]
    pub fn reconstruct(&self, coordinates: &Tensor) -> Tensor {
        coordinates.matmul(&self.axes) + &self.mean
    }
}

/// The rows of a matrix at right angles and of length 1, each without its share in those before (Gram and Schmidt, twice, so that
/// rounding leaves nothing).
fn orthonormal(rows: &Tensor) -> Tensor {
    let mut done: Vec<Tensor> = Vec::new();
    for row in rows {
        let mut row = row;
        let whole = row.norm().item();
        for _ in 0..2 {
            if !done.is_empty() {
                let before = Tensor::stack(&done, 0);
                row = &row - before.matmul(&row).matmul(&before);
            }
        }
        let left = row.norm().item();
        // Where those before hold all that varies, there is no direction left but rounding.
        done.push(if left > 1e-12 * whole { &row / left } else { row.zeros_like() });
    }
    Tensor::stack(&done, 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn components_are_the_axes_along_which_points_were_spread() {
        // Three directions at right angles in four dimensions, with deviations 5, 2 and 0.5, off the origin.
        let axes = Tensor::from([[0.6, 0.8, 0.0, 0.0], [0.8, -0.6, 0.0, 0.0], [0.0, 0.0, 0.6, -0.8]]);
        let spread = Rng::seeded(3).randn([4_000, 3]).to_dtype(DType::F64) * Tensor::from([5.0, 2.0, 0.5]);
        let x = spread.matmul(&axes) + Tensor::from([1.0, 2.0, 3.0, 4.0]);
        let pca = Pca::of(&x, 3);
        let along = pca.axes.matmul(&axes.transpose(0, 1)).abs();
        assert!((along - Tensor::from([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]])).abs().max().item() < 0.05);
        assert!(pca.axes.matmul(&pca.axes.transpose(0, 1)).allclose(&Tensor::eye(3).to_dtype(DType::F64), 0.0, 1e-12));
        let deviations = pca.variances.sqrt().to_vec::<f64>().unwrap();
        for (found, expected) in deviations.iter().zip([5.0, 2.0, 0.5]) {
            assert!((found / expected - 1.0).abs() < 0.05, "{deviations:?}");
        }
        // Three components hold all that varies.
        assert!(pca.reconstruct(&pca.project(&x)).allclose(&x, 0.0, 1e-9));
    }
    #[test]
    fn of_points_on_a_line_the_second_component_is_nothing() {
        let x = Tensor::from([[0.0, 3.0], [1.0, 3.0], [5.0, 3.0]]);
        let pca = Pca::of(&x, 2);
        assert_eq!(pca.axes.select(0, 1).to_vec::<f64>().unwrap(), [0.0, 0.0]);
        assert_eq!(pca.project(&x).select(1, 1).to_vec::<f64>().unwrap(), [0.0; 3]);
        assert!(pca.reconstruct(&pca.project(&x)).allclose(&x, 0.0, 1e-12));
    }
}
