//! Following data from op to op, whether it is recorded or not.
//!
//! A recorded value is known by its node, a leaf by its cell, and a value without graph by its buffer. So that buffers tell values
//! apart, none is given up while the trace lasts, and a value without graph that shares one gets a buffer of its own.

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::num::NonZeroU64;
use std::sync::Arc;

use super::{PathEnd, Reason};
use crate::mode;
use crate::observe::{Call, Observer, Ruled};
use crate::scope::Site;
use crate::tensor::{Repr, Tensor};
use tapegrad_kernels::{self as kernels, Array};

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Key {
    Leaf(usize),
    Result(NonZeroU64, u32),
    Buffer(usize),
}

/// One op that ran.
struct Step {
    op: String,
    site: Site,
    inputs: Vec<Input>,
}

struct Input {
    value: usize,
    /// Whether a gradient could come to it: it needs one.
    live: bool,
    /// Whether the op was handed the value with its graph.
    linked: bool,
}

/// What is known of a value.
struct Value {
    /// Whether it needs a gradient.
    live: bool,
    /// The step that made it, and why no gradient goes from it to the step's inputs, if none does.
    made_by: Option<(usize, Option<Reason>)>,
}

#[derive(Default)]
struct Notes {
    values: Vec<Value>,
    steps: Vec<Step>,
    places: HashMap<Key, usize>,
    /// Keeps every buffer that has been seen, so that no other value comes to lie there.
    buffers: Vec<Array>,
    leaves: Vec<Tensor>,
    by_order: HashMap<NonZeroU64, usize>,
    /// Steps and inputs whose rule gave nothing.
    not_given: HashSet<(usize, usize)>,
}

/// The account of one computation.
pub(super) struct Trace(RefCell<Notes>);

fn buffer(x: &Tensor) -> Key {
    Key::Buffer(x.value().block().0)
}

fn key(x: &Tensor) -> Key {
    match &x.0 {
        Repr::Constant(_) => buffer(x),
        Repr::Result { node, .. } => Key::Result(node.id().order, node.id().output),
        Repr::Leaf(leaf) => Key::Leaf(Arc::as_ptr(leaf) as usize),
    }
}

impl Notes {
    /// The value that a tensor holds; one that was not met before has no history, but for a leaf made of a value that has one.
    fn place(&mut self, x: &Tensor) -> usize {
        if let Some(&place) = self.places.get(&key(x)) {
            return place;
        }
        let before = self.places.get(&buffer(x)).copied();
        let place = match before {
            Some(place) if !x.needs_grad() => place,
            _ => self.add(x),
        };
        if let (Some(before), true) = (before, x.is_leaf()) {
            self.values[place].made_by = self.values[before].made_by;
        }
        place
    }

    /// A value that is new.
    fn add(&mut self, x: &Tensor) -> usize {
        let place = self.values.len();
        self.values.push(Value { live: x.needs_grad(), made_by: None });
        self.places.insert(key(x), place);
        self.places.insert(buffer(x), place);
        self.buffers.push(x.value().into_owned());
        self.leaves.extend(x.is_leaf().then(|| x.clone()));
        place
    }
}

impl Trace {
    pub(super) fn new(parameters: &[&Tensor]) -> Self {
        let mut notes = Notes::default();
        for x in parameters {
            notes.place(x);
        }
        Trace(RefCell::new(notes))
    }
}

impl Observer for Trace {
    fn ran(&self, call: &mut Call<'_>) {
        let zero_gradient = call.op.is_some_and(|op| op.zero_gradient());
        let notes = &mut *self.0.borrow_mut();
        let input = |x: &&Tensor| {
            let value = notes.place(x);
            // What an op of ours hands on without its graph is the value that has one.
            Input { value, live: notes.values[value].live, linked: x.needs_grad() }
        };
        let inputs = call.inputs.iter().map(input).collect();
        let step = notes.steps.len();
        let mut order = None;
        for y in call.outputs.iter_mut() {
            if let Repr::Constant(value) = &y.0
                && notes.places.contains_key(&buffer(y))
            {
                *y = Tensor::constant(kernels::copy(value));
            }
            if let Repr::Result { node, .. } = &y.0 {
                order = Some(node.id().order);
            }
            let lost = match () {
                () if call.copies => Some(Reason::Detached),
                () if !y.dtype().is_float() => Some(Reason::NotFloat(y.dtype())),
                () if !mode::is_recording() => Some(Reason::NoGrad),
                () if zero_gradient || !y.needs_grad() => Some(Reason::ZeroGradient),
                () => None,
            };
            let place = notes.add(y);
            notes.values[place].made_by = Some((step, lost));
        }
        notes.by_order.extend(order.map(|order| (order, step)));
        notes.steps.push(Step { op: call.name.to_string(), site: call.site, inputs });
    }

