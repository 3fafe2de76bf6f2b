//! A small transformer that learns to write, one character at a time.
//!
//! `cargo run --release --example 21_char_transformer` trains on the first nine tenths of seven plays of Shakespeare and measures how
//! many bits it takes for a character of the last tenth, which it never sees: log2 of one over the probability that it gave. Read the
//! curves beside the lines of models that only count: how often a character comes at all, after the one before, after the two
//! before. The page has what the model writes before and after. `--data PATH` trains on a text of your own.

use std::fs;

use tapegrad::manual_seed;
use tapegrad::nn::{AttentionMasks, Embedding, LayerNorm, LearnedPositions, Linear, TransformerEncoderLayer, summary};
use tapegrad::optim::schedule::{OneCycle, Schedule};
use tapegrad::optim::{AdamW, clip_grad_norm};
use tapegrad::prelude::*;
use tapegrad::viz::Plot;
use tapegrad_examples::{Failure, Report, Run, data, print_table};

const ABOUT: &str = "A small transformer that learns to write, one character at a time.";
const CONTEXT: usize = 96;
const BATCH: usize = 24;

/// Characters and their places become vectors, which look at those before them level by level; then the next character's scores.
#[derive(Module)]
struct Writer {
    characters: Embedding,
    places: LearnedPositions,
    levels: Vec<TransformerEncoderLayer>,
    norm: LayerNorm,
    scores: Linear,
}

impl Writer {
    fn new(characters: usize, width: usize, levels: usize) -> Writer {
        let level = |_| {
            let level = TransformerEncoderLayer::new(width, 4).dim_feedforward(4 * width).dropout(0.0);
            level.gelu().norm_first().batch_first()
        };
        Writer {
            characters: Embedding::new(characters, width),
            places: LearnedPositions::new(CONTEXT, width),
            levels: (0..levels).map(level).collect(),
            norm: LayerNorm::new([width]),
            scores: Linear::new(width, characters),
        }
    }
}

/// `[N, L]` characters give the scores `[N, L, characters]` of the one behind each.
impl Forward for Writer {
    fn forward(&self, x: &Tensor) -> Tensor {
        let x = self.places.call(&self.characters.call(x));
        let causal = AttentionMasks::causal();
        let x = self.levels.iter().fold(x, |x, level| level.call(&(x, causal.clone())));
        self.scores.call(&self.norm.call(&x))
    }
}

/// A text as numbers, and back.
struct Text {
    characters: Vec<char>,
    training: Vec<i64>,
    held_out: Vec<i64>,
}

impl Text {
    fn new(text: &str) -> Result<Text, Failure> {
        let mut characters: Vec<char> = text.chars().collect();
        characters.sort_unstable();
        characters.dedup();
        let places = text.chars().map(|c| characters.binary_search(&c).map(|place| place as i64));
        let numbers: Vec<i64> = places.collect::<Result<_, _>>().expect("every character is in the list");
        let training = numbers.len() * 9 / 10;
        if numbers.len() - training < 2 * CONTEXT {
            return Err(format!("a text of {} characters, expected at least {}", numbers.len(), 20 * CONTEXT).into());
        }
        Ok(Text { characters, training: numbers[..training].to_vec(), held_out: numbers[training..].to_vec() })
    }

    fn write(&self, numbers: &[i64]) -> String {
        numbers.iter().map(|&number| self.characters[number as usize]).collect()
    }

    /// The bits that a model of counts takes for a character of the held-out part. It has counted what follows each `before`
    /// characters, and mixes that with what follows one character less, as many times as there are different followers
    /// (I. Witten and T. Bell, "The zero-frequency problem", 1991).
    fn bits_by_counting(&self, before: usize) -> f64 {
        let n = self.characters.len();
        let at = |window: &[i64]| window.iter().fold(0, |place, &c| place * n + c as usize);
        let tables: Vec<Vec<u32>> = (0..=before)
            .map(|before| {
                let mut counts = vec![0; n.pow(before as u32 + 1)];
                self.training.windows(before + 1).for_each(|window| counts[at(window)] += 1);
                counts
            })
            .collect();
        let probability = |window: &[i64]| {
            (0..=before).fold(1.0 / n as f64, |shorter, length| {
                let window = &window[before - length..];
                let row = &tables[length][at(&window[..length]) * n..][..n];
                let (all, kinds) =
                    (row.iter().sum::<u32>() as f64, row.iter().filter(|&&count| count > 0).count() as f64);
                let count = f64::from(row[window[length] as usize]);
                if all == 0.0 { shorter } else { (count + kinds * shorter) / (all + kinds) }
            })
        };
        let windows = self.held_out.windows(before + 1);
        windows.clone().map(|window| -probability(window).log2()).sum::<f64>() / windows.count() as f64
    }
}

/// Windows of a text that begin at these places, and the same one further.
fn windows(text: &[i64], begins: &[usize]) -> Result<(Tensor, Tensor), Failure> {
    let cut = |by: usize| begins.iter().flat_map(|&begin| text[begin + by..][..CONTEXT].iter().copied()).collect();
    let tensor = |by| Tensor::from_vec::<i64>(cut(by), [begins.len(), CONTEXT]);
    Ok((tensor(0)?, tensor(1)?))
}

