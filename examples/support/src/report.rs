//! The page that an example leaves behind, whose pictures are files of their own as well.

use crate::Run;
use tapegrad_viz::{Error, Figure, Page};

/// A [`Page`] in the making, in the folder of a [`Run`].
#[derive(Clone, Debug)]
#[must_use]
pub struct Report {
    run: Run,
    page: Page,
}

impl Report {
    /// A page with a title.
    pub fn new(run: &Run, title: &str) -> Report {
        Report { run: run.clone(), page: Page::new(title) }
    }

    /// As [`Page::heading`].
    pub fn heading(self, text: &str) -> Report {
        Report { page: self.page.heading(text), ..self }
    }

    /// As [`Page::paragraph`].
    pub fn paragraph(self, text: &str) -> Report {
        Report { page: self.page.paragraph(text), ..self }
    }

    /// What the example found, in a line: printed after `result: `, which `cargo xtask examples` reads, and a sentence on the page.
    pub fn result(self, text: &str) -> Report {
        println!("result: {text}");
        let mut characters = text.chars();
        let first = characters.next().into_iter().flat_map(char::to_uppercase);
        self.paragraph(&first.chain(characters).chain(['.']).collect::<String>())
    }

    /// Asserts what is to be seen on the data that come with the example; of a user's own nothing is known beforehand.
    ///
    /// # Panics
    /// If it does not hold on the former.
    #[track_caller]
    pub fn expect(&self, holds: bool, what: &str) {
        assert!(holds || self.run.data.is_some(), "{what}");
    }

    /// As [`Page::preformatted`].
    pub fn preformatted(self, text: &str) -> Report {
        Report { page: self.page.preformatted(text), ..self }
    }

    /// As [`Page::table`].
    pub fn table(self, header: &[&str], rows: &[Vec<String>]) -> Report {
        Report { page: self.page.table(header, rows), ..self }
    }

    /// As [`Page::figure`]; the picture is also saved in the folder, as `name.svg` or `name.png`.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn figure<'a>(self, name: &str, picture: impl Into<Figure<'a>>, caption: &str) -> Result<Report, Error> {
        let picture = picture.into();
        match picture {
            Figure::Svg(svg) => svg.save(self.run.file(&format!("{name}.svg")))?,
            Figure::Png(png) => png.save(self.run.file(&format!("{name}.png")))?,
        }
        Ok(Report { page: self.page.figure(picture, caption), ..self })
    }

    /// Saves the page as `index.html` in the folder, and says so.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn save(self) -> Result<(), Error> {
        let path = self.run.file("index.html");
        self.page.save(&path)?;
        println!("see {}", path.display());
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(data: Option<&str>) -> Report {
        Report::new(&Run { quick: true, data: data.map(Into::into), folder: "nowhere".into() }, "A report")
    }

    #[test]
    #[should_panic(expected = "it helps: 0.1")]
    fn what_does_not_hold_of_the_data_that_come_along_is_refused() {
        report(None).expect(false, "it helps: 0.1");
    }

    #[test]
    fn of_other_data_nothing_is_expected() {
        report(Some("own.csv")).expect(false, "it helps: 0.1");
    }
}
