//! Maps of points.

use crate::Failure;
use tapegrad_core::{DType, Tensor};
use tapegrad_viz::Plot;

/// Adds points `[N, 2]` to a plot, with a colour and a shape for each class of these names.
///
/// # Errors
/// There are other axes than these.
pub fn points_by_class(plot: Plot, points: &Tensor, classes: &Tensor, names: &[String]) -> Result<Plot, Failure> {
    let &[_, 2] = points.shape() else { return Err(format!("points {:?}, expected [N, 2]", points.shape()).into()) };
    let points = points.to_dtype(DType::F64);
    names.iter().enumerate().try_fold(plot, |plot, (class, name)| {
        let of_class = points.index_select(0, &classes.eq(class).nonzero().flatten());
        let column = |axis| of_class.select(1, axis).to_vec::<f64>();
        Ok(plot.points(name, &column(0)?, &column(1)?))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_class_has_its_points() {
        let points = Tensor::from([[0.0f32, 1.0], [2.0, 3.0], [4.0, 5.0]]);
        let names = ["a".to_owned(), "b".to_owned()];
        let plot = points_by_class(Plot::new("map"), &points, &Tensor::from([1_i64, 0, 1]), &names).unwrap();
        let by_hand = Plot::new("map").points("a", &[2.0], &[3.0]).points("b", &[0.0, 4.0], &[1.0, 5.0]);
        assert_eq!(plot.draw().unwrap().as_str(), by_hand.draw().unwrap().as_str());
    }

    #[test]
    fn points_in_space_are_refused() {
        let error = points_by_class(Plot::new("map"), &Tensor::zeros([4, 3]), &Tensor::zeros([4]), &[]).unwrap_err();
        assert_eq!(format!("{error:?}"), "points [4, 3], expected [N, 2]");
    }
}
