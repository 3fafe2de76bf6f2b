//! What stands in `#[module(..)]`, on the type and on its fields.

use quote::quote;
use syn::{Attribute, Field, LitStr, Path, Result, parse_quote};

/// Of the type.
pub(crate) struct OfType {
    /// Where the traits are.
    pub(crate) nn: Path,
    /// Whether the caller's line is reported.
    pub(crate) library: bool,
}

impl OfType {
    pub(crate) fn read(attributes: &[Attribute]) -> Result<Self> {
        // The crate of the layers and its tests cannot see it through the facade.
        let own = std::env::var("CARGO_PKG_NAME").is_ok_and(|name| name.starts_with("tapegrad-nn"));
        let mut of_type =
            OfType { nn: if own { parse_quote!(::tapegrad_nn) } else { parse_quote!(::tapegrad::nn) }, library: false };
        for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("module")) {
            attribute.parse_nested_meta(|meta| {
                if meta.path.is_ident("library") {
                    of_type.library = true;
                    Ok(())
                } else if meta.path.is_ident("crate") {
                    of_type.nn = meta.value()?.call(Path::parse_mod_style)?;
                    Ok(())
                } else {
                    let found = &meta.path;
                    let found = quote!(#found);
                    Err(meta.error(format!("`{found}` is not known here; a type takes `library` and `crate = path`")))
                }
            })?;
        }
        Ok(of_type)
    }
}

/// Of a field.
#[derive(Default)]
pub(crate) struct OfField {
    /// Whether it is no part of the module.
    pub(crate) skip: bool,
    /// Its name in paths, if not the field's.
    pub(crate) name: Option<String>,
}

impl OfField {
    pub(crate) fn read(field: &Field) -> Result<Self> {
        let mut of_field = OfField::default();
        for attribute in field.attrs.iter().filter(|attribute| attribute.path().is_ident("module")) {
            attribute.parse_nested_meta(|meta| {
                if meta.path.is_ident("skip") {
                    of_field.skip = true;
                    Ok(())
                } else if meta.path.is_ident("name") {
                    let name: LitStr = meta.value()?.parse()?;
                    if name.value().is_empty() || name.value().contains('.') {
                        return Err(syn::Error::new(name.span(), "a name is not empty and has no dots"));
                    }
                    of_field.name = Some(name.value());
                    Ok(())
                } else {
                    let found = &meta.path;
                    let found = quote!(#found);
                    Err(meta.error(format!("`{found}` is not known here; a field takes `skip` and `name = \"..\"`")))
                }
            })?;
        }
        Ok(of_field)
    }
}
