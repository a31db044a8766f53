//! Files that were cut off or changed anywhere: an error or a plugin, never a crash.

use crate::file::{format, library, manifest};
use crate::sample::{Sample, Written};
use crate::{PluginFile, PluginFileError};
use proptest::prelude::*;
use std::path::Path;

/// Everything that reads bytes, as [`PluginFile::inspect`] does it.
fn looked_at(bytes: &[u8]) -> Result<(), PluginFileError> {
    let path = Path::new("libgeo.so");
    format::check(path, bytes)?;
    let parts = library::parts(path, bytes)?;
    manifest::parse(path, parts.manifest)?;
    Ok(())
}

#[test]
fn a_file_cut_off_anywhere_is_refused() {
    let whole = Sample::default().bytes();
    assert!(looked_at(&whole).is_ok());
    for length in 0..whole.len() {
        let error = looked_at(&whole[..length]).unwrap_err();
        let is_truncated = matches!(
            error,
            PluginFileError::Truncated { end, size, .. } if size == length as u64 && end > size
        );
        assert!(is_truncated || length < 20, "{length}: {error}");
    }
}

#[test]
fn a_cut_file_on_disk_is_refused() {
    let whole = Sample::default().bytes();
    let length = whole.len();
    for cut in [
        32,
        64,
        100,
        1_000,
        4_096,
        length / 2,
        length * 9 / 10,
        length - 1,
    ] {
        let written = Written::of(&whole[..cut]);
        let error = PluginFile::read(written.path()).unwrap_err();
        assert!(
            matches!(error, PluginFileError::Truncated { .. }),
            "{cut}: {error}"
        );
    }
}

/// Each field of the headers and tables, with each value that is likely to be taken wrongly.
#[test]
fn no_number_in_a_file_is_trusted() {
    let whole = Sample {
        code: 64,
        ..Sample::default()
    }
    .bytes();
    let mut bytes = whole.clone();
    for at in 0..whole.len() - 8 {
        for number in [
            0,
            1,
            u64::from(u32::MAX),
            u64::MAX,
            u64::MAX / 2,
            whole.len() as u64,
        ] {
            bytes[at..at + 8].copy_from_slice(&number.to_le_bytes());
            let _ = looked_at(&bytes);
        }
        bytes[at..at + 8].copy_from_slice(&whole[at..at + 8]);
    }
}

proptest! {
    #[test]
    fn changed_bytes_never_panic(
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..20),
        cut in prop::option::of(any::<prop::sample::Index>()),
    ) {
        let mut bytes = Sample { code: 64, ..Sample::default() }.bytes();
        for (place, byte) in changes {
            let at = place.index(bytes.len());
            bytes[at] = byte;
        }
        if let Some(cut) = cut {
            bytes.truncate(cut.index(bytes.len()));
        }
        let _ = looked_at(&bytes);
    }

    #[test]
    fn any_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        prop_assert!(looked_at(&bytes).is_err());
        let behind_a_header = [&Sample::default().bytes()[..64], &bytes].concat();
        prop_assert!(looked_at(&behind_a_header).is_err());
    }
}
