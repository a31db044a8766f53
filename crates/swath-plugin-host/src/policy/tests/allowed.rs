//! Which files may be used.

use crate::sample::{Sample, Written, manifest, path_text};
use crate::{Isolate, Pins, PluginFile, Policy, PolicyError};
use serde_json::json;
use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;

fn policy(text: &str, folder: &Path) -> Policy {
    Pins::parse(text, folder.join("plugins.toml"))
        .unwrap()
        .into()
}

/// A plugin whose bytes are those of no other test.
fn plugin(version: &str) -> (Written, PluginFile) {
    let written = Sample::of_manifest(manifest(&[("version", json!(version))])).written();
    let file = PluginFile::read(written.path()).unwrap();
    (written, file)
}

fn pin(path: &str, file: &PluginFile) -> String {
    format!(
        "[plugins.geo]\npath = '{path}'\nblake3 = '{}'\nisolate = 'process'\n",
        file.hash()
    )
}

#[track_caller]
fn refused(policy: &Policy, file: &PluginFile) -> String {
    policy.check(file).unwrap_err().to_string()
}

#[test]
fn the_default_takes_what_others_cannot_write() {
    let (_written, file) = plugin("1.0.0");
    assert_eq!(Policy::default().check(&file).unwrap(), None);
    let empty = policy("", file.path().parent().unwrap());
    assert_eq!(empty.check(&file).unwrap(), None);
}

#[test]
fn pins_name_bytes() {
    let (written, file) = plugin("1.0.0");
    let (_other_written, other) = plugin("1.0.1");
    let pinned = policy(&pin("libgeo.so", &file), &written.folder());
    let pin_of_it = pinned.check(&file).unwrap().unwrap();
    assert_eq!(
        (pin_of_it.hash(), pin_of_it.isolate()),
        (file.hash(), Some(Isolate::Process))
    );
    assert!(matches!(
        pinned.check(&other),
        Err(PolicyError::NotPinned { .. })
    ));

    // The same bytes elsewhere are what was pinned.
    let copy = Written::of(file.bytes());
    assert!(
        pinned
            .check(&PluginFile::read(copy.path()).unwrap())
            .is_ok()
    );

    // However the path is spelt.
    symlink(written.path(), written.folder().join("link.so")).unwrap();
    let linked = policy(&pin("./link.so", &file), &written.folder());
    assert!(linked.check(&file).is_ok());
    let changed = policy(&pin("link.so", &other), &written.folder());
    assert!(matches!(
        changed.check(&file),
        Err(PolicyError::Hash { .. })
    ));

    // A plugin that is not there does not keep others from being used.
    let gone = pin("gone.so", &other).replace("plugins.geo", "plugins.gone");
    let both = policy(
        &format!("{gone}{}", pin("libgeo.so", &file)),
        &written.folder(),
    );
    assert!(both.check(&file).is_ok());
}

#[test]
fn folders_hold_what_may_be_used() {
    let (written, file) = plugin("1.0.0");
    let folder = written.folder();
    let named = |text: &str, from: &Path| policy(text, from).check(&file).is_ok();
    let absolute = format!("allow = ['/nowhere', '{}']", path_text(&folder));
    assert!(named(&absolute, Path::new("/")));
    assert!(named("allow = ['.']", &folder));
    assert!(
        !named("allow = ['..']", &folder),
        "a folder is not those in it"
    );
    assert!(!named("allow = []", &folder));
    assert!(!named("allow = ['plugins']", &folder));
    // Both lists have to agree.
    assert!(named(
        &format!("allow = ['.']\n{}", pin("libgeo.so", &file)),
        &folder
    ));
    assert!(!named(
        &format!("allow = ['plugins']\n{}", pin("libgeo.so", &file)),
        &folder
    ));
}

#[test]
fn a_name_finds_its_file() {
    let (written, file) = plugin("1.0.0");
    let folder = written.folder();
    let found = |text: &str, name: &str| policy(text, &folder).find(name).ok();
    assert_eq!(
        found("allow = ['nowhere', '.']", "geo"),
        Some(written.path())
    );
    assert_eq!(found("allow = ['.']", "g-eo"), None);
    assert_eq!(found("allow = ['.']", "x/../geo"), None);
    let pinned = pin("other/libgeo2.so", &file);
    assert_eq!(found(&pinned, "geo"), Some(folder.join("other/libgeo2.so")));
    assert_eq!(found("", "geo"), None);
    // Other folders count where nothing says which are allowed.
    let looking = |text: &str| {
        let folders = ["/nowhere".into(), folder.clone()];
        policy(text, &folder).looking_in(folders).find("geo").ok()
    };
    assert_eq!(looking(""), Some(written.path()));
    assert_eq!(looking("allow = ['plugins']"), None);
    assert_eq!(looking(&pinned), Some(folder.join("other/libgeo2.so")));
}

#[test]
fn messages() {
    let (written, file) = plugin("1.0.0");
    let (_other_written, other) = plugin("1.0.1");
    let folder = written.folder();
    let hashes = |text: String| {
        text.replace(&file.hash().short(), "FOUND")
            .replace(&other.hash().short(), "PINNED")
    };
    let from = |text: &str| policy(text, &folder);
    let mode = |path: &Path, mode| fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
    let read = || PluginFile::read(written.path()).unwrap();
    let mut told = vec![
        refused(&from("allow = ['plugins', '/opt/plugins']"), &file),
        refused(&from("allow = []"), &file),
        refused(&from(&pin("gone.so", &other)), &file),
        refused(&from(&pin("libgeo.so", &other)), &file),
        Policy::default().find("tokens").unwrap_err().to_string(),
        Policy::default()
            .looking_in(["/opt/plugins".into()])
            .find("tokens")
            .unwrap_err()
            .to_string(),
        from("").find("tokens").unwrap_err().to_string(),
        from("allow = ['.', 'plugins']")
            .find("to-kens")
            .unwrap_err()
            .to_string(),
    ];
    mode(&written.path(), 0o646);
    told.push(refused(&Policy::default(), &read()));
    mode(&written.path(), 0o644);
    mode(&folder, 0o777);
    told.push(refused(&Policy::default(), &read()));
    // What is in a sticky folder is its owner's.
    mode(&folder, 0o1777);
    assert!(Policy::default().check(&read()).is_ok());
    // Whose files these are is not for a test to change.
    let strange = PolicyError::Stranger {
        path: written.path(),
        owner: 7,
    };
    told.push(strange.to_string());
    insta::assert_snapshot!(hashes(written.hide(&told.join("\n\n"))));
}
