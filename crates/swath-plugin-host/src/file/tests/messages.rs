//! What is said of a file that is refused.

use crate::sample::{Sample, Written, machine, manifest};
use crate::{PluginFile, PluginFileError};
use object::elf;
use serde_json::{Value, json};
use std::env::consts::{ARCH, OS};
use std::error::Error;
use std::os::unix::fs::symlink;
use std::os::unix::net::UnixListener;
use std::path::Path;
use swath_plugin_abi::{MANIFEST_SYMBOL, ROOT_SYMBOL};

fn refused(path: impl AsRef<Path>) -> String {
    let error = PluginFile::read(path).unwrap_err();
    let below = error.source().map(|source| format!("\n  {source}"));
    // The tests run on any machine.
    format!("{error}{}", below.unwrap_or_default())
        .replace(&format!("{ARCH}-{OS}"), "ARCH-OS")
        .replace(ARCH, "ARCH")
}

fn refused_bytes(bytes: &[u8]) -> String {
    let written = Written::of(bytes);
    written.hide(&refused(written.path()))
}

fn refused_sample(sample: &Sample) -> String {
    refused_bytes(&sample.bytes())
}

fn refused_manifest(text: &str) -> String {
    refused_sample(&Sample::of_manifest(text))
}

fn refused_change(field: &str, value: Value) -> String {
    refused_sample(&Sample::of_manifest(manifest(&[(field, value)])))
}

#[test]
#[expect(clippy::disallowed_methods, reason = "a test makes its own files")]
fn what_is_no_file() {
    let folder = Written::of(b"");
    let at = |name: &str| folder.folder().join(name);
    symlink("gone.so", at("link.so")).unwrap();
    symlink("turn.so", at("turn.so")).unwrap();
    let _pipe = UnixListener::bind(at("socket.so")).unwrap();
    let large = std::fs::File::create(at("large.so")).unwrap();
    large.set_len((1 << 30) + 1).unwrap();
    let told = [
        refused(at("missing.so")),
        refused(at("libgeo.so").join("x.so")),
        refused(at("link.so")),
        refused(at("turn.so")),
        refused(folder.folder()),
        refused("/dev/null"),
        refused(at("libgeo.so")),
        refused(at("large.so")),
    ];
    insta::assert_snapshot!(folder.hide(&told.join("\n\n")));
    assert!(PluginFile::read(at("socket.so")).is_err());
    // A name alone is a file here, and never one that the loader would find.
    let error = PluginFile::read("libm.so.6").unwrap_err();
    let here = std::env::current_dir().unwrap().join("libm.so.6");
    assert!(matches!(error, PluginFileError::Missing { path } if path == here));
}

#[test]
fn what_is_no_library() {
    let other = if ARCH == "aarch64" {
        "riscv64"
    } else {
        "aarch64"
    };
    let of = |change: fn(&mut Sample)| {
        let mut sample = Sample::default();
        change(&mut sample);
        refused_sample(&sample)
    };
    let foreign = Sample {
        machine: machine(other),
        ..Sample::default()
    };
    let told = [
        refused_bytes(b"path = 'libgeo.so'\n"),
        refused_bytes(b"!<arch>\n/               0 "),
        refused_bytes(b"\xff\0\xff\0"),
        refused_sample(&foreign).replace(other, "OTHER"),
        of(|sample| sample.machine = 4711),
        of(|sample| sample.class = elf::ELFCLASS32),
        of(|sample| sample.file_type = elf::ET_REL),
        of(|sample| sample.file_type = elf::ET_EXEC),
        of(|sample| sample.file_type = elf::ET_CORE),
        of(|sample| sample.section = ".swath_plugins"),
        of(|sample| sample.symbols = vec![MANIFEST_SYMBOL]),
        of(|sample| sample.symbols = vec![ROOT_SYMBOL]),
        of(|sample| sample.symbol_size = Some(100_000)),
        of(|sample| sample.symbol_offset = u64::MAX / 2),
    ];
    insta::assert_snapshot!(told.join("\n\n"));
}

#[test]
fn what_is_damaged() {
    let whole = Sample::default().bytes();
    let changed = |at: usize, value: &[u8]| {
        let mut bytes = whole.clone();
        bytes[at..at + value.len()].copy_from_slice(value);
        refused_bytes(&bytes)
    };
    let cut = |length| refused_bytes(&whole[..length]);
    let told = [
        cut(18),
        cut(63),
        cut(100),
        cut(4_096),
        cut(whole.len() - 1),
        // The version of the format.
        changed(6, &[9]),
        // The place of the table of segments, and how large its entries are.
        changed(32, &u64::MAX.to_le_bytes()),
        changed(54, &[3, 0]),
        // No segments, no segment of symbols, and no sections.
        changed(56, &[0, 0]),
        changed(56, &[1, 0]),
        changed(40, &[0; 8]),
        // The size of the first segment in memory.
        changed(64 + 40, &[1, 0]),
    ];
    insta::assert_snapshot!(told.join("\n\n"));
}

#[test]
fn what_manifests_say() {
    let functions = |names: &[&str]| {
        let of = |name: &&str| json!({"name": name, "kind": "scalar"});
        names.iter().map(of).collect::<Value>()
    };
    let told = [
        refused_manifest(""),
        refused_manifest("{\"abi\": \"1.0\""),
        refused_manifest("[1, 2]"),
        refused_manifest("{\"abi\": \"1.0\", \"functions\": 3}"),
        refused_manifest("{}"),
        refused_change("name", Value::Null),
        refused_change("target", json!("")),
        refused_change("name", json!("geo.v2")),
        refused_change("abi", json!("one")),
        refused_change("functions", functions(&["a", "b@1"])),
        refused_change("functions", functions(&["a", ""])),
        refused_change("functions", functions(&["a", "b", "a"])),
    ];
    insta::assert_snapshot!(told.join("\n\n"));
}

#[test]
fn what_does_not_fit() {
    let told = [
        refused_change("abi", json!("2.0")),
        refused_change("abi", json!("0.9")),
        // Of another version the rest may look different.
        refused_manifest("{\"abi\": \"3.1\", \"functions\": {}}"),
        refused_change("target", json!("vax-vms")),
        refused_change("panic", json!("abort")),
        refused_change("cpu", json!(["avx513"])),
    ];
    insta::assert_snapshot!(told.join("\n\n"));
    // Of no use where tests run on a processor that has everything.
    let error = PluginFileError::Processor {
        path: "libgeo.so".into(),
        lacking: vec!["avx512f".to_owned(), "avx512vl".to_owned()],
    };
    insta::assert_snapshot!(error, @"`libgeo.so` is compiled for processors with avx512f, avx512vl, which this machine's has not: build the plugin without `target-cpu=native`");
}

#[cfg(target_arch = "x86_64")]
#[test]
fn a_feature_that_no_processor_has_any_more() {
    // Of Xeon Phi, which nothing newer has.
    if std::arch::is_x86_feature_detected!("avx512er") {
        return;
    }
    let written = Sample::of_manifest(manifest(&[("cpu", json!(["sse2", "avx512er"]))])).written();
    let error = PluginFile::read(written.path()).unwrap_err();
    assert!(matches!(error, PluginFileError::Processor { lacking, .. } if lacking == ["avx512er"]));
}
