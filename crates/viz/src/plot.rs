//! Curves and point clouds over one pair of axes.

use crate::Error;
use crate::axis::{Axis, has_place};
use crate::colour::{FAINT_INK, SERIES};
use crate::frame::{Area, Frame};
use crate::legend::{DASHES, Legend, Mark, Pen, Shape};
use crate::svg::{Canvas, PathData, Svg};
use std::collections::HashSet;

const SIZE: (f64, f64) = (620.0, 360.0);
const LINE: f64 = 2.0;
const MARKER_DASHES: [&str; 4] = ["5 4", "2 3", "9 3 2 3", "12 4"];
const SHAPES: [Shape; 4] = [Shape::Circle, Shape::Triangle, Shape::Square, Shape::Diamond];

/// Named lines and points over an x and a y axis.
///
/// A point without a place on the axes (NaN, infinite or beyond 1e300 in magnitude; not positive on a logarithmic axis)
/// is left out, and a line has a gap there; a point between two gaps is drawn as a dot. Lines and clouds of any length
/// are drawn at the picture's resolution, so the file stays small: of the points of a line that fall on the same column
/// of pixels the first, lowest, highest and last are kept, of points on the same pixel one.
///
/// The ranges follow from the data and the marker lines unless they are fixed; what lies outside a fixed range is cut
/// off. Where all x are whole numbers, such as epochs, so are the ticks. Series and marker lines with a name are shown in a
/// legend above the data.
///
/// ```
/// # use tapegrad_viz::Plot;
/// let svg = Plot::new("Test accuracy")
///     .x_label("epoch")
///     .line("accuracy (%)", &[1.0, 2.0, 3.0], &[94.1, f64::NAN, 97.3])
///     .horizontal(97.5, "wanted")
///     .draw()?;
/// assert!(svg.as_str().contains("wanted"));
/// # Ok::<(), tapegrad_viz::Error>(())
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct Plot {
    title: String,
    x: Dimension,
    y: Dimension,
    series: Vec<Series>,
    markers: Vec<Marker>,
}

#[derive(Clone, Debug, Default)]
struct Dimension {
    label: String,
    log: bool,
    range: Option<(f64, f64)>,
}

#[derive(Clone, Debug)]
struct Series {
    name: String,
    joined: bool,
    points: Vec<(f64, f64)>,
}

#[derive(Clone, Debug)]
struct Marker {
    name: String,
    horizontal: bool,
    at: f64,
}

impl Plot {
    /// An empty plot with a title, which may be empty.
    pub fn new(title: impl Into<String>) -> Self {
        let (x, y) = Default::default();
        Self { title: title.into(), x, y, series: Vec::new(), markers: Vec::new() }
    }

    /// Names the x axis.
    pub fn x_label(mut self, label: impl Into<String>) -> Self {
        self.x.label = label.into();
        self
    }

    /// Names the y axis.
    pub fn y_label(mut self, label: impl Into<String>) -> Self {
        self.y.label = label.into();
        self
    }

    /// Makes the x axis logarithmic.
    pub fn log_x(mut self) -> Self {
        self.x.log = true;
        self
    }

    /// Makes the y axis logarithmic.
    pub fn log_y(mut self) -> Self {
        self.y.log = true;
        self
    }

    /// Fixes the range of the x axis.
    ///
    /// # Panics
    ///
    /// If the ends are not finite or not in rising order.
    #[track_caller]
    pub fn x_range(mut self, from: f64, to: f64) -> Self {
        self.x.range = Some(checked_range("x_range", from, to));
        self
    }

    /// Fixes the range of the y axis.
    ///
    /// # Panics
    ///
    /// If the ends are not finite or not in rising order.
    #[track_caller]
    pub fn y_range(mut self, from: f64, to: f64) -> Self {
        self.y.range = Some(checked_range("y_range", from, to));
        self
    }

    /// Adds a line through the points (xs\[i\], ys\[i\]) in their order.
    ///
    /// # Panics
    ///
    /// If the lengths differ.
    #[track_caller]
    pub fn line(self, name: impl Into<String>, xs: &[f64], ys: &[f64]) -> Self {
        self.with_series(name.into(), xs, ys, true)
    }

    /// Adds the points (xs\[i\], ys\[i\]).
    ///
    /// # Panics
    ///
    /// If the lengths differ.
    #[track_caller]
    pub fn points(self, name: impl Into<String>, xs: &[f64], ys: &[f64]) -> Self {
        self.with_series(name.into(), xs, ys, false)
    }

    /// Adds a dashed line across the plot at y = `at`.
    pub fn horizontal(mut self, at: f64, name: impl Into<String>) -> Self {
        self.markers.push(Marker { name: name.into(), horizontal: true, at });
        self
    }

