//! One HTML file that shows a run: text, tables, pictures, with everything inside, so that it can be sent or kept alone.

use crate::svg::escape_into;
use crate::{Error, Png, Svg, base64, file};
use std::path::Path;

/// A picture for a [`Page`].
#[derive(Clone, Copy, Debug)]
pub enum Figure<'a> {
    /// A drawing, put into the page as it is.
    Svg(&'a Svg),
    /// An image, put into the page as base64.
    Png(&'a Png),
}

impl<'a> From<&'a Svg> for Figure<'a> {
    fn from(svg: &'a Svg) -> Self {
        Self::Svg(svg)
    }
}

impl<'a> From<&'a Png> for Figure<'a> {
    fn from(png: &'a Png) -> Self {
        Self::Png(png)
    }
}

/// An HTML page in the making: parts are shown in the order in which they are added.
///
/// All text is escaped; the page loads nothing and runs nothing. It follows the reader's choice of a light or dark
/// look; drawings keep their white sheet.
///
/// ```
/// # use tapegrad_viz::Page;
/// let page = Page::new("Run 1").heading("Result").table(&["measure", "value"], &[vec!["loss", "< 0.1"]]);
/// assert!(page.html().contains("<td>&lt; 0.1</td>"));
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct Page {
    title: String,
    body: String,
}

const STYLE: &str = "\
:root { color-scheme: light dark; --ink: #222; --faint: #606060; --sheet: #fff; --shade: #f3f3f3; --line: #d8d8d8; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e4e4e4; --faint: #a8a8a8; --sheet: #1b1b1d; --shade: #29292c; --line: #434348; }
}
body { max-width: 60rem; margin: 2.5rem auto; padding: 0 1.25rem; color: var(--ink); background: var(--sheet);
  font: 16px/1.55 Helvetica, Arial, sans-serif; }
h1 { font-size: 1.75rem; line-height: 1.2; } h2 { font-size: 1.25rem; margin-top: 2.25rem; }
p { max-width: 44rem; }
table { border-collapse: collapse; margin: 1rem 0; font-variant-numeric: tabular-nums; display: block; overflow-x: auto; }
th, td { text-align: left; padding: 0.3rem 1.25rem 0.3rem 0; border-bottom: 1px solid var(--line); }
th { color: var(--faint); font-weight: 600; }
pre { background: var(--shade); padding: 0.9rem 1.1rem; overflow-x: auto; border-radius: 4px; font-size: 0.85rem; line-height: 1.45; }
figure { margin: 1.5rem 0; overflow-x: auto; }
figure > svg, figure > img { max-width: 100%; height: auto; border-radius: 4px; }
figcaption { color: var(--faint); font-size: 0.9rem; margin-top: 0.35rem; }
@media print { body { margin: 0; } figure, table { break-inside: avoid; } }
";

impl Page {
    /// An empty page with a title, which is also its first heading.
    pub fn new(title: impl Into<String>) -> Self {
        Self { title: title.into(), body: String::new() }
    }

    /// Adds a heading.
    pub fn heading(self, text: &str) -> Self {
        self.element("h2", text)
    }

    /// Adds a paragraph.
    pub fn paragraph(self, text: &str) -> Self {
        self.element("p", text)
    }

    /// Adds text whose line breaks and blanks are kept, in a fixed-width font.
    pub fn preformatted(mut self, text: &str) -> Self {
        // HTML drops one line break after the tag: with one of our own, the text keeps its first.
        self.body.push_str("<pre>\n");
        escape_into(&mut self.body, text);
        self.body.push_str("</pre>\n");
        self
    }

    /// Adds a table.
    ///
    /// # Panics
    ///
    /// If a row has not one cell for each column.
    #[track_caller]
    pub fn table<C: AsRef<str>>(mut self, columns: &[&str], rows: &[Vec<C>]) -> Self {
        self.body.push_str("<table>\n<thead>");
        push_row(&mut self.body, "th", columns.iter().copied());
        self.body.push_str("</thead>\n<tbody>\n");
        for (i, row) in rows.iter().enumerate() {
            assert_eq!(row.len(), columns.len(), "table: row {i} has {} cells, not {}", row.len(), columns.len());
            push_row(&mut self.body, "td", row.iter().map(AsRef::as_ref));
            self.body.push('\n');
        }
        self.body.push_str("</tbody>\n</table>\n");
        self
    }

