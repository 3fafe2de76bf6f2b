//! The check itself: cheap tests first, and an explanation only of what failed.
//!
//! All outputs are multiplied with one random cotangent, so that a single walk gives the derivative by every element of every
//! input, and every input is moved in one random direction, so that two evaluations per input test it. A wrong derivative
//! escapes this only if its error is orthogonal to a random vector, or drowns in the tolerance because a great many other
//! elements are right. Where the numbers differ, the input is searched element by element.

use tapegrad_core::{DType, Layout, Tensor};

use crate::differences::{Problem, Values, floats, gradients, numbers, projected_change, shaped, values};
use crate::outputs::IntoOutputs;
use crate::report::{Finding, Mismatch, OutputElement, Report, at};

/// Whether the derivatives of `f` at the inputs agree with central differences, with the default tolerances.
///
/// The inputs need not be leaves: floats are differentiated as f64 leaves of the check's own; leaves that are frozen, integers
/// and truth values are passed on as they are.
///
/// ```
/// use tapegrad_core::Tensor;
/// use tapegrad_gradcheck::gradcheck;
/// gradcheck(|x| x[0].exp() * &x[1], &[Tensor::from([0.5, 1.0]), Tensor::from(2.0)]).unwrap();
/// ```
///
/// # Errors
/// What is wrong, where: see [`Finding`].
pub fn gradcheck<O: IntoOutputs>(f: impl Fn(&[Tensor]) -> O, inputs: &[Tensor]) -> Result<(), Report> {
    GradCheck::new().run(f, inputs)
}

/// Whether the derivatives of the derivatives of `f` agree with central differences of the derivatives, by the inputs and by
/// the outputs' cotangents.
///
/// # Errors
/// What is wrong, where: see [`Finding`].
pub fn gradgradcheck<O: IntoOutputs>(f: impl Fn(&[Tensor]) -> O, inputs: &[Tensor]) -> Result<(), Report> {
    GradCheck::new().second_order().run(f, inputs)
}

/// A gradient check with its settings.
///
/// ```
/// use tapegrad_core::Tensor;
/// use tapegrad_gradcheck::GradCheck;
/// let x = [Tensor::from([1.0, 2.0])];
/// GradCheck::new().rtol(1e-8).check(|x| &x[0] * 3.0, &x);
/// GradCheck::new().second_order().flat().check(|x| &x[0] * 3.0, &x);
/// ```
#[derive(Clone, Debug)]
#[must_use = "nothing is checked before run() or check()"]
pub struct GradCheck {
    step: f64,
    rtol: f64,
    atol: f64,
    flat: bool,
    second_order: bool,
}

impl Default for GradCheck {
    fn default() -> Self {
        GradCheck::new()
    }
}

impl GradCheck {
    /// A first-order check with the default step and tolerances.
    pub fn new() -> Self {
        // A central difference errs by about h^2 f'''/6 from its truncation and by about e f/h from rounding, where e is the
        // distance between neighbouring numbers: least near the cube root of e.
        GradCheck { step: f64::EPSILON.cbrt(), rtol: 1e-6, atol: 1e-8, flat: false, second_order: false }
    }

    /// The step of the differences, times `max(1, |x|)`; without this, the cube root of f64's precision, 6e-6.
    pub fn eps(mut self, step: f64) -> Self {
        self.step = step;
        self
    }

    /// How far the two numbers may differ, relative to the larger; without this, 1e-6.
    pub fn rtol(mut self, rtol: f64) -> Self {
        self.rtol = rtol;
        self
    }

    /// How far the two numbers may differ in any case, and below which a derivative counts as zero; without this, 1e-8.
    pub fn atol(mut self, atol: f64) -> Self {
        self.atol = atol;
        self
    }

    /// Declares that all derivatives (of the order checked, by the inputs) are zero. Without this, that is an error, since a
    /// check of zeros against zeros shows nothing; with it, anything else is.
    pub fn flat(mut self) -> Self {
        self.flat = true;
        self
    }

    /// Checks the derivatives of the derivatives.
    pub fn second_order(mut self) -> Self {
        self.second_order = true;
        self
    }

    /// Checks, and panics with the report at the caller's line.
    ///
    /// # Panics
    /// If the check fails.
    #[track_caller]
    pub fn check<O: IntoOutputs>(&self, f: impl Fn(&[Tensor]) -> O, inputs: &[Tensor]) {
        if let Err(report) = self.run(f, inputs) {
            panic!("{report}");
        }
    }

