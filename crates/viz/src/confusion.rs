//! Which classes are taken for which.

use crate::Error;
use crate::axis::decimal;
use crate::colour::{BLUE, FAINT_INK, VERMILLION, WHITE};
use crate::svg::{Anchor, Canvas, Font, Look, Rect, Svg};
use crate::text;
use ndarray::{Array2, ArrayView2};

const EDGE: f64 = 14.0;
const TITLE: f64 = 16.0;
const SUBTITLE: f64 = 13.0;
const NAME: f64 = 12.0;
const LONGEST_NAME: f64 = 150.0;
const CELL: f64 = 40.0;

/// Counts of true and predicted classes, with the accuracy beneath the title.
///
/// Rows are true classes, columns predicted ones. Right answers are shaded blue and wrong ones orange-red, by the
/// square root of their share of the row, so that rare mistakes are seen beside thousands of right answers. Hovering
/// over a cell says in words what was counted.
///
/// ```
/// # use {ndarray::array, tapegrad_viz::ConfusionMatrix};
/// let svg = ConfusionMatrix::new("Test images", array![[50, 2], [1, 47]].view(), &["cat", "dog"]).draw()?;
/// assert!(svg.as_str().contains("accuracy 97.00 % (97 of 100)"));
/// # Ok::<(), tapegrad_viz::Error>(())
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct ConfusionMatrix {
    title: String,
    counts: Array2<u64>,
    names: Vec<String>,
}

impl ConfusionMatrix {
    /// The counts \[true class, predicted class\] and the classes' names.
    ///
    /// # Panics
    ///
    /// If `counts` is not square with one row for each name.
    #[track_caller]
    pub fn new(title: impl Into<String>, counts: ArrayView2<'_, u64>, names: &[impl AsRef<str>]) -> Self {
        let n = names.len();
        assert_eq!(counts.dim(), (n, n), "confusion matrix: {n} names, counts of shape {:?}", counts.shape());
        let names = names.iter().map(|name| name.as_ref().to_owned()).collect();
        Self { title: title.into(), counts: counts.to_owned(), names }
    }

    /// Draws the matrix.
    ///
    /// # Errors
    ///
    /// [`Error::CannotDraw`] if all counts are zero.
    pub fn draw(&self) -> Result<Svg, Error> {
        // Sums of counts may exceed u64.
        let row_sums: Vec<u128> = self.counts.rows().into_iter().map(|row| sum(row.iter())).collect();
        let total: u128 = row_sums.iter().sum();
        if total == 0 {
            return Err(Error::cannot_draw(format!("confusion matrix {:?}", self.title), "nothing was counted"));
        }
        let right = sum(self.counts.diag().iter());
        let summary = format!("accuracy {:.2} % ({} of {})", percent(right, total), grouped(right), grouped(total));

        let n = self.names.len() as f64;
        let names: Vec<String> = self.names.iter().map(|name| text::fit(name, NAME, LONGEST_NAME)).collect();
        let widest_name = names.iter().map(|name| text::width(name, NAME)).fold(0.0, f64::max);
        let counts = self.counts.mapv(|count| grouped(count.into()));
        let widest_count = counts.iter().map(|count| text::width(count, NAME)).fold(0.0, f64::max);
        let cell = CELL.max(widest_count + 10.0);
        let upright = widest_name <= cell - 6.0;
        let name_height = if upright { NAME } else { widest_name };

        // Few small cells make a grid that is narrower than the lines above it.
        let left = EDGE + SUBTITLE + 8.0 + widest_name + 8.0;
        let title_width = (left + n * cell - EDGE).max(text::width(&summary, SUBTITLE)).max(300.0);
        let title = text::wrap_bold(&self.title, TITLE, title_width);
        let summary_line = EDGE + title.len() as f64 * TITLE * 1.3 + SUBTITLE;
        let top = summary_line + 16.0 + SUBTITLE + 8.0 + name_height + 8.0;
        let grid = Rect { x: left, y: top, width: n * cell, height: n * cell };

        let mut canvas = Canvas::default();
        for (i, line) in title.iter().enumerate() {
            let at = (EDGE, EDGE + (i as f64 + 0.75) * TITLE * 1.3);
            canvas.text(at, line, Font::new(TITLE, Anchor::Start).bold());
        }
        canvas.text((EDGE, summary_line), &summary, Font::new(SUBTITLE, Anchor::Start).coloured(FAINT_INK));
        let axis_font = Font::new(SUBTITLE, Anchor::Middle);
        canvas.text((left + grid.width / 2.0, summary_line + 16.0 + SUBTITLE), "predicted", axis_font);
        canvas.text((EDGE + SUBTITLE * 0.8, top + grid.height / 2.0), "true", axis_font.turned(-90.0));
        for (i, name) in names.iter().enumerate() {
            let middle = (i as f64 + 0.5) * cell;
            canvas.text((left - 8.0, top + middle + 0.35 * NAME), name, Font::new(NAME, Anchor::End));
            if upright {
                canvas.text((left + middle, top - 8.0), name, Font::new(NAME, Anchor::Middle));
            } else {
                let at = (left + middle + 0.35 * NAME, top - 8.0);
                canvas.text(at, name, Font::new(NAME, Anchor::Start).turned(-90.0));
            }
        }
        for ((i, j), count) in counts.indexed_iter() {
            let share = percent(self.counts[(i, j)].into(), row_sums[i].max(1)) / 100.0;
            let hue = if i == j { BLUE } else { VERMILLION };
            let background = WHITE.mix(hue, share.sqrt());
            let square = Rect { x: left + j as f64 * cell, y: top + i as f64 * cell, width: cell, height: cell };
            let (truth, answer) = (&self.names[i], &self.names[j]);
            canvas.open_group(&format!("{truth} taken for {answer}: {count} ({:.2} % of the row)", 100.0 * share));
            canvas.rect(square, Look::fill(background).outlined(WHITE.mix(FAINT_INK, 0.4), 0.75));
            let zero = self.counts[(i, j)] == 0;
            let colour = if zero { WHITE.mix(FAINT_INK, 0.55) } else { background.readable_text() };
            let at = (square.x + cell / 2.0, square.y + cell / 2.0 + 0.35 * NAME);
            canvas.text(at, count, Font::new(NAME, Anchor::Middle).coloured(colour));
            canvas.close();
        }
        canvas.rect(grid, Look::stroke(FAINT_INK, 1.0));
        let width = grid.right().max(EDGE + title_width) + EDGE;
        Ok(canvas.finish(&format!("{}: {summary}", self.title), width, grid.bottom() + EDGE))
    }
}

