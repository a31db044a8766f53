//! Programs and files that cannot be what they should.

use super::*;

#[test]
fn a_program_that_is_no_worker_is_named() {
    let folder = tempfile::tempdir().expect("a folder");
    let said = |program: WorkerProgram| {
        let isolation = isolation(folder.path()).worker(program);
        let error = load(folder.path(), &isolation).expect_err("no worker");
        words(&error, folder.path())
    };
    let other = folder.path().join("other");
    let hello = r#"{"swath_plugin_worker":"0.0.7/1"}"#;
    let script = format!(
        "printf '\\{:03o}\\000\\000\\000%s' '{hello}' >&0\nsleep 1\n",
        hello.len()
    );
    std::fs::write(&other, script).expect("written");
    let said = [
        said("/no/such/swath".into()),
        said("/bin/true".into()),
        said(WorkerProgram::from("/bin/sh").arg("-c").arg("echo no >&0")),
        said(WorkerProgram::from("/bin/sh").arg(other)),
    ];
    assert_snapshot!(said.join("\n"));
}

/// What a new process says once something was done to the copy that it is to open.
fn refused_after(change: impl FnOnce(&Path)) -> String {
    let (plugin, folder) = apart();
    let copies = std::fs::read_dir(folder.path().join("copies")).expect("a folder");
    let copy = copies.map(|copy| copy.expect("a file").path()).next();
    let copy = copy.expect("there is one");
    change(&copy);
    // A worker that is there has it open; a new one is refused.
    behave(&plugin, "nothing", &Arc::default()).expect("an answer");
    let error = behave(&plugin, "segv", &Arc::default()).expect_err("no copy any more");
    let text = words(&error, folder.path());
    assert!(
        text.contains("cannot be used in a process of its own"),
        "{text}"
    );
    text
}

#[test]
fn a_file_that_is_gone_after_it_was_checked_is_refused() {
    let said = refused_after(|copy| std::fs::remove_file(copy).expect("it is ours"));
    assert!(said.contains("there is no file"), "{said}");
}

/// It is a plugin still, and a whole one.
#[test]
fn a_file_that_changed_after_it_was_checked_is_refused() {
    let said = refused_after(|copy| {
        let bytes = std::fs::read(copy).expect("it is there");
        let other = copy.with_extension("other");
        // What follows the last section is nobody's.
        std::fs::write(&other, [&bytes[..], b"other"].concat()).expect("a file");
        std::fs::rename(other, copy).expect("in the place of the copy");
    });
    let (_, hashes) = said.split_once("has the hash ").expect("which it has");
    assert!(hashes.contains(" when it was checked"), "{said}");
}

/// Names of folders are bytes, and not all bytes are text.
#[test]
fn copies_are_found_in_a_folder_of_any_name() {
    use std::os::unix::ffi::OsStrExt as _;

    let folder = tempfile::tempdir().expect("a folder");
    let strange = folder
        .path()
        .join(std::ffi::OsStr::from_bytes(b"copies-\xff"));
    let copies = PluginCopies::in_folder(strange);
    let isolation = isolation(folder.path());
    let plugin = Plugin::load_isolated(library(), &Policy::default(), &copies, &isolation);
    let plugin = plugin.expect("it runs apart");
    behave(&plugin, "nothing", &Arc::default()).expect("an answer");
}
