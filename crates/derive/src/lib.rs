//! `#[derive(Module)]`: a struct of layers is a module.
//!
//! The derive writes down what every module does alike, field by field: show the field to a visitor under its name, and copy it.
//! Reading the attributes is in `attributes.rs`, the code that is written in `expand.rs`.

use proc_macro::TokenStream;
use syn::{DeriveInput, parse_macro_input};

mod attributes;
mod expand;

/// Makes a module of a struct or an enum: its fields are its parts, named as the fields are (`0`, `1`, .. in tuples). Of an enum
/// it is the fields of the variant at hand.
///
/// A field is a module, a `Param` or a `Buffer`, a `Mode`, plain data (numbers, bool, char, String), or an `Option`, `Vec`, array,
/// tuple, `Box` or `Arc` of these. Of any other type it needs `#[module(skip)]`, and is then no part and only cloned where the model
/// is copied; else the derive does not compile, so that no parameter goes untrained unseen.
///
/// - `#[module(skip)]` on a field: it is no part of the module.
/// - `#[module(name = "fc1")]` on a field: the name in paths and in saved states, where it is not the field's.
/// - `#[module(library)]` on the type: `call` reports the line that calls the module, not the lines within it. For layers that
///   others use.
/// - `#[module(crate = path)]` on the type: where `tapegrad::nn` is, if not there.
#[proc_macro_derive(Module, attributes(module))]
pub fn module(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    expand::module(input).unwrap_or_else(syn::Error::into_compile_error).into()
}
