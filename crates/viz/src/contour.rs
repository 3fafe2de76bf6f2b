//! A surface over two parameters seen from above, and the paths of descents on it.

use crate::Error;
use crate::axis::{Axis, has_place};
use crate::colour::{BLACK, FAINT_INK, MISSING, WHITE, magnitude};
use crate::frame::{Area, Frame};
use crate::isolines;
use crate::legend::{DASHES, Legend, Mark, Pen};
use crate::svg::{Anchor, Canvas, Font, Look, PathData, Rect, Svg};
use crate::text;
use ndarray::{Array2, ArrayView2};

const SIZE: (f64, f64) = (480.0, 420.0);
const SHADES: usize = 192;
const BAR_GAP: f64 = 22.0;
const BAR: f64 = 18.0;
const TICK: f64 = 12.0;
const LABEL: f64 = 13.0;

/// Values on a grid as coloured cells with a colour bar, and, where asked for, lines of equal value and paths.
///
/// The value at row i, column j belongs to the point (xs\[j\], ys\[i\]); its cell reaches halfway to the neighbouring
/// points. Cells without a value (NaN, infinite or beyond 1e300; not positive on a logarithmic colour scale) are grey.
///
/// ```
/// # use {ndarray::Array2, tapegrad_viz::Contour};
/// let (w0, w1) = ([-1.0, 0.0, 1.0, 2.0], [0.0, 1.0, 2.0]);
/// let loss = Array2::from_shape_fn((3, 4), |(i, j)| w0[j] * w0[j] + 3.0 * (w1[i] - 1.0) * (w1[i] - 1.0));
/// let svg = Contour::new("J(w0, w1)", &w0, &w1, loss.view())
///     .x_label("w0")
///     .y_label("w1")
///     .lines(5)
///     .path("gradient descent", &[2.0, 0.8, 0.1], &[2.0, 1.2, 1.0])
///     .draw()?;
/// assert!(svg.as_str().contains("gradient descent"));
/// # Ok::<(), tapegrad_viz::Error>(())
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct Contour {
    title: String,
    x_label: String,
    y_label: String,
    value_label: String,
    xs: Vec<f64>,
    ys: Vec<f64>,
    values: Array2<f64>,
    log: bool,
    lines: usize,
    paths: Vec<(String, Vec<(f64, f64)>)>,
}

impl Contour {
    /// The values \[rows, columns\] at the points of a grid.
    ///
    /// # Panics
    ///
    /// If `values` is not \[ys.len(), xs.len()\], or the `xs` or `ys` are not finite and rising.
    #[track_caller]
    pub fn new(title: impl Into<String>, xs: &[f64], ys: &[f64], values: ArrayView2<'_, f64>) -> Self {
        assert_eq!(values.dim(), (ys.len(), xs.len()), "contour: values do not have the shape [ys, xs]");
        for (name, points) in [("xs", xs), ("ys", ys)] {
            let rising = points.windows(2).all(|pair| pair[0] < pair[1]);
            assert!(rising && points.iter().all(|&v| has_place(v, false)), "contour: {name} are not finite and rising");
        }
        Self {
            title: title.into(),
            x_label: String::new(),
            y_label: String::new(),
            value_label: String::new(),
            xs: xs.to_vec(),
            ys: ys.to_vec(),
            values: values.to_owned(),
            log: false,
            lines: 0,
            paths: Vec::new(),
        }
    }

    /// Names the x axis.
    pub fn x_label(mut self, label: impl Into<String>) -> Self {
        self.x_label = label.into();
        self
    }

    /// Names the y axis.
    pub fn y_label(mut self, label: impl Into<String>) -> Self {
        self.y_label = label.into();
        self
    }

    /// Names the values, beside the colour bar.
    pub fn value_label(mut self, label: impl Into<String>) -> Self {
        self.value_label = label.into();
        self
    }

    /// Makes the colour scale logarithmic, and with it the levels of the lines.
    pub fn log_colour(mut self) -> Self {
        self.log = true;
        self
    }

