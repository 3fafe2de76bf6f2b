//! The legend: a row (or more) of samples with their names above a plot, where it covers no data.

use crate::colour::{BLACK, Colour, INK, WHITE};
use crate::svg::{Anchor, Canvas, Font, Look, PathData};
use crate::text;

/// How a series looks, in the plot and in the legend.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Mark {
    Line(Pen),
    Points {
        colour: Colour,
        shape: Shape,
    },
    /// The first point of a path.
    Start,
    /// The last point of a path.
    End,
}

/// The dashes of lines that are told apart by them.
pub(crate) const DASHES: [&str; 4] = ["", "7 4", "2 3", "9 3 2 3"];

/// How a line is drawn.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pen {
    pub(crate) colour: Colour,
    pub(crate) width: f64,
    /// SVG's `stroke-dasharray`; empty for a solid line.
    pub(crate) dash: &'static str,
}

impl Pen {
    pub(crate) fn look(self) -> Look {
        Look::stroke(self.colour, self.width).dashed(self.dash)
    }
}

/// The shapes of points, so that colour is not the only difference.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Shape {
    Circle,
    Triangle,
    Square,
    Diamond,
}

impl Mark {
    /// Draws every point of `points` in this mark's way, none of them joined.
    pub(crate) fn draw_points(self, canvas: &mut Canvas, points: impl IntoIterator<Item = (f64, f64)>) {
        let mut path = PathData::default();
        let points = points.into_iter();
        match self {
            Self::Start => {
                points.for_each(|p| canvas.circle(p, 5.0, Look::fill(WHITE).outlined(BLACK, 2.0)));
            }
            Self::End => {
                points.for_each(|p| canvas.circle(p, 5.0, Look::fill(BLACK).outlined(WHITE, 2.0)));
            }
            Self::Line(pen) => {
                points.for_each(|(x, y)| path.dot(x, y));
                canvas.path(&path, Look::stroke(pen.colour, pen.width + 3.0).cap("round"));
            }
            Self::Points { colour, shape: Shape::Circle } => {
                points.for_each(|(x, y)| path.dot(x, y));
                canvas.path(&path, Look::stroke(colour, 5.5).cap("round").opacity(0.85));
            }
            Self::Points { colour, shape: Shape::Square } => {
                points.for_each(|(x, y)| path.dot(x, y));
                canvas.path(&path, Look::stroke(colour, 5.0).cap("square").opacity(0.85));
            }
            Self::Points { colour, shape: Shape::Triangle } => {
                points.for_each(|(x, y)| path.polygon(&[(x, y - 3.8), (x + 3.5, y + 2.6), (x - 3.5, y + 2.6)]));
                canvas.path(&path, Look::fill(colour).opacity(0.85));
            }
            Self::Points { colour, shape: Shape::Diamond } => {
                points.for_each(|(x, y)| path.polygon(&[(x, y - 4.0), (x + 4.0, y), (x, y + 4.0), (x - 4.0, y)]));
                canvas.path(&path, Look::fill(colour).opacity(0.85));
            }
        }
    }

    fn draw_sample(self, canvas: &mut Canvas, left: f64, middle: f64) {
        match self {
            Self::Line(pen) => canvas.line((left, middle), (left + SAMPLE, middle), pen.look()),
            Self::Points { .. } | Self::Start | Self::End => self.draw_points(canvas, [(left + SAMPLE / 2.0, middle)]),
        }
    }
}

const SIZE: f64 = 12.0;
const SAMPLE: f64 = 24.0;
const AFTER_SAMPLE: f64 = 6.0;
const BETWEEN: f64 = 18.0;
const ROW: f64 = 20.0;

/// Named marks.
#[derive(Clone, Debug, Default)]
pub(crate) struct Legend(Vec<(Mark, String)>);

impl Legend {
    /// Adds an entry; one without a name is left out.
    pub(crate) fn add(&mut self, mark: Mark, name: &str) {
        if !name.trim().is_empty() {
            self.0.push((mark, name.to_owned()));
        }
    }

    /// The left edge and row of each entry in the given width, with the name as it fits.
    fn places(&self, width: f64) -> Vec<(f64, usize, String)> {
        let (mut x, mut row) = (0.0, 0);
        let place = |(_, name): &(Mark, String)| {
            let name = text::fit(name, SIZE, width - SAMPLE - AFTER_SAMPLE);
            let entry = SAMPLE + AFTER_SAMPLE + text::width(&name, SIZE);
            if x > 0.0 && x + entry > width {
                (x, row) = (0.0, row + 1);
            }
            let left = x;
            x += entry + BETWEEN;
            (left, row, name)
        };
        self.0.iter().map(place).collect()
    }

    /// The height taken by the legend in the given width.
    pub(crate) fn height(&self, width: f64) -> f64 {
        self.places(width).last().map_or(0.0, |&(_, row, _)| (row + 1) as f64 * ROW)
    }

    /// Draws the legend with its left upper corner at `corner`.
    pub(crate) fn draw(&self, canvas: &mut Canvas, corner: (f64, f64), width: f64) {
        for ((mark, _), (left, row, name)) in self.0.iter().zip(self.places(width)) {
            let (x, middle) = (corner.0 + left, corner.1 + (row as f64 + 0.5) * ROW);
            mark.draw_sample(canvas, x, middle);
            let at = (x + SAMPLE + AFTER_SAMPLE, middle + 0.35 * SIZE);
            canvas.text(at, &name, Font::new(SIZE, Anchor::Start).coloured(INK));
        }
    }
}
