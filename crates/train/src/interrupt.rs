//! Ctrl-C as a wish that can be heeded at a good moment.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use signal_hook::consts::SIGINT;
use signal_hook::{SigId, flag, low_level};

/// While it lasts, Ctrl-C sets a flag; a second one ends the program at once.
#[derive(Debug)]
pub(crate) struct CtrlC(Vec<SigId>);

impl CtrlC {
    pub(crate) fn sets(asked: &Arc<AtomicBool>) -> Self {
        // In this order: the first of a signal's actions sees the flag as the one before left it.
        let ends = flag::register_conditional_shutdown(SIGINT, 130, asked.clone());
        let sets = flag::register(SIGINT, asked.clone());
        CtrlC([ends, sets].into_iter().flatten().collect())
    }
}

impl Drop for CtrlC {
    fn drop(&mut self) {
        for action in self.0.drain(..) {
            low_level::unregister(action);
        }
    }
}
