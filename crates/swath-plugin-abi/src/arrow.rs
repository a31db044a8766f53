//! The two structs of the Arrow C data interface.

use crate::Handed;
use abi_stable::StableAbi;
use std::ffi::{c_char, c_void};
use std::ptr;

/// `struct ArrowSchema` of the Arrow C data interface. Dropping it releases it.
#[repr(C)]
#[derive(StableAbi, Debug)]
#[expect(missing_docs, reason = "the fields are those of the specification")]
pub struct ArrowSchema {
    pub format: *const c_char,
    pub name: *const c_char,
    pub metadata: *const c_char,
    pub flags: i64,
    pub n_children: i64,
    pub children: *mut *mut ArrowSchema,
    pub dictionary: *mut ArrowSchema,
    pub release: Option<unsafe extern "C" fn(*mut ArrowSchema)>,
    pub private_data: *mut c_void,
}

/// `struct ArrowArray` of the Arrow C data interface. Dropping it releases it.
#[repr(C)]
#[derive(StableAbi, Debug)]
#[expect(missing_docs, reason = "the fields are those of the specification")]
pub struct ArrowArray {
    pub length: i64,
    pub null_count: i64,
    pub offset: i64,
    pub n_buffers: i64,
    pub n_children: i64,
    pub buffers: *mut *const c_void,
    pub children: *mut *mut ArrowArray,
    pub dictionary: *mut ArrowArray,
    pub release: Option<unsafe extern "C" fn(*mut ArrowArray)>,
    pub private_data: *mut c_void,
}

// SAFETY: the specification lets a structure be moved to and released on any thread.
unsafe impl Send for ArrowSchema {}
// SAFETY: see above.
unsafe impl Send for ArrowArray {}

impl ArrowSchema {
    /// A schema that was released: no schema.
    pub const fn released() -> Self {
        Self {
            format: ptr::null(),
            name: ptr::null(),
            metadata: ptr::null(),
            flags: 0,
            n_children: 0,
            children: ptr::null_mut(),
            dictionary: ptr::null_mut(),
            release: None,
            private_data: ptr::null_mut(),
        }
    }
}

impl ArrowArray {
    /// An array that was released: no array. As the input of a [`Run`](crate::Run) it says that there are no more.
    pub const fn released() -> Self {
        Self {
            length: 0,
            null_count: 0,
            offset: 0,
            n_buffers: 0,
            n_children: 0,
            buffers: ptr::null_mut(),
            children: ptr::null_mut(),
            dictionary: ptr::null_mut(),
            release: None,
            private_data: ptr::null_mut(),
        }
    }

    /// Whether it was released, or moved out of.
    pub fn is_released(&self) -> bool {
        self.release.is_none()
    }
}

impl Drop for ArrowSchema {
    fn drop(&mut self) {
        if let Some(release) = self.release {
            // SAFETY: it was not released yet, and whoever made it gave the function for that.
            unsafe { release(self) }
        }
    }
}

impl Drop for ArrowArray {
    fn drop(&mut self) {
        if let Some(release) = self.release {
            // SAFETY: it was not released yet, and whoever made it gave the function for that.
            unsafe { release(self) }
        }
    }
}

// SAFETY: it has no table, and zeros are a released array.
unsafe impl Handed for ArrowArray {}
