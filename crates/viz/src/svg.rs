//! The small part of SVG that the pictures need: rectangles, paths, circles, text, and groups with a tooltip.
//!
//! Looks are attributes, not style sheets, and clipping is a nested `svg` element, not a `clipPath`: a style sheet or an
//! `id` of one picture would reach into the others of a page.

use crate::colour::{Colour, INK, WHITE};
use crate::{Error, file};
use std::fmt::{self, Write};
use std::path::Path;

/// A finished drawing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Svg(String);

impl Svg {
    /// The drawing as SVG text: one `svg` element, with its namespace, fit to be a file or to stand inside HTML.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Writes the drawing to a file, by way of a temporary file beside it; parent folders are created.
    ///
    /// # Errors
    ///
    /// [`Error::Write`] naming the path; an existing file then keeps its content.
    pub fn save(&self, path: impl AsRef<Path>) -> Result<(), Error> {
        file::write_whole(path.as_ref(), self.0.as_bytes())
    }
}

/// Appends `text` with the characters that mean something in SVG and HTML replaced by entities, and those that XML
/// forbids by U+FFFD.
pub(crate) fn escape_into(out: &mut String, text: &str) {
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\t' | '\n' | '\r' => out.push(c),
            '\0'..' ' | '\u{7f}'..='\u{9f}' | '\u{fffe}' | '\u{ffff}' => out.push('\u{fffd}'),
            _ => out.push(c),
        }
    }
}

/// A coordinate with at most two decimals and no trailing zeros.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Coordinate(pub(crate) f64);

impl fmt::Display for Coordinate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hundredths = (self.0 * 100.0).round();
        // Adding zero turns a negative zero into zero.
        write!(f, "{}", hundredths / 100.0 + 0.0)
    }
}

/// The line and filling of a shape; nothing until asked for.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Look {
    fill: Option<Colour>,
    stroke: Option<(Colour, f64)>,
    dash: &'static str,
    cap: &'static str,
    opacity: Option<f64>,
    crisp: bool,
}

impl Look {
    pub(crate) fn fill(colour: Colour) -> Self {
        Self { fill: Some(colour), ..Self::default() }
    }

    pub(crate) fn stroke(colour: Colour, width: f64) -> Self {
        Self { stroke: Some((colour, width)), ..Self::default() }
    }

    /// Adds an outline.
    pub(crate) fn outlined(self, colour: Colour, width: f64) -> Self {
        Self { stroke: Some((colour, width)), ..self }
    }

    /// A dash pattern of SVG's `stroke-dasharray`; empty for a solid line.
    pub(crate) fn dashed(self, dash: &'static str) -> Self {
        Self { dash, ..self }
    }

    /// `round` or `square` ends (and joins, where round) of lines.
    pub(crate) fn cap(self, cap: &'static str) -> Self {
        Self { cap, ..self }
    }

    pub(crate) fn opacity(self, opacity: f64) -> Self {
        Self { opacity: Some(opacity), ..self }
    }

    /// Edges on whole pixels: no seams between cells that touch.
    pub(crate) fn crisp(self) -> Self {
        Self { crisp: true, ..self }
    }
}

