//! The code that the derive writes: `Field` (visit, copy) and `Module` for the type.

use proc_macro2::{Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::visit::{self, Visit};
use syn::{Data, DeriveInput, Error, Fields, Generics, Ident, Member, Path, Result, Type, parse_quote};

use crate::attributes::{OfField, OfType};

/// A field as the written code needs it.
struct Part<'a> {
    member: Member,
    /// What a pattern binds it to.
    bound: Ident,
    /// Its name in paths.
    name: String,
    ty: &'a Type,
    skip: bool,
}

fn parts(fields: &Fields) -> Result<Vec<Part<'_>>> {
    let part = |(field, member): (_, Member)| {
        let field: &syn::Field = field;
        let OfField { skip, name } = OfField::read(field)?;
        let own = match &member {
            Member::Named(ident) => ident.unraw().to_string(),
            Member::Unnamed(index) => index.index.to_string(),
        };
        let bound = format_ident!("field_{own}");
        Ok(Part { member, bound, name: name.unwrap_or(own), ty: &field.ty, skip })
    };
    fields.iter().zip(fields.members()).map(part).collect()
}

pub(crate) fn module(input: DeriveInput) -> Result<TokenStream> {
    let OfType { nn, library } = OfType::read(&input.attrs)?;
    let ident = &input.ident;
    // What must be matched, and the fields behind it.
    let shapes: Vec<(TokenStream, Vec<Part<'_>>)> = match &input.data {
        Data::Struct(data) => vec![(quote!(#ident), parts(&data.fields)?)],
        Data::Enum(data) => {
            let shape = |variant: &'_ syn::Variant| {
                let name = &variant.ident;
                quote!(#ident::#name)
            };
            data.variants.iter().map(|variant| Ok((shape(variant), parts(&variant.fields)?))).collect::<Result<_>>()?
        }
        Data::Union(data) => {
            return Err(Error::new(
                data.union_token.span(),
                "Module can be derived for structs and enums, not for unions",
            ));
        }
    };
    let visits = shapes.iter().map(|(path, parts)| visit_arm(path, parts));
    let copies = shapes.iter().map(|(path, parts)| copy_arm(path, parts));
    let (visits, copies) = (quote!(#(#visits)*), quote!(#(#copies)*));
    // A match on an enum without variants has no arms, and then must look at the place itself.
    let place = if shapes.is_empty() { quote!(*self) } else { quote!(self) };
    let bounded = bounds(&nn, &input.generics, shapes.iter().flat_map(|(_, parts)| parts));
    let (impl_generics, ty_generics, where_clause) = bounded.split_for_impl();
    let is_library = library.then(|| {
        quote! {
            fn is_library(&self) -> bool {
                true
            }
        }
    });
    Ok(quote! {
        #[automatically_derived]
        impl #impl_generics #nn::Field for #ident #ty_generics #where_clause {
            fn visit<'visited>(&'visited self, visitor: &mut #nn::Visitor<'visited, '_>) {
                visitor.module(self);
                match #place { #visits }
            }

            fn copy_with(&self, copies: &mut #nn::Copies) -> Self {
                match #place { #copies }
            }
        }

        #[automatically_derived]
        impl #impl_generics #nn::Module for #ident #ty_generics #where_clause {
            #is_library
        }
    })
}

/// Where an error about a field's type stands: at the type, though the names are those of the written code, also if the type comes
/// from a macro.
fn place(ty: &Type) -> Span {
    Span::call_site().located_at(ty.span())
}

fn visit_arm(path: &TokenStream, parts: &[Part<'_>]) -> TokenStream {
    let pattern = parts.iter().map(|Part { member, bound, skip, .. }| match skip {
        true => quote!(#member: _),
        false => quote!(#member: #bound),
    });
    let visits = parts.iter().filter(|part| !part.skip).map(|Part { bound, name, ty, .. }| {
        quote_spanned! {place(ty)=> visitor.field::<#ty>(#name, #bound); }
    });
    quote!(#path { #(#pattern),* } => { #(#visits)* })
}

fn copy_arm(path: &TokenStream, parts: &[Part<'_>]) -> TokenStream {
    let pattern = parts.iter().map(|Part { member, bound, .. }| quote!(#member: #bound));
    let copies = parts.iter().map(|Part { member, bound, ty, skip, .. }| match skip {
        true => quote_spanned! {place(ty)=> #member: <#ty as ::core::clone::Clone>::clone(#bound) },
        false => quote_spanned! {place(ty)=> #member: copies.field::<#ty>(#bound) },
    });
    quote!(#path { #(#pattern),* } => #path { #(#copies),* },)
}

/// A type parameter that stands in a part must be a field itself; one that stands only in what is skipped must be clonable.
fn bounds<'a>(nn: &Path, generics: &Generics, parts: impl Iterator<Item = &'a Part<'a>> + Clone) -> Generics {
    let mut bounded = generics.clone();
    for param in generics.type_params() {
        let ident = &param.ident;
        let mentioned = |skip| parts.clone().any(|part| part.skip == skip && mentions(part.ty, ident));
        let clause = bounded.make_where_clause();
        if mentioned(false) {
            clause.predicates.push(parse_quote!(#ident: #nn::Field));
        }
        if mentioned(true) {
            clause.predicates.push(parse_quote! {
                #ident: ::core::clone::Clone + ::core::marker::Send + ::core::marker::Sync + 'static
            });
        }
    }
    bounded
}

fn mentions(ty: &Type, ident: &Ident) -> bool {
    struct Search<'a>(&'a Ident, bool);
    impl<'ast> Visit<'ast> for Search<'_> {
        fn visit_path(&mut self, path: &'ast Path) {
            self.1 |= path.segments.first().is_some_and(|segment| segment.ident == *self.0);
            visit::visit_path(self, path);
        }
    }
    let mut search = Search(ident, false);
    search.visit_type(ty);
    search.1
}
