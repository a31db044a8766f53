//! One partition on its way through a partition function.

use crate::{ArrowArray, Handed, Status};
use abi_stable::StableAbi;
use std::ffi::c_void;

/// A partition function at work on one partition. Driven by one thread at a time, not always the same. Dropping it ends it.
#[repr(C)]
#[derive(StableAbi)]
pub struct Run {
    instance: *mut c_void,
    table: RunTableRef,
}

impl Run {
    /// A function at work, with what can be done with it.
    ///
    /// # Safety
    /// The functions of the table may be called with the instance, by one thread at a time, until `drop` was.
    pub const unsafe fn new(instance: *mut c_void, table: RunTableRef) -> Self {
        Self { instance, table }
    }

    /// What the functions of the table are called with.
    pub const fn instance(&self) -> *mut c_void {
        self.instance
    }

    /// What can be done with it.
    pub const fn table(&self) -> RunTableRef {
        self.table
    }
}

// SAFETY: it may move between threads; it is used by one at a time, because `step` and `drop` need it mutably.
unsafe impl Send for Run {}

// SAFETY: the table is where it is.
unsafe impl Handed for Run {
    const TABLE: Option<(usize, u32)> = Some((std::mem::offset_of!(Self, table), 2));
}

impl Drop for Run {
    fn drop(&mut self) {
        // SAFETY: the instance is the one that came with this table, and this is the last use of it.
        unsafe { (self.table.drop())(self.instance) }
    }
}

/// What can be done with a [`Run`].
#[repr(C)]
#[derive(StableAbi, Clone, Copy)]
#[sabi(kind(Prefix(prefix_ref = RunTableRef)))]
#[sabi(missing_field(option))]
pub struct RunTable {
    /// Drops the instance, whether or not it was done. Never fails.
    pub drop: unsafe extern "C" fn(*mut c_void),
    /// Takes rows of the input of this number, or a released array for its end, and says how it goes on. With [`NO_INPUT`], it is
    /// only asked for what it still has.
    ///
    /// A function whose scope is a partition gets all of its rows at once; one of chunks any number of times. One of several inputs
    /// gets the rows of each at once, in the order of the inputs, and answers those of the last. Where as many rows
    /// come out as came in, those of a step come out in the answers to it, before it wants more. After [`step::DONE`], and after
    /// a failure, nothing but `drop` may follow.
    #[sabi(last_prefix_field)]
    pub step: unsafe extern "C" fn(*mut c_void, u32, ArrowArray, *mut Step) -> Status,
}

/// The number of no input.
pub const NO_INPUT: u32 = u32::MAX;

/// How a run goes on.
#[repr(C)]
#[derive(StableAbi)]
pub struct Step {
    /// One of [`step`].
    pub next: u32,
    /// The number of the output that the rows are of: 0, there is one.
    pub output: u32,
    /// The rows that come out, with [`step::OUTPUT`]; else released.
    pub rows: ArrowArray,
}

impl Step {
    /// It goes on without rows: one of [`step`].
    pub const fn next(next: u32) -> Self {
        Self {
            next,
            output: 0,
            rows: ArrowArray::released(),
        }
    }

    /// Rows come out.
    pub const fn output(rows: ArrowArray) -> Self {
        Self {
            next: step::OUTPUT,
            output: 0,
            rows,
        }
    }
}

/// What a [`Step`] says.
pub mod step {
    /// It wants more rows, or the end of them.
    pub const INPUT: u32 = 0;
    /// It has rows, and perhaps more of them: ask again with [`NO_INPUT`](crate::NO_INPUT).
    pub const OUTPUT: u32 = 1;
    /// It has no more, and wants none.
    pub const DONE: u32 = 2;
}

// SAFETY: it has no table, and zeros are a released array that goes on with nothing.
unsafe impl Handed for Step {}
