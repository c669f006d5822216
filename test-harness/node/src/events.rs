//! What subscribers are told.

use std::sync::Arc;

use parking_lot::Mutex;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use crate::chain::{Block, SignedTransaction};

/// Something that happened to the chain or the pool.
#[derive(Clone)]
pub(crate) enum Event {
    /// A block was mined.
    Mined(Arc<Block>),
    /// A block was taken back (revert, rollback, reset).
    Removed(Arc<Block>),
    /// A transaction was accepted.
    Pending(Arc<SignedTransaction>),
}

/// Fan-out of events. Nothing is lost for a slow subscriber: its backlog holds pointers to blocks the chain keeps anyway.
#[derive(Default)]
pub(crate) struct Events {
    listeners: Mutex<Vec<UnboundedSender<Event>>>,
}

impl Events {
    /// Every event from now on, until the receiver is dropped.
    pub(crate) fn listen(&self) -> UnboundedReceiver<Event> {
        let (sender, receiver) = unbounded_channel();
        self.listeners.lock().push(sender);
        receiver
    }

    /// Tells all listeners and forgets those that are gone.
    pub(crate) fn send(&self, event: &Event) {
        self.listeners.lock().retain(|listener| listener.send(event.clone()).is_ok());
    }
}
