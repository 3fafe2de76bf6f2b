//! Whose line an op is recorded under.
//!
//! `#[track_caller]` carries the user's line through our public functions. Inside a layer of ours, or while a rule runs, it
//! would name our own file; there a *library scope* holds the line to report instead. Code of ours that runs a user's closure
//! opens a *user scope*, in which ops take their own line again.
//!
//! Apart from lines, *named* scopes tell a drawing which part of a model an op belongs to.

use std::cell::{Cell, RefCell};
use std::panic::Location;
use std::sync::Arc;

use crate::observe;

/// A line of source.
pub type Site = &'static Location<'static>;

thread_local! {
    static MARKED: Cell<Option<Site>> = const { Cell::new(None) };
    static PATH: RefCell<Option<Arc<str>>> = const { RefCell::new(None) };
}

/// Sets what is marked until dropped, also on unwinding.
struct Restore(Option<Site>);

impl Drop for Restore {
    fn drop(&mut self) {
        MARKED.set(self.0);
    }
}

/// Runs library code on behalf of the user's line `site`. Within another library scope the outer line stays.
pub fn library<R>(site: Site, run: impl FnOnce() -> R) -> R {
    let _restore = Restore(MARKED.get());
    if MARKED.get().is_none() {
        MARKED.set(Some(site));
    }
    run()
}

/// Runs library code on behalf of `site`, whatever scope it is called in: what a rule records belongs to the forward op's line.
pub(crate) fn replay<R>(site: Site, run: impl FnOnce() -> R) -> R {
    let _restore = Restore(MARKED.replace(Some(site)));
    run()
}

/// Runs a user's code from within library code: its ops take their own lines.
pub fn user<R>(run: impl FnOnce() -> R) -> R {
    let _restore = Restore(MARKED.replace(None));
    run()
}

/// The line to report for an op called at `caller`.
#[inline]
pub fn site(caller: Site) -> Site {
    MARKED.get().unwrap_or(caller)
}

/// The line marked by a library scope, if the code runs in one.
pub(crate) fn marked() -> Option<Site> {
    MARKED.get()
}

/// Whether somebody looks on, so that [`named`] keeps names.
#[inline]
pub fn is_watched() -> bool {
    observe::is_on()
}

/// Runs `run` under a name, within the names around it: while a [`crate::tape::watch`] lasts, the edges recorded here carry the
/// path, as `encoder.attention`. Without one nothing is kept, and it costs nothing.
///
/// ```
/// use tapegrad_core::{Tensor, scope, tape};
/// let x = Tensor::from(1.0).requires_grad();
/// let watch = tape::watch();
/// let y = scope::named("encoder", || scope::named("norm", || x.sin()));
/// assert_eq!(watch.graph(&[&y]).edges[0].scope.as_deref(), Some("encoder.norm"));
/// ```
pub fn named<R>(name: &str, run: impl FnOnce() -> R) -> R {
    if !observe::is_on() {
        return run();
    }
    struct Restore(Option<Arc<str>>);
    impl Drop for Restore {
        fn drop(&mut self) {
            PATH.replace(self.0.take());
        }
    }
    let outer = path();
    let joined = outer.as_deref().map_or_else(|| name.into(), |outer| format!("{outer}.{name}").into());
    let _restore = Restore(PATH.replace(Some(joined)));
    run()
}

/// The names around the running code, joined by dots.
pub(crate) fn path() -> Option<Arc<str>> {
    PATH.with_borrow(Clone::clone)
}