impl fmt::Display for Look {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.fill {
            Some(fill) => write!(f, r#" fill="{fill}""#)?,
            None => write!(f, r#" fill="none""#)?,
        }
        if let Some((colour, width)) = self.stroke {
            write!(f, r#" stroke="{colour}" stroke-width="{}""#, Coordinate(width))?;
        }
        if !self.dash.is_empty() {
            write!(f, r#" stroke-dasharray="{}""#, self.dash)?;
        }
        if !self.cap.is_empty() {
            write!(f, r#" stroke-linecap="{}""#, self.cap)?;
        }
        if self.cap == "round" {
            write!(f, r#" stroke-linejoin="round""#)?;
        }
        if let Some(opacity) = self.opacity {
            write!(f, r#" opacity="{}""#, Coordinate(opacity))?;
        }
        if self.crisp {
            write!(f, r#" shape-rendering="crispEdges""#)?;
        }
        Ok(())
    }
}

/// A rectangle by its left upper corner and its size, y downwards.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Rect {
    pub(crate) x: f64,
    pub(crate) y: f64,
    pub(crate) width: f64,
    pub(crate) height: f64,
}

impl Rect {
    pub(crate) fn right(&self) -> f64 {
        self.x + self.width
    }

    pub(crate) fn bottom(&self) -> f64 {
        self.y + self.height
    }
}

/// Which part of a text its position names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Anchor {
    Start,
    Middle,
    End,
}

/// How a text is set.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Font {
    pub(crate) size: f64,
    pub(crate) colour: Colour,
    pub(crate) anchor: Anchor,
    pub(crate) bold: bool,
    /// Degrees clockwise about the text's position.
    pub(crate) turn: f64,
}

impl Font {
    pub(crate) fn new(size: f64, anchor: Anchor) -> Self {
        Self { size, colour: INK, anchor, bold: false, turn: 0.0 }
    }

    pub(crate) fn bold(self) -> Self {
        Self { bold: true, ..self }
    }

    pub(crate) fn coloured(self, colour: Colour) -> Self {
        Self { colour, ..self }
    }

    pub(crate) fn turned(self, turn: f64) -> Self {
        Self { turn, ..self }
    }
}

/// A drawing in the making. Later shapes cover earlier ones.
#[derive(Debug, Default)]
pub(crate) struct Canvas {
    body: String,
    open: Vec<&'static str>,
}

/// Writes markup to a `String`, which cannot fail.
macro_rules! put {
    ($canvas:expr, $($argument:tt)*) => {
        write!($canvas.body, $($argument)*).expect("writing to a String cannot fail")
    };
}

impl Canvas {
    pub(crate) fn rect(&mut self, rect: Rect, look: Look) {
        self.rounded_rect(rect, 0.0, look);
    }

    pub(crate) fn rounded_rect(&mut self, rect: Rect, radius: f64, look: Look) {
        put!(self, r#"<rect x="{}" y="{}""#, Coordinate(rect.x), Coordinate(rect.y));
        put!(self, r#" width="{}" height="{}""#, Coordinate(rect.width), Coordinate(rect.height));
        if radius > 0.0 {
            put!(self, r#" rx="{}""#, Coordinate(radius));
        }
        put!(self, "{look}/>\n");
    }

    pub(crate) fn line(&mut self, from: (f64, f64), to: (f64, f64), look: Look) {
        let mut path = PathData::default();
        path.move_to(from.0, from.1);
        path.line_to(to.0, to.1);
        self.path(&path, look);
    }

    pub(crate) fn circle(&mut self, centre: (f64, f64), radius: f64, look: Look) {
        put!(self, r#"<circle cx="{}" cy="{}""#, Coordinate(centre.0), Coordinate(centre.1));
        put!(self, r#" r="{}"{look}/>"#, Coordinate(radius));
        self.body.push('\n');
    }

    /// Draws nothing for an empty path.
    pub(crate) fn path(&mut self, path: &PathData, look: Look) {
        if !path.0.is_empty() {
            put!(self, r#"<path d="{}"{look}/>"#, path.0);
            self.body.push('\n');
        }
    }

    /// Text with its baseline at `at`.
    pub(crate) fn text(&mut self, at: (f64, f64), text: &str, font: Font) {
        self.text_with_exponent(at, text, "", font);
    }

    /// Text followed by a small raised `exponent`, which may be empty.
    pub(crate) fn text_with_exponent(&mut self, at: (f64, f64), text: &str, exponent: &str, font: Font) {
        put!(self, r#"<text x="{}" y="{}""#, Coordinate(at.0), Coordinate(at.1));
        put!(self, r#" font-size="{}" fill="{}""#, Coordinate(font.size), font.colour);
        match font.anchor {
            Anchor::Start => {}
            Anchor::Middle => put!(self, r#" text-anchor="middle""#),
            Anchor::End => put!(self, r#" text-anchor="end""#),
        }
        if font.bold {
            put!(self, r#" font-weight="bold""#);
        }
        if font.turn != 0.0 {
            let (turn, x, y) = (Coordinate(font.turn), Coordinate(at.0), Coordinate(at.1));
            put!(self, r#" transform="rotate({turn} {x} {y})""#);
        }
        self.body.push('>');
        escape_into(&mut self.body, text);
        if !exponent.is_empty() {
            let (rise, size) = (Coordinate(-0.4 * font.size), Coordinate(EXPONENT_SIZE * font.size));
            put!(self, r#"<tspan dy="{rise}" font-size="{size}">"#);
            escape_into(&mut self.body, exponent);
            self.body.push_str("</tspan>");
        }
        self.body.push_str("</text>\n");
    }

    /// Begins a group that a viewer explains with `tooltip` (if it is not empty); end it with [`close`](Self::close).
    pub(crate) fn open_group(&mut self, tooltip: &str) {
        self.body.push_str("<g>");
        if !tooltip.is_empty() {
            self.body.push_str("<title>");
            escape_into(&mut self.body, tooltip);
            self.body.push_str("</title>");
        }
        self.body.push('\n');
        self.open.push("</g>\n");
    }

    /// Begins a part that is cut off at the edges of `rect`; end it with [`close`](Self::close).
    pub(crate) fn open_clip(&mut self, rect: Rect) {
        let (x, y, w, h) = (Coordinate(rect.x), Coordinate(rect.y), Coordinate(rect.width), Coordinate(rect.height));
        put!(self, r#"<svg x="{x}" y="{y}" width="{w}" height="{h}" viewBox="{x} {y} {w} {h}">"#);
        self.body.push('\n');
        self.open.push("</svg>\n");
    }

    /// Ends the innermost group or clipped part.
    pub(crate) fn close(&mut self) {
        self.body.push_str(self.open.pop().expect("close without open"));
    }

    /// The drawing on a white sheet of the given size; `title` is for screen readers and file viewers.
    pub(crate) fn finish(self, title: &str, width: f64, height: f64) -> Svg {
        assert!(self.open.is_empty(), "a group was left open");
        let (width, height) = (Coordinate(width.ceil()), Coordinate(height.ceil()));
        let mut text = format!(
            r#"<svg xmlns="http://www.w3.org/2000/svg" role="img" width="{width}" height="{height}" viewBox="0 0 {width} {height}" font-family="Helvetica, Arial, sans-serif">"#
        );
        text.push_str("<title>");
        escape_into(&mut text, title);
        text.push_str("</title>\n");
        write!(text, r#"<rect width="{width}" height="{height}" fill="{WHITE}"/>"#).expect("a String takes any text");
        text.push('\n');
        text.push_str(&self.body);
        text.push_str("</svg>\n");
        Svg(text)
    }
}

/// The size of an exponent relative to the text before it.
pub(crate) const EXPONENT_SIZE: f64 = 0.75;

/// The outline of a path.
#[derive(Debug, Default)]
pub(crate) struct PathData(String);

impl PathData {
    fn push(&mut self, command: char, points: &[(f64, f64)]) {
        self.0.push(command);
        for (i, &(x, y)) in points.iter().enumerate() {
            let blank = if i > 0 { " " } else { "" };
            write!(self.0, "{blank}{} {}", Coordinate(x), Coordinate(y)).expect("a String takes any text");
        }
    }

    pub(crate) fn move_to(&mut self, x: f64, y: f64) {
        self.push('M', &[(x, y)]);
    }

    pub(crate) fn line_to(&mut self, x: f64, y: f64) {
        self.push('L', &[(x, y)]);
    }

    /// A curve from `from` to `to` that leaves and arrives vertically.
    pub(crate) fn flow_to(&mut self, from: (f64, f64), to: (f64, f64)) {
        let middle = (from.1 + to.1) / 2.0;
        self.push('C', &[(from.0, middle), (to.0, middle), to]);
    }

    /// A point, drawn as wide as the stroke by its round or square caps.
    pub(crate) fn dot(&mut self, x: f64, y: f64) {
        self.push('M', &[(x, y)]);
        self.0.push_str("h0.01");
    }

    /// A closed polygon.
    pub(crate) fn polygon(&mut self, points: &[(f64, f64)]) {
        for (i, &(x, y)) in points.iter().enumerate() {
            self.push(if i == 0 { 'M' } else { 'L' }, &[(x, y)]);
        }
        self.0.push('Z');
    }

    /// A rectangle from its left, top, right and bottom edges.
    pub(crate) fn cell(&mut self, left: f64, top: f64, right: f64, bottom: f64) {
        self.push('M', &[(left, top)]);
        let (left, right, bottom) = (Coordinate(left), Coordinate(right), Coordinate(bottom));
        write!(self.0, "H{right}V{bottom}H{left}Z").expect("a String takes any text");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_escaped_and_stripped_of_what_xml_forbids() {
        let mut out = String::new();
        escape_into(&mut out, "a<b & \"c\" > 'd'\u{1b}[0m\u{0}\u{ffff} é 目");
        assert_eq!(out, "a&lt;b &amp; &quot;c&quot; &gt; &#39;d&#39;\u{fffd}[0m\u{fffd}\u{fffd} é 目");
    }

    #[test]
    fn coordinates_are_short_and_never_negative_zero() {
        let texts = [1.0, 0.126, -0.001, 1234.5, -2.5].map(|c| Coordinate(c).to_string());
        assert_eq!(texts, ["1", "0.13", "0", "1234.5", "-2.5"]);
    }
}
