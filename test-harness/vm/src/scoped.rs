//! A borrowed host inside a store that outlives borrows.

use std::marker::PhantomData;
use std::ptr::NonNull;

use crate::host::Host;

/// A host whose lifetime the engine cannot express: a store's data must be `'static`.
pub(crate) struct ScopedHost {
    host: NonNull<dyn Host + 'static>,
    /// Neither `Send` nor `Sync`: the host is used by the thread that lent it.
    not_send: PhantomData<*mut ()>,
}

impl ScopedHost {
    /// Lends `host` to `body`, in a form without lifetime that is dropped before this returns.
    pub(crate) fn lend<R>(host: &mut dyn Host, body: impl FnOnce(ScopedHost) -> R) -> R {
        let host = NonNull::from(host);
        // SAFETY: only the lifetime changes. `body` gets the one value made of this pointer and, being generic over `R`, could
        // only leak it through `R`; its single caller (`run::run`) puts it into a store that it drops before it returns.
        #[expect(unsafe_code, reason = "the store's data must be 'static, the host is a borrow")]
        let host = unsafe { std::mem::transmute::<NonNull<dyn Host + '_>, NonNull<dyn Host + 'static>>(host) };
        body(ScopedHost { host, not_send: PhantomData })
    }

    /// The host.
    pub(crate) fn get(&mut self) -> &mut dyn Host {
        // SAFETY: the pointer comes from an exclusive borrow that lasts as long as `lend` runs, this value does not outlive it, and
        // `&mut self` makes this the only use.
        #[expect(unsafe_code, reason = "see above")]
        unsafe {
            self.host.as_mut()
        }
    }
}