    /// Draws `count` lines of equal value, at even distances of the colour scale.
    pub fn lines(mut self, count: usize) -> Self {
        self.lines = count;
        self
    }

    /// Draws a path through the points (xs\[i\], ys\[i\]), its start as a ring and its end as a dot. Several paths differ
    /// in their dashes. Points that are not finite are left out; what lies outside the grid is cut off.
    ///
    /// # Panics
    ///
    /// If the lengths differ.
    #[track_caller]
    pub fn path(mut self, name: impl Into<String>, xs: &[f64], ys: &[f64]) -> Self {
        let name = name.into();
        assert_eq!(xs.len(), ys.len(), "path {name:?}: {} x values and {} y values", xs.len(), ys.len());
        let points = xs.iter().copied().zip(ys.iter().copied());
        let finite = points.filter(|&(x, y)| has_place(x, false) && has_place(y, false));
        self.paths.push((name, finite.collect()));
        self
    }

    /// Draws the surface.
    ///
    /// # Errors
    ///
    /// [`Error::CannotDraw`] if no value has a place on the colour scale.
    pub fn draw(&self) -> Result<Svg, Error> {
        let Some(scale) = Axis::covering(self.values.iter().copied(), self.log, 0.0) else {
            let reason = format!("none of {} values has a place on the colour scale", self.values.len());
            return Err(Error::cannot_draw(format!("contour {:?}", self.title), reason));
        };
        let (columns, rows) = (cell_edges(&self.xs), cell_edges(&self.ys));
        let axis = |edges: &[f64]| Axis::fixed(edges[0], edges[edges.len() - 1], false);
        let pen = |i: usize| Pen { colour: BLACK, width: 2.0, dash: DASHES[i % DASHES.len()] };
        let paths = || self.paths.iter().enumerate().filter(|(_, (_, points))| !points.is_empty());
        let mut legend = Legend::default();
        paths().for_each(|(i, (name, _))| legend.add(Mark::Line(pen(i)), name));
        if paths().next().is_some() {
            legend.add(Mark::Start, "start");
            legend.add(Mark::End, "end");
        }
        let bar_ticks = scale.ticks(8);
        let tick_room = bar_ticks.iter().map(|tick| tick.width(TICK)).fold(0.0, f64::max);
        let label_room = if self.value_label.trim().is_empty() { 0.0 } else { LABEL + 8.0 };
        let frame = Frame {
            title: &self.title,
            x_label: &self.x_label,
            y_label: &self.y_label,
            x: axis(&columns),
            y: axis(&rows),
            legend,
            size: SIZE,
            right: BAR_GAP + BAR + 9.0 + tick_room + label_room,
        };
        let area = frame.lay_out();
        let mut canvas = Canvas::default();
        canvas.rect(area.rect, Look::fill(MISSING));
        self.draw_cells(&mut canvas, &area, &scale, (&columns, &rows));
        canvas.open_clip(area.rect);
        self.draw_lines(&mut canvas, &area, &scale);
        for (i, (_, points)) in paths() {
            let places: Vec<(f64, f64)> = points.iter().map(|&(x, y)| area.place(x, y)).collect();
            let mut path = PathData::default();
            places.iter().take(1).for_each(|&(x, y)| path.move_to(x, y));
            places.iter().skip(1).for_each(|&(x, y)| path.line_to(x, y));
            canvas.path(&path, Look::stroke(WHITE, 4.0).cap("round"));
            let cap = if pen(i).dash.is_empty() { "round" } else { "" };
            canvas.path(&path, pen(i).look().cap(cap));
            Mark::Start.draw_points(&mut canvas, places.first().copied());
            Mark::End.draw_points(&mut canvas, places.last().copied());
        }
        canvas.close();

        let bar = Rect { x: area.rect.right() + BAR_GAP, width: BAR, ..area.rect };
        draw_bar(&mut canvas, bar);
        for tick in &bar_ticks {
            let y = bar.bottom() - scale.share(tick.value) * bar.height;
            canvas.line((bar.right(), y), (bar.right() + 5.0, y), Look::stroke(FAINT_INK, 1.0));
            let at = (bar.right() + 9.0, y + 0.35 * TICK);
            canvas.text_with_exponent(at, &tick.text, &tick.exponent, Font::new(TICK, Anchor::Start));
        }
        let label = text::fit(self.value_label.trim(), LABEL, bar.height);
        if !label.is_empty() {
            let at = (bar.right() + 9.0 + tick_room + LABEL, bar.y + bar.height / 2.0);
            canvas.text(at, &label, Font::new(LABEL, Anchor::Middle).turned(-90.0));
        }
        Ok(area.finish(canvas))
    }

