//! A page that shows a training.

use std::path::{Path, PathBuf};
use std::time::Instant;

use ndarray::Array2;
use tapegrad_core::{Tensor, fail, tape};
use tapegrad_nn::{Module, Summary};
use tapegrad_viz::{self as viz, ConfusionMatrix, Graph, Page, Plot, Svg};

use crate::callback::{Callback, Run};
use crate::error::Error;
use crate::history::History;
use crate::measures::shown;
use crate::metrics::Confusion;

/// More boxes than this are not readable on one page.
const MOST_BOXES: usize = 300;

type Counted<'a, P> = (Vec<String>, Box<dyn Fn(&P) -> Confusion + 'a>);
type Part<'a, P> = Box<dyn Fn(Page, &P) -> Result<Page, viz::Error> + 'a>;

/// An HTML page that opens without a network, written anew after every epoch: curves of all measures, the learning rate, the graph of
/// one step, and what is added: the confusion matrix, pictures and tables of predictions, the summary of the model.
///
/// ```
/// use tapegrad_core::{Tensor, tensor};
/// use tapegrad_nn::{Forward, Linear, Module, summary};
/// use tapegrad_optim::Adam;
/// use tapegrad_train::metrics::{Confusion, accuracy};
/// use tapegrad_train::{Report, Trainer};
///
/// # let path = std::env::temp_dir().join(format!("report-{}.html", std::process::id()));
/// let (x, y) = (tensor![[0.0, 1.0], [1.0, 0.0], [0.9, 0.2]], tensor![0, 1, 1]);
/// let net = Linear::new(2, 2);
/// let report = Report::new(&path, "A line between two classes")
///     .summary(&summary(&net, &x))
///     .confusion(&["left", "right"], |(scores, y): &(Tensor, Tensor)| Confusion::of(scores, y))
///     .part(|page, (scores, _)| Ok(page.heading("Scores").preformatted(&scores.to_string())));
/// Trainer::new(
///     &net,
///     Adam::new(net.parameters(), 0.1),
///     |net, (x, y): &(Tensor, Tensor)| (net.call(x), y.clone()),
///     |(scores, y)| scores.cross_entropy(y),
/// )
/// .validation(|| [(x.clone(), y.clone())])
/// .metric("accuracy", |(scores, y)| accuracy(scores, y))
/// .callback(report)
/// .fit(3, |_| [(x.clone(), y.clone())])?;
/// assert!(std::fs::read_to_string(&path).unwrap().contains("taken for"));
/// # std::fs::remove_file(&path).unwrap();
/// # Ok::<(), tapegrad_train::Error>(())
/// ```
#[must_use]
pub struct Report<'a, P> {
    path: PathBuf,
    title: String,
    summary: Option<String>,
    confusion: Option<Counted<'a, P>>,
    parts: Vec<Part<'a, P>>,
    /// Until the first loss has come.
    watch: Option<tape::Watch>,
    graph: Option<Svg>,
    begin: Instant,
}

impl<P> std::fmt::Debug for Report<'_, P> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Report {:?} to {}", self.title, self.path.display())
    }
}

impl<'a, P> Report<'a, P> {
    /// To this file, whose folder is made if need be.
    pub fn new(path: impl AsRef<Path>, title: &str) -> Self {
        Report {
            path: path.as_ref().into(),
            title: title.to_string(),
            summary: None,
            confusion: None,
            parts: Vec::new(),
            watch: None,
            graph: None,
            begin: Instant::now(),
        }
    }

    /// With a table of the model's parts.
    pub fn summary(mut self, summary: &Summary) -> Self {
        self.summary = Some(summary.to_string());
        self
    }

    /// With the confusion matrix of the predictions of the validation set, for classes of these names.
    ///
    /// # Panics
    /// In the training, if the table has more classes than there are names.
    pub fn confusion(mut self, names: &[impl AsRef<str>], counts: impl Fn(&P) -> Confusion + 'a) -> Self {
        let names = names.iter().map(|name| name.as_ref().to_string()).collect();
        self.confusion = Some((names, Box::new(counts)));
        self
    }

    /// With anything else that the predictions of the validation set show, such as a grid of pictures with what was said of them. Parts
    /// come in the order in which they were added, before the summary and the graph.
    pub fn part(mut self, add: impl Fn(Page, &P) -> Result<Page, viz::Error> + 'a) -> Self {
        self.parts.push(Box::new(add));
        self
    }