    /// Adds a dashed line up the plot at x = `at`.
    pub fn vertical(mut self, at: f64, name: impl Into<String>) -> Self {
        self.markers.push(Marker { name: name.into(), horizontal: false, at });
        self
    }

    #[track_caller]
    fn with_series(mut self, name: String, xs: &[f64], ys: &[f64], joined: bool) -> Self {
        assert_eq!(xs.len(), ys.len(), "series {name:?}: {} x values and {} y values", xs.len(), ys.len());
        let points = xs.iter().copied().zip(ys.iter().copied()).collect();
        self.series.push(Series { name, joined, points });
        self
    }

    /// Draws the plot.
    ///
    /// # Errors
    ///
    /// [`Error::CannotDraw`] if no series has a point with a place on the axes, or a fixed range of a logarithmic axis
    /// does not begin above zero.
    pub fn draw(&self) -> Result<Svg, Error> {
        let drawable = |&(x, y): &(f64, f64)| has_place(x, self.x.log) && has_place(y, self.y.log);
        let points = || self.series.iter().flat_map(|series| &series.points).copied().filter(drawable);
        if points().next().is_none() {
            let given: usize = self.series.iter().map(|series| series.points.len()).sum();
            let (series, what) = (self.series.len(), format!("plot {:?}", self.title));
            let reason = format!("no point to draw: {given} points in {series} series, none with a place on the axes");
            return Err(Error::cannot_draw(what, reason));
        }
        let markers = |horizontal| {
            let chosen = self.markers.iter().filter(move |marker| marker.horizontal == horizontal);
            chosen.map(|marker| marker.at)
        };
        // A cloud needs room at all sides to show its points whole, a line only above and below.
        let side = if self.series.iter().any(|series| !series.joined) { 0.04 } else { 0.0 };
        let xs = || points().map(|(x, _)| x).chain(markers(false));
        let x = self.axis("x", &self.x, xs(), side)?;
        let x = if xs().all(|x| x.fract() == 0.0) { x.of_whole_numbers() } else { x };
        let y = self.axis("y", &self.y, points().map(|(_, y)| y).chain(markers(true)), 0.05)?;

        let looks = self.series.iter().enumerate().map(|(i, series)| series.mark(i)).collect::<Vec<_>>();
        let pen = |i: usize| Pen { colour: FAINT_INK, width: 1.5, dash: MARKER_DASHES[i % MARKER_DASHES.len()] };
        let pens = (0..self.markers.len()).map(pen).collect::<Vec<_>>();
        let mut legend = Legend::default();
        self.series.iter().zip(&looks).for_each(|(series, mark)| legend.add(*mark, &series.name));
        self.markers.iter().zip(&pens).for_each(|(marker, pen)| legend.add(Mark::Line(*pen), &marker.name));

        let (x_label, y_label) = (&self.x.label, &self.y.label);
        let area = Frame { title: &self.title, x_label, y_label, x, y, legend, size: SIZE, right: 0.0 }.lay_out();
        let mut canvas = Canvas::default();
        area.draw_grid(&mut canvas);
        canvas.open_clip(area.rect);
        for (marker, pen) in self.markers.iter().zip(pens) {
            marker.draw(&mut canvas, &area, pen, if marker.horizontal { self.y.log } else { self.x.log });
        }
        for (series, mark) in self.series.iter().zip(looks) {
            let place = |point: &(f64, f64)| drawable(point).then(|| area.place(point.0, point.1));
            let places: Vec<_> = series.points.iter().map(place).collect();
            match mark {
                Mark::Line(pen) => draw_line(&mut canvas, &places, pen),
                _ => draw_cloud(&mut canvas, &places, mark),
            }
        }
        canvas.close();
        Ok(area.finish(canvas))
    }

    fn axis(&self, name: &str, of: &Dimension, data: impl Iterator<Item = f64>, pad: f64) -> Result<Axis, Error> {
        match of.range {
            Some((from, to)) if of.log && from <= 0.0 => {
                let reason = format!("the {name} axis is logarithmic, its range {from} to {to} must begin above zero");
                Err(Error::cannot_draw(format!("plot {:?}", self.title), reason))
            }
            Some((from, to)) => Ok(Axis::fixed(from, to, of.log)),
            None => Ok(Axis::covering(data, of.log, pad).expect("draw has seen a point with a place")),
        }
    }
}

#[track_caller]
fn checked_range(method: &str, from: f64, to: f64) -> (f64, f64) {
    assert!(has_place(from, false) && has_place(to, false) && from < to, "{method}: from {from} to {to} is no range");
    (from, to)
}

