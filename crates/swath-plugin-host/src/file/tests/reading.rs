//! What a plugin's file says.

use crate::sample::{Sample, Written, manifest};
use crate::{FileHash, GlibcVersion, PluginFile, PluginFileError};
use serde_json::json;
use std::os::unix::fs::symlink;
use swath_plugin_abi::Kind;

#[test]
fn a_plugin_is_known_by_its_file() {
    let written = Sample::default().written();
    let file = PluginFile::read(written.path()).unwrap();
    assert_eq!(file.path(), written.path());
    assert_eq!(file.bytes(), Sample::default().bytes());
    assert_eq!(file.size(), file.bytes().len() as u64);
    assert_eq!(file.hash(), FileHash::of(file.bytes()));
    assert_eq!(file.libraries(), ["libm.so.6", "libc.so.6"]);
    assert_eq!(file.glibc(), Some(GlibcVersion::new(2, 34, 0)));
    let manifest = file.manifest();
    assert_eq!((&*manifest.name, &*manifest.version), ("geo", "2.1.0"));
    let functions = manifest.functions.iter().map(|one| (&*one.name, one.kind));
    assert_eq!(
        functions.collect::<Vec<_>>(),
        [
            ("haversine_km", Kind::Scalar),
            ("to_grid", Kind::Partition),
            ("of_tomorrow", Kind::Unknown)
        ]
    );
    let shown = written.hide(&format!("{file:?}"));
    assert!(
        shown.contains("FOLDER/libgeo.so") && shown.len() < 300,
        "{shown}"
    );
}

#[test]
fn a_link_is_followed_to_the_one_path() {
    let written = Sample::default().written();
    let link = written.folder().join("latest.so");
    symlink("libgeo.so", &link).unwrap();
    assert_eq!(PluginFile::read(link).unwrap().path(), written.path());
}

#[test]
fn a_library_that_needs_nothing() {
    let sample = Sample {
        libraries: vec![],
        versions: vec!["GLIBC_PRIVATE"],
        ..Sample::default()
    };
    let file = PluginFile::read(sample.written().path()).unwrap();
    assert_eq!((file.libraries(), file.glibc()), (&[][..], None));
}

#[test]
fn the_manifest_is_what_its_symbol_stands_for() {
    let text = manifest(&[]);
    let around = |before: &[u8], after: &[u8]| [before, &text, after].concat();
    for (manifest, symbol_offset, symbol_size) in [
        (around(b"", b"\0"), 0, None),
        (around(b"", b"\0\0\0"), 0, Some(0)),
        (around(b"xyz", b"xyz"), 3, Some(text.len() as u64)),
    ] {
        let sample = Sample {
            symbol_offset,
            symbol_size,
            ..Sample::of_manifest(manifest)
        };
        let file = PluginFile::read(sample.written().path()).unwrap();
        assert_eq!(file.manifest().name, "geo");
    }
}

/// A later 1.x says more, and is taken for what is known of it.
#[test]
fn a_newer_minor_version_is_read() {
    let changes = [("abi", json!("1.7")), ("signature", json!({"by": "x"}))];
    let written = Sample::of_manifest(manifest(&changes)).written();
    assert_eq!(
        PluginFile::read(written.path()).unwrap().manifest().abi,
        "1.7"
    );
}

#[test]
fn what_does_not_fit_can_be_inspected() {
    for change in [
        ("abi", json!("2.0")),
        ("target", json!("vax-vms")),
        ("panic", json!("abort")),
        ("cpu", json!(["avx513"])),
    ] {
        let written = Sample::of_manifest(manifest(&[change])).written();
        assert!(PluginFile::read(written.path()).is_err());
        let file = PluginFile::inspect(written.path()).unwrap();
        assert_eq!(file.manifest().name, "geo");
    }
}

#[cfg(target_arch = "x86_64")]
#[test]
fn features_of_the_architecture_are_there() {
    let written = Sample::of_manifest(manifest(&[("cpu", json!(["sse", "sse2"]))])).written();
    assert!(PluginFile::read(written.path()).is_ok());
}

/// The file is read once: what happens to it afterwards changes nothing.
#[test]
fn a_file_that_is_replaced_stays_what_was_read() {
    let written = Sample::default().written();
    let file = PluginFile::read(written.path()).unwrap();
    let other = Written::of(b"other");
    #[expect(clippy::disallowed_methods, reason = "a test replaces its own file")]
    std::fs::rename(other.path(), written.path()).unwrap();
    assert_eq!(FileHash::of(file.bytes()), file.hash());
    let error = PluginFile::read(written.path()).unwrap_err();
    assert!(matches!(error, PluginFileError::NotElf { .. }));
    assert_eq!(error.path(), written.path());
}
