//! What a convolution reads and writes along one axis.
//!
//! A stride is taken out of the arithmetic: the source is split into phases, one for each remainder of the stride, so that
//! every tap reads it at steps of 1; or, where the result is what has the stride, the result is computed in parts, one for each
//! remainder, each with the taps that reach it. Either way element u of a part is a sum over its taps of `source[u + shift]`.

/// An axis of a convolution from `input` to `output` elements.
#[derive(Clone, Copy, Debug)]
pub struct Extent {
    pub input: usize,
    pub output: usize,
    pub kernel: usize,
    pub stride: usize,
    pub padding: usize,
    pub dilation: usize,
}

/// One element of the kernel.
#[derive(Clone, Copy, Debug)]
pub struct Tap {
    pub kernel: usize,
    /// Which of the plan's phases it reads.
    pub phase: usize,
    pub shift: usize,
}

/// Elements of the result that have the same taps: `start`, `start + step`, ..
#[derive(Debug)]
pub struct Part {
    /// Where its first element is on the grid that all parts share.
    pub from: usize,
    pub count: usize,
    pub start: usize,
    pub step: usize,
    pub taps: Vec<Tap>,
}

/// How a result is computed from a source along one axis.
#[derive(Debug)]
pub struct Axis {
    /// The source's length.
    pub source: usize,
    /// The result's length.
    pub result: usize,
    pub kernel: usize,
    /// Element u of a phase is `source[u * step + phase + first]`, or 0 outside.
    pub step: usize,
    pub first: isize,
    pub phases: Vec<usize>,
    /// The largest shift.
    pub reach: usize,
    /// How long the shared grid is.
    pub grid: usize,
    pub parts: Vec<Part>,
}

impl Extent {
    /// From the input to the output.
    pub fn forward(self) -> Axis {
        let Extent { input, output, kernel, stride, padding, dilation } = self;
        let mut phases: Vec<usize> = (0..kernel).map(|j| j * dilation % stride).collect();
        phases.sort_unstable();
        phases.dedup();
        let phase = |j: usize| phases.partition_point(|&phase| phase < j * dilation % stride);
        let taps = (0..kernel).map(|j| Tap { kernel: j, phase: phase(j), shift: j * dilation / stride }).collect();
        Axis {
            source: input,
            result: output,
            kernel,
            step: stride,
            first: -(padding as isize),
            reach: (kernel - 1) * dilation / stride,
            grid: output,
            parts: vec![Part { from: 0, count: output, start: 0, step: 1, taps }],
            phases,
        }
    }

    /// From the output back to the input: the adjoint of [`Extent::forward`].
    pub fn adjoint(self) -> Axis {
        let Extent { input, output, kernel, stride, padding, dilation } = self;
        let (origin, reach) = (padding / stride, (kernel - 1) * dilation / stride);
        // Input i = stride * t + r - padding takes output t - j * dilation / stride from the taps j of remainder r.
        let part = |r: usize| {
            let t = padding.saturating_sub(r).div_ceil(stride);
            let start = stride * t + r - padding;
            let taps = (0..kernel).filter(|j| j * dilation % stride == r);
            (start < input).then(|| Part {
                from: t - origin,
                count: (input - 1 - start) / stride + 1,
                start,
                step: stride,
                taps: taps.map(|j| Tap { kernel: j, phase: 0, shift: reach - j * dilation / stride }).collect(),
            })
        };
        let parts: Vec<Part> = (0..stride).filter_map(part).collect();
        Axis {
            source: output,
            result: input,
            kernel,
            step: 1,
            first: origin as isize - reach as isize,
            phases: vec![0],
            reach,
            grid: parts.iter().map(|part| part.from + part.count).max().unwrap_or(0),
            parts,
        }
    }
}