    fn page<M: ?Sized>(&self, run: &Run<'_, M, P>) -> Result<Page, viz::Error> {
        let history = run.history;
        let mut page = Page::new(self.title.as_str()).paragraph(&format!(
            "{} of {} epochs, {} steps, {:.0} s.",
            run.at.epoch,
            run.at.epochs,
            run.at.step,
            self.begin.elapsed().as_secs_f64()
        ));
        let rows: Vec<Vec<String>> = history.names().into_iter().map(|name| row(history, name)).collect();
        page = page.table(&["measure", "first", "last", "lowest", "highest"], &rows);
        for (title, names) in plots(history) {
            // The title says what a single curve is.
            let is_alone = names.len() == 1;
            let plot = names.iter().fold(Plot::new(title).x_label("epoch"), |plot, name| {
                let (xs, ys) = history.curve(name);
                plot.line(if is_alone { "" } else { name }, &xs, &ys)
            });
            // Of nothing but NaN there is no picture, which is no reason to end a training.
            if let Ok(drawing) = plot.draw() {
                page = page.figure(&drawing, "");
            }
        }
        if let Some(predictions) = run.predictions {
            if let Some((names, counts)) = &self.confusion {
                let counts = padded(counts(predictions).counts(), names);
                let matrix = ConfusionMatrix::new("Validation set", counts.view(), names).draw()?;
                page = page.heading("Classes").figure(&matrix, "Which classes are taken for which.");
            }
            for part in &self.parts {
                page = part(page, predictions)?;
            }
        }
        if let Some(summary) = &self.summary {
            page = page.heading("Model").preformatted(summary);
        }
        if let Some(graph) = &self.graph {
            page = page.heading("Graph").figure(graph, "The graph of one step: nodes are data, edges are operations.");
        }
        Ok(page)
    }
}

/// A measure's line in the table.
fn row(history: &History, name: &str) -> Vec<String> {
    let (_, values) = history.curve(name);
    let (least, most) = (values.iter().copied().reduce(f64::min), values.iter().copied().reduce(f64::max));
    let numbers = [values.first().copied(), values.last().copied(), least, most];
    let cells = numbers.into_iter().map(|number| number.map_or(String::new(), shown));
    std::iter::once(name.to_string()).chain(cells).collect()
}

/// The counts of as many classes as there are names: a table of classes alone ends with the largest that came.
#[track_caller]
fn padded(counts: &Array2<u64>, names: &[String]) -> Array2<u64> {
    if counts.nrows() > names.len() {
        fail!("Report: {} classes in the confusion matrix, expected {}: {names:?}", counts.nrows(), names.len());
    }
    Array2::from_shape_fn((names.len(), names.len()), |place| counts.get(place).copied().unwrap_or(0))
}

/// Which measures share a plot: all losses, and each other measure its own.
fn plots(history: &History) -> Vec<(&str, Vec<&str>)> {
    let (losses, others): (Vec<&str>, Vec<&str>) =
        history.names().into_iter().partition(|name| *name == "loss" || name.ends_with(" loss"));
    let others = others.into_iter().map(|name| (if name == "lr" { "learning rate" } else { name }, vec![name]));
    std::iter::once(("loss", losses)).chain(others).collect()
}

impl<M: Module + ?Sized, P> Callback<M, P> for Report<'_, P> {
    fn begin(&mut self, run: &mut Run<'_, M, P>) -> Result<(), Error> {
        self.begin = Instant::now();
        if self.graph.is_none() {
            run.model.name_parameters();
            self.watch = Some(tape::watch());
        }
        Ok(())
    }

    fn loss(&mut self, loss: &Tensor) -> Result<(), Error> {
        if let Some(watch) = self.watch.take() {
            self.graph = Some(Graph::recorded("One step", &watch.graph(&[loss]), MOST_BOXES).draw()?);
        }
        Ok(())
    }

    fn epoch(&mut self, run: &mut Run<'_, M, P>) -> Result<(), Error> {
        Ok(self.page(run)?.save(&self.path)?)
    }

    fn end(&mut self, _run: &mut Run<'_, M, P>) -> Result<(), Error> {
        // Where no step was left to take, there was no loss either.
        self.watch = None;
        Ok(())
    }

    fn wants_predictions(&self) -> bool {
        self.confusion.is_some() || !self.parts.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    fn names(count: usize) -> Vec<String> {
        (0..count).map(|class| class.to_string()).collect()
    }

    #[test]
    fn classes_that_do_not_come_are_counted_as_none() {
        let counts = array![[1, 2], [3, 4]];
        assert_eq!(padded(&counts, &names(2)), counts);
        assert_eq!(padded(&counts, &names(3)), array![[1, 2, 0], [3, 4, 0], [0, 0, 0]]);
    }

    #[test]
    #[should_panic(expected = "Report: 2 classes in the confusion matrix, expected 1: [\"0\"]")]
    fn a_class_without_a_name_is_refused() {
        let _ = padded(&array![[1, 2], [3, 4]], &names(1));
    }
}
