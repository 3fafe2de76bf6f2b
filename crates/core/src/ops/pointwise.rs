//! The form that functions of single numbers share: one function object forward, and a rule of a line that reads the input or
//! the output; and that of pairs of numbers.

use super::prelude::*;

/// An op from its function object and rule: the op's type, its documented method and its account of itself.
macro_rules! pointwise {
    (
        $(#[$doc:meta])*
        $name:ident as $op:ident: $kernel:expr;
        $place:ident($i:literal): |$g:ident, $value:ident| $rule:expr;
        formula: $formula:literal, derivative: $derivative:literal,
        samples: $low:literal to $high:literal $(, kinks: $kinks:expr)?
    ) => {
        #[derive(Debug)]
        struct $op;

        impl Op for $op {
            fn name(&self) -> &'static str {
                stringify!($name)
            }

            fn forward(&self, inputs: &[&Tensor]) -> Outputs {
                one(elementwise::unary($kernel, &inputs[0].value()))
            }

            fn vjp(&self, ctx: &mut Vjp<'_>) -> Cotangents {
                let ($value, $g) = (ctx.$place(0), ctx.take_g());
                smallvec![Some($rule)]
            }

            fn saves_input(&self, _i: usize, _needs: &Needs<'_>) -> bool {
                stringify!($place) == "input"
            }

            fn saves_output(&self, _i: usize) -> bool {
                stringify!($place) == "output"
            }
        }

        impl Tensor {
            $(#[$doc])*
            ///
            /// # Panics
            /// If the tensor is not f32 or f64.
            #[must_use]
            #[track_caller]
            pub fn $name(&self) -> Tensor {
                check_float(stringify!($name), self);
                $op.apply(&[self])
            }
        }

        pub(crate) const SPEC: OpSpec = OpSpec {
            name: stringify!($name),
            group: Group::Unary,
            types: Types::Floats,
            formula: $formula,
            derivative: $derivative,
            kind: Derivative::Curved,
            samples: || {
                vec![
                    Sample::new("plain", [spread([2, 3], $low, $high)], |x| x[0].$name()),
                    Sample::new("size 1", [spread([1], $low, $high)], |x| x[0].$name()),
                    Sample::new("size 0", [spread([0], $low, $high)], |x| x[0].$name()),
                ]
            },
            errors: || {
                vec![misuse!(Tensor::arange(0, 2).$name(), concat!(stringify!($name), ": not defined for i64"))]
            },
            kinks: pointwise!(@kinks $($kinks)?),
        };
    };
    (@kinks) => { no_kinks };
    (@kinks $kinks:expr) => { $kinks };
}

/// As [`pointwise`], for steps: the derivative is zero by definition. Integers stay as they are.
macro_rules! steps {
    (
        $(#[$doc:meta])*
        $name:ident as $op:ident: $kernel:expr;
        formula: $formula:literal
    ) => {
        #[derive(Debug)]
        struct $op;

        impl Op for $op {
            fn name(&self) -> &'static str {
                stringify!($name)
            }

            fn forward(&self, inputs: &[&Tensor]) -> Outputs {
                map($kernel, inputs[0])
            }

            fn vjp(&self, ctx: &mut Vjp<'_>) -> Cotangents {
                smallvec![Some(ctx.g().zeros_like())]
            }

            fn saves_input(&self, _i: usize, _needs: &Needs<'_>) -> bool {
                false
            }

            fn saves_output(&self, _i: usize) -> bool {
                false
            }

            fn zero_gradient(&self) -> bool {
                true
            }
        }

        impl Tensor {
            $(#[$doc])*
            ///
            /// # Panics
            /// If the tensor is bool.
            #[must_use]
            #[track_caller]
            pub fn $name(&self) -> Tensor {
                check_number(stringify!($name), self);
                $op.apply(&[self])
            }
        }

        pub(crate) const SPEC: OpSpec = OpSpec {
            name: stringify!($name),
            group: Group::Unary,
            types: Types::Numbers,
            formula: $formula,
            derivative: "0",
            kind: Derivative::Zero,
            samples: || {
                let x = |shape: &[usize]| spread_around(shape, 0.2, 2.4);
                vec![
                    Sample::new("plain", [x(&[2, 3])], |x| x[0].$name()),
                    Sample::new("size 1", [x(&[1])], |x| x[0].$name()),
                    Sample::new("size 0", [x(&[0])], |x| x[0].$name()),
                ]
            },
            errors: || {
                vec![misuse!(crate::tensor![true].$name(), concat!(stringify!($name), ": not defined for bool"))]
            },
            kinks: || {
                vec![Kink {
                    label: "at a step",
                    inputs: vec![Tensor::from([0.0, 1.0, -2.5])],
                    call: |x| x[0].$name(),
                    gradients: vec![vec![0.0, 0.0, 0.0]],
                }]
            },
        };
    };
}

/// A function of two numbers from its function object and the rule for each: the op's type and its documented method, whose
/// second operand is a tensor, which broadcasts, or a number.
macro_rules! pairwise {
    (
        $(#[$doc:meta])*
        $name:ident as $op:ident($other:ident): $forward:expr;
        |$ctx:ident| $by_x:expr, $by_y:expr;
        check $check:ident
    ) => {
        #[derive(Debug)]
        struct $op;

        impl Op for $op {
            fn name(&self) -> &'static str {
                stringify!($name)
            }

            fn forward(&self, inputs: &[&Tensor]) -> Outputs {
                ($forward)(inputs[0], inputs[1])
            }

            fn vjp(&self, $ctx: &mut Vjp<'_>) -> Cotangents {
                // A rule may be `None`, for no contribution.
                let by_x = if $ctx.needs(0) { Option::<Tensor>::from($by_x) } else { None };
                let by_y = if $ctx.needs(1) { Option::<Tensor>::from($by_y) } else { None };
                smallvec![by_x, by_y]
            }

            fn saves_output(&self, _i: usize) -> bool {
                false
            }
        }

        impl Tensor {
            $(#[$doc])*
            #[must_use]
            #[track_caller]
            pub fn $name(&self, $other: impl Operand) -> Tensor {
                let name = stringify!($name);
                let other = operand(name, self, $other.operand());
                $check(name, self, &other);
                let (x, y) = broadcast(name, self, &other);
                $op.apply(&[&x, &y])
            }
        }
    };
}

/// Both operands are f32 or f64.
#[track_caller]
pub(crate) fn floats(op: &str, x: &Tensor, _: &Tensor) {
    super::prelude::check_float(op, x);
}

/// Numbers, and no integer is divided by 0.
#[track_caller]
pub(crate) fn divisible(op: &str, x: &Tensor, y: &Tensor) {
    super::prelude::check_number(op, x);
    if y.dtype() == DType::I64 && reduce::count_true(&y.eq(0).value()) > 0 {
        fail!("{op}: division of an integer by zero");
    }
}

pub(crate) use {pairwise, pointwise, steps};