    /// One path per shade, with neighbouring cells of a row joined: a tenth of the bytes of one rectangle per cell.
    fn draw_cells(&self, canvas: &mut Canvas, area: &Area<'_>, scale: &Axis, (columns, rows): (&[f64], &[f64])) {
        let shade = |value: f64| {
            let share = scale.share(value).clamp(0.0, 1.0);
            has_place(value, self.log).then(|| (share * (SHADES - 1) as f64).round() as usize)
        };
        let mut shades: Vec<PathData> = (0..SHADES).map(|_| PathData::default()).collect();
        for (i, row) in self.values.rows().into_iter().enumerate() {
            let (bottom, top) = (area.y_place(rows[i]), area.y_place(rows[i + 1]));
            let cells: Vec<_> = row.iter().map(|&value| shade(value)).collect();
            let mut start = 0;
            for run in cells.chunk_by(|a, b| a == b) {
                let end = start + run.len();
                if let Some(shade) = run[0] {
                    shades[shade].cell(area.x_place(columns[start]), top, area.x_place(columns[end]), bottom);
                }
                start = end;
            }
        }
        for (i, path) in shades.iter().enumerate() {
            canvas.path(path, Look::fill(magnitude(i as f64 / (SHADES - 1) as f64)).crisp());
        }
    }

    fn draw_lines(&self, canvas: &mut Canvas, area: &Area<'_>, scale: &Axis) {
        let mut path = PathData::default();
        for level in 1..=self.lines {
            let level = scale.value_at(level as f64 / (self.lines + 1) as f64);
            let scaled = |value: f64| if self.log { value.ln() } else { value };
            let above = self.values.mapv(|v| if has_place(v, self.log) { scaled(v) - scaled(level) } else { f64::NAN });
            for [from, to] in isolines::zero_line(above.view()) {
                let place = |(column, row)| area.place(between(&self.xs, column), between(&self.ys, row));
                let ((x1, y1), (x2, y2)) = (place(from), place(to));
                path.move_to(x1, y1);
                path.line_to(x2, y2);
            }
        }
        canvas.path(&path, Look::stroke(WHITE, 0.9).cap("round").opacity(0.7));
    }
}

/// The value at a fractional index.
fn between(points: &[f64], index: f64) -> f64 {
    let below = (index as usize).min(points.len() - 1);
    let above = (below + 1).min(points.len() - 1);
    points[below] + (points[above] - points[below]) * (index - below as f64)
}

/// The edges of the cells about the points: halfway between neighbours, and as far beyond the outer ones.
fn cell_edges(points: &[f64]) -> Vec<f64> {
    let middles = points.windows(2).map(|pair| pair[0] / 2.0 + pair[1] / 2.0);
    let (first, last) = (points[0], points[points.len() - 1]);
    let (before, after) = match points {
        [only] => (only - (only.abs() * 0.1).max(0.5), only + (only.abs() * 0.1).max(0.5)),
        [.., ahead_of_last, _] => (first - (points[1] - first) / 2.0, last + (last - ahead_of_last) / 2.0),
        [] => unreachable!("a grid with a value has a point on each axis"),
    };
    std::iter::once(before).chain(middles).chain(std::iter::once(after)).collect()
}