    /// Adds a picture with a caption, which may be empty.
    pub fn figure<'a>(mut self, figure: impl Into<Figure<'a>>, caption: &str) -> Self {
        self.body.push_str("<figure>\n");
        match figure.into() {
            Figure::Svg(svg) => self.body.push_str(svg.as_str()),
            Figure::Png(png) => {
                let (width, height) = png.size();
                let data = base64::encode(png.as_bytes());
                self.body.push_str(&format!("<img width=\"{width}\" height=\"{height}\" alt=\""));
                escape_into(&mut self.body, caption);
                self.body.push_str(&format!("\" src=\"data:image/png;base64,{data}\">\n"));
            }
        }
        if !caption.is_empty() {
            self = self.element("figcaption", caption);
        }
        self.body.push_str("</figure>\n");
        self
    }

    /// The page as HTML text.
    pub fn html(&self) -> String {
        let mut title = String::new();
        escape_into(&mut title, &self.title);
        format!(
            "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>{title}</title>\n\
             <style>\n{STYLE}</style>\n</head>\n<body>\n<h1>{title}</h1>\n{}</body>\n</html>\n",
            self.body
        )
    }

    /// Writes the page to a file, by way of a temporary file beside it; parent folders are created.
    ///
    /// # Errors
    ///
    /// [`Error::Write`] naming the path; an existing file then keeps its content.
    pub fn save(&self, path: impl AsRef<Path>) -> Result<(), Error> {
        file::write_whole(path.as_ref(), self.html().as_bytes())
    }

    fn element(mut self, name: &str, text: &str) -> Self {
        push_element(&mut self.body, name, text);
        self.body.push('\n');
        self
    }
}

fn push_element(out: &mut String, name: &str, text: &str) {
    out.push_str(&format!("<{name}>"));
    escape_into(out, text);
    out.push_str(&format!("</{name}>"));
}

fn push_row<'a>(out: &mut String, element: &str, cells: impl Iterator<Item = &'a str>) {
    out.push_str("<tr>");
    cells.for_each(|cell| push_element(out, element, cell));
    out.push_str("</tr>");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::well_formed::assert_well_formed;
    use crate::{Caption, ImageGrid, Plot};
    use ndarray::Array3;

    #[test]
    fn every_kind_of_text_is_escaped_and_the_page_is_well_formed() {
        let hostile = "<script>alert('&\"')</script>\u{1b}";
        let svg = Plot::new(hostile).points(hostile, &[1.0], &[2.0]).draw().expect("a plot");
        let grid = ImageGrid::gray(Array3::zeros((1, 3, 3)).view()).captions(&[Caption::Plain(hostile.into())]);
        let page = Page::new(hostile)
            .heading(hostile)
            .paragraph(hostile)
            .preformatted(hostile)
            .table(&[hostile], &[vec![hostile], vec![""]])
            .figure(&svg, hostile)
            .figure(&svg, "")
            .figure(&grid.draw().expect("a grid"), hostile);
        let html = page.html();
        assert_well_formed(&html, &["meta", "img"]);
        assert!(!html.contains("<script"));
        assert!(!html.contains("http://") || html.matches("http://").count() == html.matches("xmlns").count());
        assert_eq!(html, page.clone().html());
    }

    #[test]
    fn preformatted_text_keeps_its_first_line_break() {
        assert!(Page::new("").preformatted("\nx").html().contains("<pre>\n\nx</pre>"));
    }

    #[test]
    #[should_panic(expected = "row 1 has 1 cells, not 2")]
    fn a_ragged_table_is_refused() {
        let _ = Page::new("").table(&["a", "b"], &[vec!["1", "2"], vec!["3"]]);
    }
}
