//! What a plugin says when it has no answer.

use abi_stable::StableAbi;
use abi_stable::std_types::{RResult, RString};
use std::fmt::{self, Display, Formatter};

/// Why a plugin, or the side that the host has inside it, gave no answer.
#[repr(C)]
#[derive(StableAbi, Debug, Clone)]
pub struct PluginError {
    /// What kind of failure, one of [`code`]; a host takes those that it does not know for [`code::FUNCTION`].
    pub code: u32,
    /// Bit 0: another attempt may succeed. Others are 0.
    pub flags: u32,
    /// What went wrong, one line a cause.
    pub message: RString,
    /// A JSON object with more, or empty.
    pub detail: RString,
}

/// What the functions of a plugin return.
pub type PluginResult<T> = RResult<T, PluginError>;

/// Kinds of failure.
pub mod code {
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

impl PluginError {
    /// A failure of this kind.
    pub fn new(code: u32, message: impl Into<String>) -> Self {
        Self {
            code,
            flags: 0,
            message: RString::from(message.into()),
            detail: RString::new(),
        }
    }

    /// Whether another attempt may succeed.
    pub fn is_retryable(&self) -> bool {
        self.flags & 1 == 1
    }
}

impl Display for PluginError {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for PluginError {}