impl Series {
    /// The look of the series at a place in the order: first all colours, then all colours in another dash or shape.
    fn mark(&self, index: usize) -> Mark {
        let colour = SERIES[index % SERIES.len()];
        let round = index / SERIES.len();
        if self.joined {
            Mark::Line(Pen { colour, width: LINE, dash: DASHES[round % DASHES.len()] })
        } else {
            Mark::Points { colour, shape: SHAPES[(index + round) % SHAPES.len()] }
        }
    }
}

impl Marker {
    fn draw(&self, canvas: &mut Canvas, area: &Area<'_>, pen: Pen, log: bool) {
        if !has_place(self.at, log) {
            return;
        }
        let (from, to) = if self.horizontal {
            let y = area.y_place(self.at);
            ((area.rect.x, y), (area.rect.right(), y))
        } else {
            let x = area.x_place(self.at);
            ((x, area.rect.bottom()), (x, area.rect.y))
        };
        canvas.line(from, to, pen.look());
    }
}

/// Draws the runs of present places as lines, and runs of one as dots.
fn draw_line(canvas: &mut Canvas, places: &[Option<(f64, f64)>], pen: Pen) {
    let mut path = PathData::default();
    let mut dots = Vec::new();
    for run in places.split(Option::is_none) {
        let run: Vec<(f64, f64)> = run.iter().flatten().copied().collect();
        match run[..] {
            [] => {}
            [dot] => dots.push(dot),
            [..] => {
                let mut kept = thin(&run).into_iter();
                kept.next().into_iter().for_each(|(x, y)| path.move_to(x, y));
                kept.for_each(|(x, y)| path.line_to(x, y));
            }
        }
    }
    // Round ends would close the gaps of a dashed line.
    let cap = if pen.dash.is_empty() { "round" } else { "" };
    canvas.path(&path, pen.look().cap(cap));
    Mark::Line(pen).draw_points(canvas, dots);
}

fn draw_cloud(canvas: &mut Canvas, places: &[Option<(f64, f64)>], mark: Mark) {
    let mut seen = HashSet::new();
    let fresh = |&(x, y): &(f64, f64)| seen.insert((x.round() as i64, y.round() as i64));
    let kept: Vec<_> = places.iter().flatten().copied().filter(fresh).collect();
    mark.draw_points(canvas, kept);
}