    /// Checks.
    ///
    /// # Errors
    /// What is wrong, where: see [`Finding`].
    pub fn run<O: IntoOutputs>(&self, f: impl Fn(&[Tensor]) -> O, inputs: &[Tensor]) -> Result<(), Report> {
        let f = |x: &[Tensor]| f(x).into_outputs();
        let frozen = |x: &Tensor| x.is_leaf() && !x.needs_grad();
        let varied: Vec<usize> =
            (0..inputs.len()).filter(|&i| inputs[i].dtype().is_float() && !frozen(&inputs[i])).collect();
        let point = |x: &Tensor| if x.dtype().is_float() { x.detach().to_dtype(DType::F64) } else { x.clone() };
        let label = |(i, x): (usize, &Tensor)| match x.name() {
            Some(name) => format!("input {i} \"{name}\""),
            None => format!("input {i}"),
        };
        let problem = Problem {
            f: &f,
            point: inputs.iter().map(point).collect(),
            varied,
            labels: inputs.iter().enumerate().map(label).collect(),
            output_label: "output",
        };
        let cotangents = self.sound(&problem)?;
        if !self.second_order {
            return self.compare(&problem, &cotangents, problem.varied.len());
        }
        // The function that maps inputs and cotangents to gradients. It is linear in the cotangents, so its derivative by them
        // is part of what must be right, but says nothing of whether it is flat.
        let (count, varied) = (problem.point.len(), &problem.varied);
        let rule = |x: &[Tensor]| {
            let leaf = |(i, x): (usize, &Tensor)| match varied.contains(&i) && !x.needs_grad() {
                true => x.clone().requires_grad(),
                false => x.clone(),
            };
            let leaves: Vec<Tensor> = x[..count].iter().enumerate().map(leaf).collect();
            gradients(&f(&leaves), &varied.iter().map(|&i| &leaves[i]).collect::<Vec<_>>(), &x[count..], true)
        };
        let cotangent_label = |i: usize| format!("the cotangent of float output {i}");
        let second = Problem {
            f: &rule,
            point: problem.point.iter().chain(&cotangents).cloned().collect(),
            varied: varied.iter().copied().chain(count..count + cotangents.len()).collect(),
            labels: problem.labels.iter().cloned().chain((0..cotangents.len()).map(cotangent_label)).collect(),
            output_label: "gradient",
        };
        let cotangents = self.sound(&second)?;
        self.compare(&second, &cotangents, varied.len())
    }

    /// Evaluates the function a few times at the point. What differs between them cannot be differentiated. Gives random
    /// cotangents of the float outputs.
    fn sound(&self, problem: &Problem<'_>) -> Result<Vec<Tensor>, Report> {
        let fail = |finding, message| Err(self.report(problem, finding, message));
        let contiguous: Vec<Tensor> = problem.point.iter().map(|x| Layout::Contiguous.of(x)).collect();
        let outputs = problem.call(&contiguous);
        if problem.varied.is_empty() {
            return fail(Finding::NothingToCheck, "no input is a float tensor that is not frozen".to_string());
        }
        if let Some((i, y)) = outputs.iter().enumerate().find(|(_, y)| y.dtype() == DType::F32) {
            return fail(
                Finding::NotF64,
                format!("{} {i} is {} although all float inputs are f64", problem.output_label, y.dtype()),
            );
        }
        let expected = values(&outputs);
        if expected.is_empty() {
            return fail(Finding::NothingToCheck, "no output is a float tensor".to_string());
        }
        if !identical(&expected, &problem.values(&contiguous)) {
            return fail(
                Finding::NotDeterministic,
                "two evaluations at the same point differ: seed what is random, and keep nothing from call to call"
                    .to_string(),
            );
        }
        let outputs = floats(outputs);
        for (i, y) in expected.iter().enumerate() {
            if let Some(k) = y.iter().position(|v| !v.is_finite()) {
                let place = at(&index(outputs[i].shape(), k));
                return fail(Finding::NotFinite, format!("{} {i}{place} is {:?}", problem.output_label, y[k]));
            }
        }
        let as_given = problem.values(&problem.point);
        let close = |a: f64, b: f64, size: f64| (a - b).abs() <= 1e-12 * size;
        for (i, (a, b)) in as_given.iter().zip(&expected).enumerate() {
            let size = b.iter().fold(1.0f64, |size, v| size.max(v.abs()));
            if let Some(k) = (0..b.len()).find(|&k| !close(a[k], b[k], size)) {
                let place = at(&index(outputs[i].shape(), k));
                return fail(
                    Finding::LayoutDependent,
                    format!(
                        "{} {i}{place} is {:?} for the inputs as they lie in memory, and {:?} for contiguous copies",
                        problem.output_label, a[k], b[k]
                    ),
                );
            }
        }
        let mut random = Random(0);
        Ok(outputs.iter().map(|y| shaped((0..y.numel()).map(|_| random.next()).collect(), y.shape())).collect())
    }

