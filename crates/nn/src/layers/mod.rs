//! The layers, one family to a file.

mod func;
mod linear;
mod sequential;

pub use func::Func;
pub use linear::Linear;
pub use sequential::Sequential;
