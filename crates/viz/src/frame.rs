//! What stands around the data of a plot: title, legend, axes with ticks, labels. Its size follows from its texts, the
//! size of the data area is given, so nothing is ever squeezed or cut.

use crate::axis::{Axis, Tick};
use crate::colour::{FAINT_INK, GRID};
use crate::legend::Legend;
use crate::svg::{Anchor, Canvas, Font, Look, Rect, Svg};
use crate::text;

const EDGE: f64 = 14.0;
const TITLE: f64 = 16.0;
const LABEL: f64 = 13.0;
const TICK: f64 = 12.0;
const TICK_LENGTH: f64 = 5.0;

/// The contents of a frame.
#[derive(Debug)]
pub(crate) struct Frame<'a> {
    pub(crate) title: &'a str,
    pub(crate) x_label: &'a str,
    pub(crate) y_label: &'a str,
    pub(crate) x: Axis,
    pub(crate) y: Axis,
    pub(crate) legend: Legend,
    /// Width and height of the data area.
    pub(crate) size: (f64, f64),
    /// Room to the right of the data area, for a colour bar.
    pub(crate) right: f64,
}

/// A frame with every part in its place.
#[derive(Debug)]
pub(crate) struct Area<'a> {
    frame: Frame<'a>,
    title: Vec<String>,
    x_ticks: Vec<Tick>,
    y_ticks: Vec<Tick>,
    /// Where the data go.
    pub(crate) rect: Rect,
    width: f64,
    height: f64,
}

impl<'a> Frame<'a> {
    /// Decides where everything goes.
    pub(crate) fn lay_out(self) -> Area<'a> {
        let (inner_width, inner_height) = self.size;
        let title = text::wrap_bold(self.title, TITLE, inner_width);
        let x_ticks = ticks_that_fit(self.x, inner_width);
        let y_ticks = self.y.ticks(7);
        let tick_room = y_ticks.iter().map(|tick| tick.width(TICK)).fold(0.0, f64::max);
        let left = EDGE + label_room(self.y_label) + tick_room + TICK_LENGTH + 4.0;
        let top = EDGE + title.len() as f64 * TITLE * 1.3 + 4.0 + self.legend.height(inner_width) + 6.0;
        let last_tick =
            x_ticks.last().map_or(0.0, |tick| tick.width(TICK) / 2.0 - (1.0 - self.x.share(tick.value)) * inner_width);
        let rect = Rect { x: left, y: top, width: inner_width, height: inner_height };
        let width = rect.right() + self.right.max(last_tick) + EDGE;
        let height = rect.bottom() + TICK_LENGTH + 3.0 + TICK * 1.3 + label_room(self.x_label) + EDGE;
        Area { frame: self, title, x_ticks, y_ticks, rect, width, height }
    }
}

/// The room that an axis label takes beside the tick labels.
fn label_room(label: &str) -> f64 {
    if label.trim().is_empty() { 0.0 } else { LABEL + 9.0 }
}

/// As many ticks as have room for their labels in the given width.
fn ticks_that_fit(axis: Axis, width: f64) -> Vec<Tick> {
    let fits = |ticks: &[Tick]| {
        ticks.windows(2).all(|pair| {
            let distance = (axis.share(pair[1].value) - axis.share(pair[0].value)) * width;
            distance >= (pair[0].width(TICK) + pair[1].width(TICK)) / 2.0 + TICK
        })
    };
    let mut choices = (3..=10).rev().map(|at_most| axis.ticks(at_most));
    choices.find(|ticks| fits(ticks)).unwrap_or_else(|| axis.ticks(2))
}

/// A share of an axis, not so far outside of a fixed range that viewers could not read the place.
fn near(share: f64) -> f64 {
    share.clamp(-1e4, 1e4)
}

impl Area<'_> {
    /// The place of a point given in the axes' values.
    pub(crate) fn place(&self, x: f64, y: f64) -> (f64, f64) {
        (self.x_place(x), self.y_place(y))
    }

    /// The horizontal place of a value of the x axis.
    pub(crate) fn x_place(&self, x: f64) -> f64 {
        self.rect.x + near(self.frame.x.share(x)) * self.rect.width
    }

    /// The vertical place of a value of the y axis, which points up.
    pub(crate) fn y_place(&self, y: f64) -> f64 {
        self.rect.bottom() - near(self.frame.y.share(y)) * self.rect.height
    }

    /// Lines across the data area at the ticks.
    pub(crate) fn draw_grid(&self, canvas: &mut Canvas) {
        let Rect { x, y, .. } = self.rect;
        let (right, bottom) = (self.rect.right(), self.rect.bottom());
        let minor = (self.frame.x.minor_values(), self.frame.y.minor_values(), 0.5);
        let values = |ticks: &[Tick]| ticks.iter().map(|tick| tick.value).collect::<Vec<_>>();
        let major = (values(&self.x_ticks), values(&self.y_ticks), 1.0);
        for (xs, ys, width) in [minor, major] {
            let look = Look::stroke(GRID, width);
            xs.iter().map(|&v| self.x_place(v)).for_each(|place| canvas.line((place, y), (place, bottom), look));
            ys.iter().map(|&v| self.y_place(v)).for_each(|place| canvas.line((x, place), (right, place), look));
        }
    }

    /// Everything around the data, and the finished drawing.
    pub(crate) fn finish(self, mut canvas: Canvas) -> Svg {
        let rect = self.rect;
        let middle = rect.x + rect.width / 2.0;
        let title_font = Font::new(TITLE, Anchor::Start).bold();
        let mut y = EDGE + TITLE * 0.9;
        for line in &self.title {
            canvas.text((rect.x, y), line, title_font);
            y += TITLE * 1.3;
        }
        let legend_top = EDGE + self.title.len() as f64 * TITLE * 1.3 + 4.0;
        self.frame.legend.draw(&mut canvas, (rect.x, legend_top), rect.width);

        canvas.rect(rect, Look::stroke(FAINT_INK, 1.0));
        let tick_look = Look::stroke(FAINT_INK, 1.0);
        let baseline = rect.bottom() + TICK_LENGTH + 3.0 + TICK;
        for tick in &self.x_ticks {
            let x = self.x_place(tick.value);
            canvas.line((x, rect.bottom()), (x, rect.bottom() + TICK_LENGTH), tick_look);
            canvas.text_with_exponent((x, baseline), &tick.text, &tick.exponent, Font::new(TICK, Anchor::Middle));
        }
        for tick in &self.y_ticks {
            let y = self.y_place(tick.value);
            canvas.line((rect.x - TICK_LENGTH, y), (rect.x, y), tick_look);
            let at = (rect.x - TICK_LENGTH - 4.0, y + 0.35 * TICK);
            canvas.text_with_exponent(at, &tick.text, &tick.exponent, Font::new(TICK, Anchor::End));
        }
        let label_font = Font::new(LABEL, Anchor::Middle);
        let x_label = text::fit(self.frame.x_label.trim(), LABEL, rect.width);
        if !x_label.is_empty() {
            canvas.text((middle, self.height - EDGE), &x_label, label_font);
        }
        let y_label = text::fit(self.frame.y_label.trim(), LABEL, rect.height);
        if !y_label.is_empty() {
            let at = (EDGE + LABEL * 0.8, rect.y + rect.height / 2.0);
            canvas.text(at, &y_label, label_font.turned(-90.0));
        }
        canvas.finish(self.frame.title, self.width, self.height)
    }
}