    /// Compares tape and differences; the first `judged` of the varied inputs decide whether the function is flat.
    fn compare(&self, problem: &Problem<'_>, cotangents: &[Tensor], judged: usize) -> Result<(), Report> {
        let analytic = problem.analytic(cotangents);
        let cotangents: Vec<Vec<f64>> = cotangents.iter().map(numbers).collect();
        let noise = self.noise(&problem.values(&problem.point), &cotangents);
        let mut random = Random(1);
        let mut steepest = 0.0f64;
        let mut failed: Option<Report> = None;
        for (place, (&i, gradient)) in problem.varied.iter().zip(&analytic.gradients).enumerate() {
            let x = numbers(&problem.point[i]);
            let direction: Vec<f64> = x.iter().map(|x| random.next() * x.abs().max(1.0)).collect();
            let ends = [-self.step, self.step].map(|t| problem.moved(i, &direction, t));
            let numeric = projected_change(&ends[0], &ends[1], &cotangents) / (2.0 * self.step);
            let terms = || gradient.iter().zip(&direction).map(|(g, u)| g * u);
            let size: f64 = terms().map(f64::abs).sum();
            let agrees = (terms().sum::<f64>() - numeric).abs() <= self.atol + self.rtol * size + noise;
            if !agrees {
                let found = self.search(problem, i, gradient, &cotangents, noise);
                if !found.is_empty() {
                    self.add(&mut failed, problem, i, found, &analytic.ops[place]);
                }
            }
            if place < judged {
                let analytic = gradient.iter().fold(0.0f64, |a, g| a.max(g.abs()));
                let numeric = if numeric.abs() > self.atol + noise { numeric.abs() } else { 0.0 };
                steepest = steepest.max(analytic).max(numeric);
            }
        }
        if let Some(report) = failed {
            return Err(report);
        }
        match (self.flat, steepest > self.atol) {
            (false, false) => {
                let message = format!(
                    "every derivative is about zero (at most {steepest:?}), so nothing was checked; choose other inputs or declare \
                     the function flat"
                );
                Err(self.report(problem, Finding::Vacuous, message))
            }
            (true, true) => {
                let message = format!("declared flat, but a derivative is {steepest:?}");
                Err(self.report(problem, Finding::NotFlat, message))
            }
            _ => Ok(()),
        }
    }

    /// What rounding alone may do to a difference quotient.
    fn noise(&self, values: &Values, cotangents: &[Vec<f64>]) -> f64 {
        let terms = values.iter().flatten().zip(cotangents.iter().flatten());
        16.0 * f64::EPSILON * terms.map(|(y, v)| (y * v).abs()).sum::<f64>() / self.step
    }

    fn agree(&self, a: f64, b: f64, noise: f64) -> bool {
        (a - b).abs() <= self.atol + self.rtol * a.abs().max(b.abs()) + noise
    }

    /// The elements of an input whose derivatives are wrong.
    fn search(
        &self,
        problem: &Problem<'_>,
        input: usize,
        gradient: &[f64],
        cotangents: &[Vec<f64>],
        noise: f64,
    ) -> Vec<Mismatch> {
        let x = numbers(&problem.point[input]);
        let here = problem.nudged(input, 0, 0.0);
        // The slopes towards lower and towards higher values.
        let slopes = |element: usize, h: f64| {
            let slope = |by: f64| projected_change(&here, &problem.nudged(input, element, by), cotangents) / by;
            (slope(-h), slope(h))
        };
        let mut found = Vec::new();
        for (element, &analytic) in gradient.iter().enumerate() {
            let h = self.step * x[element].abs().max(1.0);
            let (below, above) = slopes(element, h);
            let central = (below + above) / 2.0;
            if self.agree(analytic, central, noise) {
                continue;
            }
            // Where the function bends strongly, half the step shows how the truncation error goes to zero.
            let (below_half, above_half) = slopes(element, h / 2.0);
            let numeric = (2.0 * (below_half + above_half) - central) / 3.0;
            if self.agree(analytic, numeric, 3.0 * noise) {
                continue;
            }
            // The slopes of a smooth function meet in proportion to the step; at a kink or a jump they stay apart.
            let (below_near, above_near) = slopes(element, h / 64.0);
            let near = (below_near + above_near) / 2.0;
            let blur = 64.0 * noise + 1e-6 * below_near.abs().max(above_near.abs()) + self.atol;
            let apart = (above_near - below_near).abs();
            let smooth = apart <= (above - below).abs() / 8.0 || apart <= blur;
            if smooth && self.agree(analytic, near, blur) {
                continue;
            }
            found.push(Mismatch {
                input,
                index: index(problem.point[input].shape(), element),
                analytic,
                numeric: if smooth { numeric } else { near },
                one_sided: (!smooth).then_some((below_near, above_near)),
                output: None,
            });
        }
        if let Some(worst) = found.first_mut() {
            worst.output = furthest_off(problem, worst, self.step);
        }
        found
    }

