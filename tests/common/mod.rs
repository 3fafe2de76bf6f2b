//! What several of these tests need.

use std::cell::RefCell;
use std::panic::{self, AssertUnwindSafe};
use std::sync::Once;

thread_local! {
    static CAUGHT: RefCell<Option<(String, String)>> = const { RefCell::new(None) };
}

/// Runs `f`, which must panic: the message, and the place as `file:line`. Prints nothing.
#[track_caller]
pub fn caught<R>(f: impl FnOnce() -> R) -> (String, String) {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let default = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            let awaited = CAUGHT.with_borrow_mut(|caught| {
                caught.as_mut().map(|caught| {
                    let place = info.location().map(|at| format!("{}:{}", at.file(), at.line()));
                    *caught = (info.payload_as_str().unwrap_or_default().to_string(), place.unwrap_or_default());
                })
            });
            if awaited.is_none() {
                default(info);
            }
        }));
    });
    let outer = CAUGHT.replace(Some(Default::default()));
    let result = panic::catch_unwind(AssertUnwindSafe(f));
    let caught = CAUGHT.replace(outer);
    assert!(result.is_err(), "no panic came");
    caught.unwrap_or_default()
}
