//! How a call across the boundary ended.

use crate::Text;
use abi_stable::StableAbi;
use std::fmt::{self, Display, Formatter};
use std::mem::MaybeUninit;

/// How a call ended: what all functions of a plugin return that can fail. What they give is written where their last parameter
/// points, and only if the code is [`code::OK`].
#[repr(C)]
#[derive(StableAbi, Debug)]
#[must_use = "it may be a failure"]
pub struct Status {
    /// One of [`code`]; a host takes those that it does not know for [`code::FUNCTION`].
    code: u32,
    /// Bit 0: another attempt may succeed. Others are 0.
    flags: u32,
    /// What went wrong, one line a cause.
    message: Text,
    /// A JSON object with more, or empty.
    detail: Text,
}

/// What a [`Status`] says.
pub mod code {
    /// The call gave what it was asked for.
    pub const OK: u32 = 0;
    /// The function returned an error of its own.
    pub const FUNCTION: u32 = 1;
    /// The function panicked.
    pub const PANIC: u32 = 2;
    /// A parameter is unknown, missing, or no value of its type.
    pub const PARAMETERS: u32 = 3;
    /// The input does not have the columns or dtypes that the function needs.
    pub const META: u32 = 4;
    /// What was returned is not what was declared.
    pub const CONTRACT: u32 = 5;
    /// The run was cancelled, which the function noticed.
    pub const CANCELLED: u32 = 6;
    /// A function of this kind has no such call.
    pub const UNSUPPORTED: u32 = 7;
    /// The memory that it asked for was refused.
    pub const MEMORY: u32 = 8;
}

/// Why a plugin, or the side that the host has inside it, gave no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PluginError {
    /// What kind of failure, one of [`code`].
    pub code: u32,
    /// Another attempt may succeed.
    pub is_retryable: bool,
    /// What went wrong, one line a cause.
    pub message: String,
}

/// An answer on one side of the boundary.
pub type PluginResult<T> = Result<T, PluginError>;

impl PluginError {
    /// A failure of this kind, which another attempt does not help.
    pub fn new(code: u32, message: impl Into<String>) -> Self {
        Self {
            code,
            is_retryable: false,
            message: message.into(),
        }
    }
}

impl Display for PluginError {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for PluginError {}

impl Status {
    /// The call gave what it was asked for.
    pub const fn ok() -> Self {
        Self {
            code: code::OK,
            flags: 0,
            message: Text::empty(),
            detail: Text::empty(),
        }
    }

    /// The failure that it tells of, if it does.
    ///
    /// # Errors
    /// That failure.
    pub fn into_result(self) -> PluginResult<()> {
        if self.code == code::OK {
            return Ok(());
        }
        Err(PluginError {
            code: self.code,
            is_retryable: self.flags & 1 == 1,
            message: self.message.read().into_owned(),
        })
    }

    /// Ends a call: what it gives is written to `out`.
    ///
    /// # Safety
    /// `out` is where whoever called wants a `T`, not read before.
    pub unsafe fn give<T>(result: PluginResult<T>, out: *mut T) -> Self {
        match result {
            Ok(value) => {
                // SAFETY: the caller's word.
                unsafe { out.write(value) };
                Self::ok()
            }
            Err(error) => error.into(),
        }
    }

    /// Makes a call, and takes what it gives.
    ///
    /// # Safety
    /// `call` writes a `T` where the pointer that it gets points, whenever it returns [`ok`](Self::ok).
    pub unsafe fn take<T: Handed>(call: impl FnOnce(*mut T) -> Self) -> PluginResult<T> {
        // An array or schema of zeros is a released one: who forgets to write one hands over none.
        let mut out = MaybeUninit::zeroed();
        call(out.as_mut_ptr()).into_result()?;
        if let Some((offset, entries)) = T::TABLE {
            // SAFETY: it is within the value.
            let table = unsafe { out.as_ptr().cast::<u8>().add(offset) };
            // SAFETY: a reference to a table is a pointer there, or the zeros that were there before.
            let table = unsafe { table.cast::<*const u64>().read_unaligned() };
            // SAFETY: it points to a table, or nowhere.
            if !unsafe { has_entries(table, entries) } {
                return Err(PluginError::new(
                    code::CONTRACT,
                    "it says that it gave what was asked for, and handed over no table of functions",
                ));
            }
        }
        // SAFETY: the caller's word.
        Ok(unsafe { out.assume_init() })
    }
}

/// What a call may write.
///
/// # Safety
/// [`TABLE`](Self::TABLE) says where the type has a reference to a table; everything else of it may be zeros.
pub unsafe trait Handed: Sized {
    /// How many bytes into it a reference to a table is, and how many entries that had in version 1.0.
    const TABLE: Option<(usize, u32)> = None;
}

// SAFETY: there is nothing in it.
unsafe impl Handed for () {}

/// Whether there is a table, with its first entries.
///
/// # Safety
/// The pointer is null, or points to a table: it begins with a bit for each entry that it has.
pub unsafe fn has_entries(table: *const u64, entries: u32) -> bool {
    // SAFETY: the caller's word.
    unsafe { table.as_ref() }.is_some_and(|has| has.trailing_ones() >= entries)
}

impl From<PluginError> for Status {
    fn from(error: PluginError) -> Self {
        Self {
            // A failure is never taken for an answer.
            code: if error.code == code::OK {
                code::FUNCTION
            } else {
                error.code
            },
            flags: u32::from(error.is_retryable),
            message: error.message.into(),
            detail: Text::empty(),
        }
    }
}

impl From<PluginResult<()>> for Status {
    fn from(result: PluginResult<()>) -> Self {
        result.map_or_else(Self::from, |()| Self::ok())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // SAFETY: it has no table, and zeros are a number.
    unsafe impl Handed for u64 {}

    #[test]
    fn answers_and_failures_cross() {
        let call = |result: PluginResult<u64>| {
            // SAFETY: `take` says where it wants it.
            let give = |out| unsafe { Status::give(result, out) };
            // SAFETY: it was written where it is read.
            unsafe { Status::take(give) }
        };
        assert_eq!(call(Ok(7)), Ok(7));
        let failed = PluginError {
            is_retryable: true,
            ..PluginError::new(code::MEMORY, "no room")
        };
        assert_eq!(call(Err(failed.clone())), Err(failed));
        let odd = call(Err(PluginError::new(
            code::OK,
            "a failure that says that it is none",
        )));
        assert_eq!(odd.expect_err("a failure").code, code::FUNCTION);
    }
}