fn sum<'a>(counts: impl Iterator<Item = &'a u64>) -> u128 {
    counts.map(|&count| u128::from(count)).sum()
}

fn percent(part: u128, whole: u128) -> f64 {
    100.0 * part as f64 / whole as f64
}

/// A count with commas between thousands.
fn grouped(count: u128) -> String {
    decimal(count as f64, 0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::well_formed::assert_well_formed;
    use ndarray::array;

    fn drawn(matrix: &ConfusionMatrix) -> String {
        let svg = matrix.draw().expect("a drawing").as_str().to_owned();
        assert_well_formed(&svg, &[]);
        svg
    }

    #[test]
    fn accuracy_is_the_share_of_the_diagonal() {
        let svg = drawn(&ConfusionMatrix::new("t", array![[5958, 2, 0], [40, 4000, 0], [0, 0, 0]].view(), &["a"; 3]));
        assert!(svg.contains("accuracy 99.58 % (9958 of 10,000)"));
        assert!(svg.contains("a taken for a: 5958 (99.97 % of the row)"));
    }

    #[test]
    fn rows_are_the_truth() {
        let svg = drawn(&ConfusionMatrix::new("t", array![[1, 7], [0, 1]].view(), &["cat", "dog"]));
        assert!(svg.contains("cat taken for dog: 7") && svg.contains("dog taken for cat: 0"));
    }

    #[test]
    fn names_are_escaped_and_huge_counts_and_many_classes_draw() {
        let svg = drawn(&ConfusionMatrix::new("<t>", array![[u64::MAX, u64::MAX], [0, 1]].view(), &["<&>", "\"\u{7}"]));
        assert!(!svg.contains("<&>"));
        let many =
            ConfusionMatrix::new("t", Array2::ones((60, 60)).view(), &vec!["a name far too long to be shown"; 60]);
        assert_eq!(drawn(&many), drawn(&many.clone()));
    }

    #[test]
    fn nothing_counted_is_an_error() {
        let none: [&str; 0] = [];
        assert!(ConfusionMatrix::new("none", Array2::zeros((0, 0)).view(), &none).draw().is_err());
        let error = ConfusionMatrix::new("zeros", Array2::zeros((2, 2)).view(), &["a", "b"]).draw();
        assert!(error.expect_err("nothing").to_string().contains("\"zeros\": nothing was counted"));
    }

    #[test]
    #[should_panic(expected = "2 names, counts of shape [2, 3]")]
    fn counts_that_are_not_square_are_refused() {
        let _ = ConfusionMatrix::new("", Array2::zeros((2, 3)).view(), &["a", "b"]);
    }
}
