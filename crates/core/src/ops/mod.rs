//! The ops: one file each, with the op's attributes, its forward and backward pass, the documented method, and its own account
//! of itself for the tests.

pub(crate) mod add;
pub(crate) mod broadcast_to;
pub(crate) mod cos;
pub(crate) mod div;
pub(crate) mod exp;
pub(crate) mod logical_not;
pub(crate) mod mul;
pub(crate) mod neg;
mod prelude;
pub(crate) mod reshape;
pub(crate) mod sin;
pub(crate) mod sub;
pub(crate) mod sum;
pub(crate) mod sum_to;
pub(crate) mod to_dtype;

use crate::spec::OpSpec;

/// Every op's account of itself, in the order of the files' names.
pub const ALL: &[OpSpec] = &[
    add::SPEC,
    broadcast_to::SPEC,
    cos::SPEC,
    div::SPEC,
    exp::SPEC,
    logical_not::SPEC,
    mul::SPEC,
    neg::SPEC,
    reshape::SPEC,
    sin::SPEC,
    sub::SPEC,
    sum::SPEC,
    sum_to::SPEC,
    to_dtype::SPEC,
];
