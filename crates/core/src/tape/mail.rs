//! Counts that change on another thread: the change is queued for the tape's owner.
//!
//! Clones and drops of one handle reach the queue in the order in which they happen, so a node's count, read after the queue
//! was applied, never misses a living handle.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use super::{NodeId, Tape};

/// The queue of one tape.
#[derive(Default)]
pub(super) struct Mailbox {
    /// Set before anybody can see the letter's effects; spares the owner the lock.
    mail: AtomicBool,
    letters: Mutex<Vec<(NodeId, i32)>>,
}

/// The mailboxes of living tapes.
static REGISTRY: LazyLock<Mutex<HashMap<u64, Arc<Mailbox>>>> = LazyLock::new(Mutex::default);

pub(super) fn register(tape: u64) -> Arc<Mailbox> {
    let mailbox = Arc::new(Mailbox::default());
    REGISTRY.lock().unwrap_or_else(PoisonError::into_inner).insert(tape, mailbox.clone());
    mailbox
}

/// Tells the owner of `tape` of a handle more or less. If the owner has ended, nobody needs to know.
pub(super) fn send(tape: u64, id: NodeId, change: i32) {
    let mailbox = REGISTRY.lock().unwrap_or_else(PoisonError::into_inner).get(&tape).cloned();
    if let Some(mailbox) = mailbox {
        mailbox.letters.lock().unwrap_or_else(PoisonError::into_inner).push((id, change));
        mailbox.mail.store(true, Ordering::Release);
    }
}

impl Mailbox {
    #[inline]
    pub(super) fn has_mail(&self) -> bool {
        self.mail.load(Ordering::Acquire)
    }

    /// All letters so far, oldest first.
    pub(super) fn take(&self) -> Vec<(NodeId, i32)> {
        self.mail.store(false, Ordering::Release);
        std::mem::take(&mut *self.letters.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Drop for Tape {
    fn drop(&mut self) {
        REGISTRY.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.id);
        self.bequeath();
    }
}

#[cfg(test)]
mod tests {
    use crate::{Tensor, tape};

    #[test]
    fn a_drop_on_another_thread_frees_at_the_owners_next_look() {
        let x = Tensor::from(1.0).requires_grad();
        let before = tape::stats().edges;
        let y = &x * 2.0;
        std::thread::spawn(move || drop(y)).join().unwrap();
        assert_eq!(tape::stats().edges, before);
    }

    #[test]
    fn a_clone_made_elsewhere_keeps_the_node_when_the_owner_drops_its_own() {
        let x = Tensor::from(3.0).requires_grad();
        let y = &x * 2.0;
        let copy = std::thread::scope(|s| s.spawn(|| y.clone()).join().unwrap());
        drop(y);
        copy.backward();
        assert_eq!(x.grad().unwrap().item(), 2.0);
    }
}
