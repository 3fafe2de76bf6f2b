//! Ctrl-C as a wish that can be heeded at a good moment.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use signal_hook::consts::SIGINT;
use signal_hook::{SigId, flag, low_level};

/// While it lasts, Ctrl-C sets a flag; a second one ends the program at once.
#[derive(Debug)]
pub(crate) struct CtrlC {
    actions: [SigId; 2],
    asked: Arc<AtomicBool>,
}

impl CtrlC {
    pub(crate) fn sets(asked: &Arc<AtomicBool>) -> Self {
        count(|listeners| *listeners += 1);
        // In this order: the first of a signal's actions sees the flag as the one before left it.
        let ends = flag::register_conditional_shutdown(SIGINT, 130, asked.clone());
        let sets = flag::register(SIGINT, asked.clone());
        CtrlC { actions: [ends, sets].map(|action| action.expect("Ctrl-C can be heard")), asked: asked.clone() }
    }

    /// The wish has been heeded: the next Ctrl-C is another one.
    pub(crate) fn heeded(&self) {
        self.asked.store(false, Ordering::Relaxed);
    }
}

impl Drop for CtrlC {
    fn drop(&mut self) {
        for action in self.actions {
            low_level::unregister(action);
        }
        count(|listeners| *listeners -= 1);
    }
}

/// How many hear Ctrl-C, and whether nobody does. Then it has to end the program as ever, which the system does not do by itself once
/// the signal was heard.
static LISTENERS: LazyLock<Mutex<(usize, Arc<AtomicBool>)>> = LazyLock::new(|| {
    let nobody = Arc::new(AtomicBool::new(false));
    flag::register_conditional_default(SIGINT, nobody.clone()).expect("Ctrl-C can be heard");
    Mutex::new((0, nobody))
});

fn count(change: impl FnOnce(&mut usize)) {
    let mut listeners = LISTENERS.lock().unwrap_or_else(PoisonError::into_inner);
    change(&mut listeners.0);
    listeners.1.store(listeners.0 == 0, Ordering::Relaxed);
}