    fn ruled(&self, rule: &Ruled<'_>) {
        let notes = &mut *self.0.borrow_mut();
        let Some(&step) = notes.by_order.get(&rule.node.order) else { return };
        let missing =
            (rule.given.iter().zip(rule.asked).enumerate()).filter(|(_, (given, asked))| given.is_none() && **asked);
        notes.not_given.extend(missing.map(|(i, _)| (step, i)));
    }
}

impl Trace {
    /// For each parameter the ends of its paths; empty if it gets a gradient.
    pub(super) fn ends(&self, loss: &Tensor, parameters: &[&Tensor]) -> Vec<Vec<PathEnd>> {
        let notes = &mut *self.0.borrow_mut();
        let loss = notes.place(loss);
        let (reached, cuts) = notes.walk_back(loss);
        parameters.iter().map(|x| notes.ends_of(x, &reached, &cuts)).collect()
    }
}

/// A gradient that came to a step did not go on to one of its inputs.
struct Cut {
    step: usize,
    value: usize,
    reason: Reason,
}

impl Notes {
    /// Goes back from the loss as a gradient would, and through values without graph to those that they were made of. Gives the
    /// values that a gradient reaches, and where it stops before a value that needs one.
    fn walk_back(&self, loss: usize) -> (Vec<bool>, Vec<Cut>) {
        let mut seen = vec![false; self.values.len()];
        let mut reached = vec![false; self.values.len()];
        let (mut cuts, mut waiting) = (Vec::new(), vec![loss]);
        reached[loss] = self.values[loss].live;
        while let Some(value) = waiting.pop() {
            if std::mem::replace(&mut seen[value], true) {
                continue;
            }
            let Some((step, lost)) = self.values[value].made_by else { continue };
            for (i, input) in self.steps[step].inputs.iter().enumerate() {
                let stops = match lost {
                    _ if !input.live => None,
                    Some(reason) => Some(reason),
                    None if !input.linked => Some(Reason::ZeroGradient),
                    None => self.not_given.contains(&(step, i)).then_some(Reason::NoCotangent),
                };
                match stops {
                    Some(reason) => cuts.push(Cut { step, value: input.value, reason }),
                    None => {
                        reached[input.value] |= input.live;
                        waiting.push(input.value);
                    }
                }
            }
        }
        // Where a gradient arrives along another path, nothing ended: the mask beside it was only a mask.
        cuts.retain(|cut| !reached[cut.value]);
        (reached, cuts)
    }

    fn ends_of(&mut self, x: &Tensor, reached: &[bool], cuts: &[Cut]) -> Vec<PathEnd> {
        let alone = |reason| vec![PathEnd { reason, op: String::new(), site: None }];
        if !x.needs_grad() {
            return alone(if x.is_leaf() { Reason::Frozen } else { Reason::NotALeaf });
        }
        let parameter = self.place(x);
        if reached[parameter] {
            return Vec::new();
        }
        let (derived, last) = self.made_of(parameter);
        let end = |step: usize, reason| {
            let step = &self.steps[step];
            PathEnd { reason, op: step.op.clone(), site: Some(step.site) }
        };
        let mut ends: Vec<PathEnd> = Vec::new();
        for cut in cuts.iter().filter(|cut| derived[cut.value]) {
            let end = end(cut.step, cut.reason);
            if !ends.contains(&end) {
                ends.push(end);
            }
        }
        ends.sort_by_key(|end| end.site.map(|site| (site.file(), site.line(), site.column())));
        match (ends.is_empty(), last) {
            (false, _) => ends,
            (true, Some(step)) => vec![end(step, Reason::NotInLoss)],
            (true, None) => alone(Reason::Unused),
        }
    }

    /// Which values were made of this one, itself included, and the last step that read one of them.
    fn made_of(&self, value: usize) -> (Vec<bool>, Option<usize>) {
        let mut outputs: Vec<Vec<usize>> = self.steps.iter().map(|_| Vec::new()).collect();
        for (i, made) in self.values.iter().enumerate() {
            if let Some((step, _)) = made.made_by {
                outputs[step].push(i);
            }
        }
        let mut derived = vec![false; self.values.len()];
        derived[value] = true;
        let mut last = None;
        for (i, step) in self.steps.iter().enumerate() {
            if step.inputs.iter().any(|input| derived[input.value]) {
                last = Some(i);
                outputs[i].iter().for_each(|&output| derived[output] = true);
            }
        }
        (derived, last)
    }
}