/// The mean bits that the model takes for a character of these windows.
fn bits(writer: &Writer, (x, y): &(Tensor, Tensor)) -> Tensor {
    writer.call(x).flatten_dims(0, 1).cross_entropy(&y.flatten()) / std::f64::consts::LN_2
}

/// What the model writes behind a beginning: each character drawn by its probability, likely ones a little more often.
fn sample(writer: &Writer, text: &Text, beginning: &[i64], length: usize) -> Result<String, Failure> {
    let mut written = beginning.to_vec();
    for _ in 0..length {
        let window = Tensor::from(written[written.len().saturating_sub(CONTEXT)..].to_vec()).unsqueeze(0);
        let scores = no_grad(|| writer.call(&window)).i((0, -1)) / 0.8;
        written.extend(scores.softmax(-1).multinomial(1, false).to_vec::<i64>()?);
    }
    Ok(text.write(&written))
}

fn main() -> Result<(), Failure> {
    let run = Run::with_data(ABOUT, "examples/21_char_transformer", "a text file (UTF-8)");
    let path = run.data.clone().unwrap_or_else(|| data("shakespeare_7_plays.txt"));
    let text = Text::new(&fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?)?;
    let (width, levels, steps, every) = if run.quick { (32, 1, 60, 20) } else { (96, 3, 1_500, 50) };

    manual_seed(1);
    let writer = Writer::new(text.characters.len(), width, levels);
    let beginning = &text.held_out[..CONTEXT];
    let before = sample(&writer, &text, beginning, 200)?;
    let begins = |part: &[i64]| (0..64).map(|i| i * (part.len() - CONTEXT - 1) / 64).collect::<Vec<_>>();
    let seen = windows(&text.training, &begins(&text.training))?;
    let unseen = windows(&text.held_out, &begins(&text.held_out))?;

    let schedule = OneCycle::new(3e-3, steps);
    let mut optimizer = AdamW::new(writer.parameters(), 1e-3).weight_decay(0.01);
    let (mut at, mut curves) = (Vec::new(), [Vec::new(), Vec::new()]);
    for step in 0..=steps {
        if step % every == 0 {
            at.push(step as f64);
            for (curve, part) in curves.iter_mut().zip([&seen, &unseen]) {
                curve.push(no_grad(|| bits(&writer, part)).item());
            }
            println!("step {step:>5}: {:.3} bits, held out {:.3}", curves[0][at.len() - 1], curves[1][at.len() - 1]);
        }
        if step < steps {
            let places = Tensor::randint(0, (text.training.len() - CONTEXT) as i64, [BATCH]).to_vec::<i64>()?;
            let batch = windows(&text.training, &places.iter().map(|&place| place as usize).collect::<Vec<_>>())?;
            optimizer.set_lr(schedule.lr(step));
            optimizer.zero_grad();
            bits(&writer, &batch).backward();
            clip_grad_norm(writer.parameters(), 1.0);
            optimizer.step();
        }
    }
    let after = sample(&writer, &text, beginning, if run.quick { 100 } else { 600 })?;

    let counted: Vec<f64> = (0..3).map(|before| text.bits_by_counting(before)).collect();
    let names = ["counts of characters", "of pairs", "of threes"];
    let mut plot = Plot::new("Bits for a character").x_label("step").y_label("bits");
    plot = plot.line("training part", &at, &curves[0]).line("held-out part", &at, &curves[1]);
    for (name, bits) in names.iter().zip(&counted) {
        plot = plot.horizontal(*bits, *name);
    }
    let last = curves[1][at.len() - 1];
    let mut rows: Vec<Vec<String>> =
        names.iter().zip(&counted).map(|(name, bits)| vec![(*name).to_owned(), format!("{bits:.3}")]).collect();
    rows.push(vec![format!("transformer, {} parameters", writer.num_parameters()), format!("{last:.3}")]);
    println!();
    print_table(&["model", "bits, held out"], &rows);
    println!("\n{after}\n");

    let about = format!(
        "{} characters, {} different; the last tenth is held out. {levels} levels of width {width}, 4 heads, {CONTEXT} characters at a \
         time; {steps} steps of {BATCH} windows.",
        text.training.len() + text.held_out.len(),
        text.characters.len()
    );
    Report::new(&run, "A transformer that writes")
        .paragraph(&about)
        .result(&format!("{last:.3} bits for a character that it never saw, by counts of threes {:.3}", counted[2]))
        .table(&["model", "bits for a character, held out"], &rows)
        .figure("bits", &plot.draw()?, "On 64 windows of each part; the models of counts on the whole held-out part.")?
        .heading("Before training")
        .preformatted(&before)
        .heading("After training")
        .paragraph(&format!("The first {CONTEXT} characters are given."))
        .preformatted(&after)
        .heading("The model")
        .preformatted(&summary(&writer, &seen.0.narrow(0, 0, 1)).to_string())
        .save()?;
    let wanted = if run.quick || run.data.is_some() { counted[0] } else { counted[2] - 0.15 };
    assert!(last < wanted, "{last:.3} bits, expected fewer than {wanted:.3}");
    Ok(())
}
