//! Console and debug functions of debug chains; none costs ink.

use super::frame::{Escape, Hook};

/// `console.log_txt`.
pub(super) fn log_text(hook: &mut Hook<'_>, text: u32, len: u32) -> Result<(), Escape> {
    let bytes = hook.read_bytes(text, len)?;
    hook.arg(bytes);
    Ok(())
}

/// `console.log_*` and `console.tee_*`: shows a value to tracers.
pub(super) fn show<T: std::fmt::Display>(hook: &mut Hook<'_>, value: T) -> Result<T, Escape> {
    hook.arg(value.to_string());
    Ok(value)
}

/// `debug.null_host` and the benchmark marks.
pub(super) fn nothing(_hook: &mut Hook<'_>) -> Result<(), Escape> {
    Ok(())
}
