//! An Arrow IPC file.

use swath::ReadIpc;

/// Reads bytes as an Arrow IPC file.
///
/// # Panics
/// Where swath has a bug.
pub fn ipc(bytes: &[u8]) {
    crate::files::read("a.arrow", bytes, false, |session, path| {
        session.read_ipc(ReadIpc::new(path))
    });
}