    /// Adds an input's mismatches to the report, or begins it with them.
    fn add(
        &self,
        failed: &mut Option<Report>,
        problem: &Problem<'_>,
        input: usize,
        found: Vec<Mismatch>,
        ops: &[crate::report::OpSite],
    ) {
        let kink = |m: &Mismatch| match m.one_sided {
            Some((below, above)) => {
                let slack = self.atol + 1e-4 * below.abs().max(above.abs());
                (below.min(above) - slack..=below.max(above) + slack).contains(&m.analytic)
            }
            None => false,
        };
        let (shape, label) = (problem.point[input].shape(), &problem.labels[input]);
        let (count, all) = (found.len(), problem.point[input].numel());
        let (finding, what) = if found.iter().all(kink) {
            (Finding::NotDifferentiable, "the function is not differentiable here: a kink or a jump at")
        } else {
            (Finding::Wrong, "wrong derivative by")
        };
        let message = format!("{what} {count} of {all} elements of {label} {shape:?}");
        match failed {
            Some(report) => {
                report.message = format!("{}; {message}", report.message);
                report.mismatches.extend(found);
                if finding == Finding::Wrong {
                    report.finding = finding;
                }
            }
            None => {
                let report = self.report(problem, finding, message);
                *failed = Some(Report { mismatches: found, ops: ops.to_vec(), ..report });
            }
        }
    }

    fn report(&self, problem: &Problem<'_>, finding: Finding, message: String) -> Report {
        Report { inputs: problem.labels.clone(), ..Report::new(finding, self.second_order, message) }
    }
}

/// Which element of the outputs is to blame for a mismatch.
fn furthest_off(problem: &Problem<'_>, mismatch: &Mismatch, step: f64) -> Option<OutputElement> {
    let shape = problem.point[mismatch.input].shape();
    let element = mismatch.index.iter().zip(shape).fold(0, |at, (i, n)| at * n + i);
    let analytic = problem.column(mismatch.input, element)?;
    let h = step * numbers(&problem.point[mismatch.input])[element].abs().max(1.0);
    let [low, high] = [-h, h].map(|by| problem.nudged(mismatch.input, element, by));
    let shapes: Vec<Vec<usize>> = floats(problem.call(&problem.point)).iter().map(|y| y.shape().to_vec()).collect();
    let mut worst: Option<(f64, OutputElement)> = None;
    for (output, rows) in analytic.iter().enumerate() {
        for (k, &analytic) in rows.iter().enumerate() {
            let numeric = (high[output][k] - low[output][k]) / (2.0 * h);
            let off = (analytic - numeric).abs();
            let off = if off.is_nan() { f64::INFINITY } else { off };
            if worst.as_ref().is_none_or(|(most, _)| off > *most) {
                let label = format!("{} {output}", problem.output_label);
                worst = Some((off, OutputElement { label, index: index(&shapes[output], k), analytic, numeric }));
            }
        }
    }
    worst.map(|(_, element)| element)
}

/// Bit for bit, so that NaN equals itself.
fn identical(a: &Values, b: &Values) -> bool {
    let bits = |x: &Values| -> Vec<Vec<u64>> { x.iter().map(|y| y.iter().map(|v| v.to_bits()).collect()).collect() };
    bits(a) == bits(b)
}

/// The index of an element counted in row-major order.
fn index(shape: &[usize], mut element: usize) -> Vec<usize> {
    let mut index = vec![0; shape.len()];
    for (i, &n) in index.iter_mut().zip(shape).rev() {
        *i = element % n;
        element /= n;
    }
    index
}

/// Numbers between 0.5 and 1.5 with either sign: none is so small that what it multiplies is lost. The same in every run, so
/// that a failure can be repeated. (The generator is SplitMix64.)
struct Random(u64);

impl Random {
    fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^= z >> 31;
        let size = 0.5 + (z >> 11) as f64 / (1u64 << 53) as f64;
        if z & 1 == 0 { size } else { -size }
    }
}
