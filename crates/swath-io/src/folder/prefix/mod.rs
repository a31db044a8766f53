//! A prefix of a store, written as one, as far as a store goes: it copies and deletes, object by object.
//!
//! ```text
//!  out/.swath-3f9a…/ 0  1  2 …     objects are being written
//!     + manifest                   decided: the old ones are copied to old/
//!     + parked                     … and all are there: old ones are deleted, new ones copied into the prefix
//!     + done                       over; removed with the write
//! ```

mod hidden;
mod objects;
mod target;

mod begin;
mod publish;

pub(super) use begin::PrefixWrite;
pub(super) use hidden::HiddenPrefix;
pub(super) use target::PrefixTarget;