fn draw_bar(canvas: &mut Canvas, bar: Rect) {
    const STEPS: usize = 128;
    let edge = |i: usize| bar.bottom() - bar.height * i as f64 / STEPS as f64;
    for i in 0..STEPS {
        let mut cell = PathData::default();
        cell.cell(bar.x, edge(i + 1), bar.right(), edge(i));
        canvas.path(&cell, Look::fill(magnitude((i as f64 + 0.5) / STEPS as f64)).crisp());
    }
    canvas.rect(bar, Look::stroke(FAINT_INK, 1.0));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::well_formed::assert_well_formed;
    use ndarray::array;

    fn drawn(contour: &Contour) -> String {
        let svg = contour.draw().expect("a drawing").as_str().to_owned();
        assert_well_formed(&svg, &[]);
        svg
    }

    #[test]
    fn the_largest_value_is_brightest_and_stands_where_its_point_is() {
        let svg = drawn(&Contour::new("", &[0.0, 1.0], &[0.0, 1.0], array![[0.0, 0.0], [0.0, 1.0]].view()));
        let brightest = format!("fill=\"{}\"", magnitude(1.0));
        let cell = svg.lines().find(|line| line.contains(&brightest)).expect("the cell of the largest value");
        let frame = svg.lines().find(|line| line.contains("#d2d2d2")).expect("the background of the data area");
        let number = |text: &str, before: &str, after: char| -> f64 {
            let rest = &text[text.find(before).expect("part") + before.len()..];
            rest[..rest.find(after).expect("end")].parse().expect("number")
        };
        let (left, top) = (number(frame, " x=\"", '"'), number(frame, " y=\"", '"'));
        assert_eq!(number(cell, "d=\"M", ' '), left + SIZE.0 / 2.0, "right half");
        assert!(cell.contains(&format!(" {top}H")), "upper half: {cell}");
    }

    #[test]
    fn every_path_is_drawn_and_named() {
        let flat = Array2::zeros((2, 2));
        let contour = Contour::new("", &[0.0, 1.0], &[0.0, 1.0], flat.view())
            .path("a way", &[0.0, 1.0], &[0.0, 0.5])
            .path("nothing", &[], &[])
            .path("another", &[0.0, 0.5], &[0.0, 1.0]);
        let svg = drawn(&contour);
        assert!(svg.contains("a way") && svg.contains("another") && !svg.contains("nothing"));
        assert_eq!(svg.matches("stroke-width=\"4\"").count(), 2, "a light border under each");
        assert_eq!(svg.matches("stroke-dasharray").count(), 2, "the last path and its mark in the legend");
    }

    #[test]
    fn cells_reach_halfway_to_their_neighbours() {
        assert_eq!(cell_edges(&[0.0, 1.0, 3.0]), [-0.5, 0.5, 2.0, 4.0]);
        assert_eq!(cell_edges(&[2.0]), [1.5, 2.5]);
    }

    #[test]
    fn extremes_draw_and_emptiness_is_an_error() {
        for values in [array![[5.0, 5.0]], array![[f64::NAN, 1e300]], array![[-1.0, 2.0]], array![[1e-300, 1e300]]] {
            let contour = Contour::new("<&>", &[-1.0, 1.0], &[0.0], values.view()).lines(3).log_colour();
            drawn(&contour.path("p", &[f64::NAN, 0.0, 1e290], &[0.0, 0.0, 0.0]));
        }
        let bowl = Array2::from_shape_fn((9, 9), |(i, j)| ((i + j) as f64 - 8.0).powi(2));
        let points: Vec<f64> = (0..9).map(f64::from).collect();
        let contour = Contour::new("bowl", &points, &points, bowl.view()).lines(4).path("", &[], &[]);
        assert_eq!(drawn(&contour), drawn(&contour.clone()), "repeatable bytes");
        let log = Contour::new("all negative", &[0.0], &[0.0], array![[-1.0]].view()).log_colour().draw();
        assert!(log.expect_err("no place").to_string().contains("all negative"));
        assert!(Contour::new("", &[], &[], Array2::zeros((0, 0)).view()).draw().is_err());
    }

    #[test]
    #[should_panic(expected = "xs are not finite and rising")]
    fn a_falling_grid_is_refused() {
        let _ = Contour::new("", &[1.0, 0.0], &[0.0], array![[0.0, 0.0]].view());
    }
}
