//! A small transformer that learns to write, one character at a time.
//!
//! `cargo run --release --example 21_char_transformer` trains on the first nine tenths of seven plays of Shakespeare and measures how
//! many bits it takes for a character of the last tenth, which it never sees: log2 of one over the probability that it gave. Read the
//! curves beside the lines of models that only count: how often a character comes at all, after the one before, after the two
//! before. The page has what the model writes before and after. `--data PATH` trains on a text of your own.

use std::collections::HashMap;

use tapegrad::data::text::{self, Vocabulary, Windows};
use tapegrad::data::{Collate, Dataset};
use tapegrad::manual_seed;
use tapegrad::ndarray::ArrayView1;
use tapegrad::nn::{AttentionMasks, Embedding, LayerNorm, LearnedPositions, Linear, TransformerEncoderLayer, summary};
use tapegrad::optim::schedule::{OneCycle, Schedule};
use tapegrad::optim::{AdamW, clip_grad_norm};
use tapegrad::prelude::*;
use tapegrad::viz::Plot;
use tapegrad_examples::{Failure, Report, Run, data, print_table, row};

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

/// The bits that a model of counts takes for a character of the held-out part, of `n` characters. It has counted what follows each
/// `before` characters, and mixes that with what follows one character less, as many times as there are different followers
/// (I. Witten and T. Bell, "The zero-frequency problem", 1991).
fn bits_by_counting([training, held_out]: [&[i64]; 2], n: usize, before: usize) -> f64 {
    let tables: Vec<HashMap<&[i64], HashMap<i64, u32>>> = (0..=before)
        .map(|length| {
            let mut counts: HashMap<_, HashMap<_, _>> = HashMap::new();
            for window in training.windows(length + 1) {
                *counts.entry(&window[..length]).or_default().entry(window[length]).or_default() += 1;
            }
            counts
        })
        .collect();
    let probability = |window: &[i64]| {
        (0..=before).fold(1.0 / n as f64, |shorter, length| {
            let window = &window[before - length..];
            let Some(followers) = tables[length].get(&window[..length]) else { return shorter };
            let (all, kinds) = (followers.values().sum::<u32>() as f64, followers.len() as f64);
            let count = followers.get(&window[length]).map_or(0.0, |count| f64::from(*count));
            (count + kinds * shorter) / (all + kinds)
        })
    };
    let windows = held_out.windows(before + 1);
    windows.clone().map(|window| -probability(window).log2()).sum::<f64>() / windows.count() as f64
}

/// These windows of a text, `[windows, CONTEXT]`, and the same one character further.
fn batch(text: &Windows<i64>, which: impl Iterator<Item = usize>) -> Result<(Tensor, Tensor), Failure> {
    let items: Result<Vec<_>, _> = which.map(|window| text.get(window)).collect();
    let (x, y) = Collate::collate(items?)?;
    Ok((Tensor::from(x), Tensor::from(y)))
}

/// The mean bits that the model takes for a character of these windows.
fn bits(writer: &Writer, (x, y): &(Tensor, Tensor)) -> Tensor {
    writer.call(x).flatten_dims(0, 1).cross_entropy(&y.flatten()) / std::f64::consts::LN_2
}

/// What the model writes behind a beginning: each character drawn by its probability, likely ones a little more often.
fn sample(writer: &Writer, characters: &Vocabulary, beginning: &[i64], length: usize) -> Result<String, Failure> {
    let mut written = beginning.to_vec();
    for _ in 0..length {
        let window = Tensor::from(written[written.len().saturating_sub(CONTEXT)..].to_vec()).unsqueeze(0);
        let scores = no_grad(|| writer.call(&window)).i((0, -1)) / 0.8;
        written.extend(scores.softmax(-1).multinomial(1, false).to_vec::<i64>()?);
    }
    Ok(characters.decode(&written)?)
}

fn main() -> Result<(), Failure> {
    let run = Run::with_data(ABOUT, "examples/21_char_transformer", "a text file (UTF-8)");
    let path = run.data.clone().unwrap_or_else(|| data("shakespeare_7_plays.txt"));
    let written = text::read(path)?;
    let characters = Vocabulary::of(&written);
    let (ids, n) = (characters.encode(&written)?.to_vec(), characters.len());
    if ids.len() < 20 * CONTEXT {
        return Err(format!("a text of {} characters, expected at least {}", ids.len(), 20 * CONTEXT).into());
    }
    let (training, held_out) = ids.split_at(ids.len() * 9 / 10);
    let [of_training, of_held_out] = [training, held_out].map(|part| Windows::new(ArrayView1::from(part), CONTEXT));
    let (width, levels, steps, every) = if run.quick { (32, 1, 60, 20) } else { (96, 3, 1_500, 50) };

    manual_seed(1);
    let writer = Writer::new(n, width, levels);
    let beginning = &held_out[..CONTEXT];
    let before = sample(&writer, &characters, beginning, 200)?;
    let evenly = |part: &Windows<i64>| batch(part, (0..64).map(|i| i * (part.len() - 1) / 64));
    let (seen, unseen) = (evenly(&of_training)?, evenly(&of_held_out)?);

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
            let places = Tensor::randint(0, of_training.len() as i64, [BATCH]).to_vec::<i64>()?;
            let batch = batch(&of_training, places.into_iter().map(|place| place as usize))?;
            optimizer.set_lr(schedule.lr(step));
            optimizer.zero_grad();
            bits(&writer, &batch).backward();
            clip_grad_norm(writer.parameters(), 1.0);
            optimizer.step();
        }
    }
    let after = sample(&writer, &characters, beginning, if run.quick { 100 } else { 600 })?;

    let counted: Vec<f64> = (0..3).map(|before| bits_by_counting([training, held_out], n, before)).collect();
    let names = ["counts of characters", "of pairs", "of threes"];
    let mut plot = Plot::new("Bits for a character").x_label("step").y_label("bits");
    plot = plot.line("training part", &at, &curves[0]).line("held-out part", &at, &curves[1]);
    for (name, bits) in names.iter().zip(&counted) {
        plot = plot.horizontal(*bits, *name);
    }
    let last = curves[1][at.len() - 1];
    let mut rows: Vec<_> = names.iter().zip(&counted).map(|(name, bits)| row(name, &[*bits], 3)).collect();
    rows.push(row(&format!("transformer, {} parameters", writer.num_parameters()), &[last], 3));
    let header = ["model", "bits for a character, held out"];
    println!();
    print_table(&header, &rows);
    println!("\n{after}\n");

    let about = format!(
        "{} characters, {n} different; the last tenth is held out. {levels} levels of width {width}, 4 heads, {CONTEXT} characters at a \
         time; {steps} steps of {BATCH} windows.",
        ids.len()
    );
    Report::new(&run, "A transformer that writes")
        .paragraph(&about)
        .result(&format!("{last:.3} bits for a character that it never saw, by counts of threes {:.3}", counted[2]))
        .table(&header, &rows)
        .figure("bits", &plot.draw()?, "On 64 windows of each part; the models of counts on the whole held-out part.")?
        .heading("Before training")
        .preformatted(&before)
        .heading("After training")
        .paragraph(&format!("The first {CONTEXT} characters are given."))
        .preformatted(&after)
        .heading("The model")
        .preformatted(&summary(&writer, &seen.0.narrow(0, 0, 1)).to_string())
        .save()?;
    let wanted = if run.quick { counted[0] } else { counted[2] - 0.15 };
    assert!(run.data.is_some() || last < wanted, "{last:.3} bits, expected fewer than {wanted:.3}");
    Ok(())
}