/// Of each stretch of points on the same column of pixels the first, lowest, highest and last, in their order.
fn thin(points: &[(f64, f64)]) -> Vec<(f64, f64)> {
    let mut kept = Vec::new();
    for column in points.chunk_by(|a, b| a.0.floor() == b.0.floor()) {
        let by_height = |&i: &usize, &j: &usize| column[i].1.total_cmp(&column[j].1);
        let lowest = (0..column.len()).min_by(by_height).unwrap_or(0);
        let highest = (0..column.len()).max_by(by_height).unwrap_or(0);
        let mut chosen = [0, lowest, highest, column.len() - 1];
        chosen.sort_unstable();
        let distinct = chosen.chunk_by(|a, b| a == b).map(|same| column[same[0]]);
        kept.extend(distinct);
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::well_formed::assert_well_formed;

    fn drawn(plot: &Plot) -> String {
        let svg = plot.draw().expect("a drawing").as_str().to_owned();
        assert_well_formed(&svg, &[]);
        svg
    }

    #[test]
    fn what_lies_far_outside_a_fixed_range_has_a_place_that_can_be_read() {
        for far in [1e37, -1e300] {
            let plot = Plot::new("").line("", &[0.0, 1.0, 2.0], &[0.2, far, 0.4]).y_range(0.0, 1e-3);
            let svg = drawn(&plot);
            assert!(!svg.contains("inf") && !svg.contains("NaN"), "{svg}");
            let longest = svg.split(|c: char| !c.is_ascii_digit()).map(str::len).max();
            assert!(longest < Some(9), "{longest:?} digits: {svg}");
        }
    }

    #[test]
    fn ticks_at_halves_are_for_x_that_are_not_all_whole() {
        let halves = |xs: &[f64]| drawn(&Plot::new("").line("", xs, &[0.1, 0.2, 0.4])).contains(">1.5<");
        assert!(!halves(&[1.0, 2.0, 6.0]));
        assert!(halves(&[1.0, 2.5, 6.0]));
    }

    #[test]
    fn an_empty_plot_is_a_clear_error() {
        let nan = [f64::NAN; 3];
        let empty = [Plot::new("none"), Plot::new("none").line("a", &[], &[]), Plot::new("none").line("b", &nan, &nan)];
        for plot in empty {
            let message = plot.draw().expect_err("nothing to draw").to_string();
            assert!(message.contains("none") && message.contains("no point"), "{message}");
        }
        let negative = Plot::new("log").log_y().points("", &[1.0], &[-1.0]);
        assert!(negative.draw().is_err());
        let range = Plot::new("log").log_x().points("", &[1.0], &[1.0]).x_range(0.0, 1.0).draw();
        assert!(range.expect_err("no zero on a log axis").to_string().contains("x axis"));
    }

    #[test]
    fn extremes_draw_finite_coordinates() {
        let line = |ys: &[f64]| Plot::new("t").line("s", &(0..ys.len()).map(|i| i as f64).collect::<Vec<_>>(), ys);
        for ys in [
            &[1.0][..],
            &[0.0, 0.0],
            &[5.0; 4],
            &[f64::MAX, -f64::MAX, 1.0],
            &[1e300, -1e300],
            &[f64::NAN, 1.0, f64::INFINITY, 2.0, 3.0],
            &[f64::MIN_POSITIVE, 0.0],
            &[1e17, 1e17 + 16.0],
        ] {
            drawn(&line(ys));
            if ys.iter().any(|y| *y > 0.0) {
                drawn(&line(ys).log_y().horizontal(-1.0, "no place"));
            }
        }
    }

    #[test]
    fn a_point_without_a_place_splits_the_line() {
        let ys = [1.0, 2.0, f64::NAN, 3.0, 4.0, f64::INFINITY, 5.0];
        let svg = drawn(&Plot::new("gaps").line("", &[0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0], &ys));
        let series = svg.lines().filter(|line| line.contains("#0072b2")).collect::<Vec<_>>();
        assert_eq!(series.len(), 2, "one path of lines, one of dots");
        assert_eq!((series[0].matches('M').count(), series[0].matches('L').count()), (2, 2));
        assert_eq!(series[1].matches('M').count(), 1);
    }

    #[test]
    fn points_stand_where_the_axes_say() {
        let svg = drawn(&Plot::new("").points("", &[0.0, 5.0, 10.0], &[1.0, 10.0, 100.0]).log_y().x_range(0.0, 10.0));
        let path = svg.lines().find(|line| line.contains("#0072b2")).expect("the points");
        let numbers: Vec<f64> = path.split(['M', ' ', 'h', '"']).filter_map(|part| part.parse().ok()).collect();
        let (xs, ys) = ([numbers[0], numbers[3], numbers[6]], [numbers[1], numbers[4], numbers[7]]);
        assert!((xs[1] - xs[0] - SIZE.0 / 2.0).abs() < 0.02 && (xs[2] - xs[1] - SIZE.0 / 2.0).abs() < 0.02);
        assert!(ys[0] > ys[1] && ((ys[0] - ys[1]) - (ys[1] - ys[2])).abs() < 0.03, "equal ratios are equal heights");
    }

    #[test]
    fn long_series_make_small_files_that_keep_the_extremes() {
        let xs: Vec<f64> = (0..1_000_000).map(f64::from).collect();
        let mut ys: Vec<f64> = xs.iter().map(|x| (x * 0.37).sin()).collect();
        ys[500_000] = 40.0;
        let line = drawn(&Plot::new("long").line("", &xs, &ys).y_range(-1.0, 40.0));
        assert!(line.len() < 60_000, "{} bytes", line.len());
        let plain = drawn(&Plot::new("long").line("", &xs[..2], &[-1.0, 40.0]).y_range(-1.0, 40.0));
        let top = plain.lines().find(|line| line.contains("#0072b2")).expect("the line");
        let top = top.split(' ').nth(3).and_then(|y| y.split('"').next()).expect("the height of the last point");
        assert!(line.contains(&format!(" {top}L")), "the peak at height {top} is drawn");
        let cloud = drawn(&Plot::new("long").points("", &xs, &ys.iter().map(|y| y * 1e-9).collect::<Vec<_>>()));
        assert!(cloud.len() < 400_000, "{} bytes", cloud.len());
    }

    #[test]
    fn text_is_escaped_and_bytes_are_repeatable() {
        let plot = Plot::new("<b>&\"'").x_label("</svg>").y_label("a<b").line("<&>", &[0.0, 1.0], &[0.0, 1.0]);
        let plot = plot.vertical(0.5, "\u{1b}[31m<script>");
        let svg = drawn(&plot);
        assert!(!svg.contains("<b>") && !svg.contains("<script>") && svg.contains("&lt;script&gt;"));
        assert_eq!(svg, drawn(&plot.clone()));
    }

    #[test]
    #[should_panic(expected = "series \"s\": 2 x values and 1 y values")]
    fn lengths_that_differ_are_refused() {
        let _ = Plot::new("").line("s", &[1.0, 2.0], &[1.0]);
    }
}
