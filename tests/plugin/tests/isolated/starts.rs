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

#[test]
fn a_file_that_changed_after_it_was_checked_is_refused() {
    let (plugin, folder) = apart();
    let copies = std::fs::read_dir(folder.path().join("copies")).expect("a folder");
    let copy = copies.map(|copy| copy.expect("a file").path()).next();
    let copy = copy.expect("there is one");
    std::fs::remove_file(&copy).expect("it is ours");
    // A worker that is there has it open; a new one is refused.
    behave(&plugin, "nothing", &Arc::default()).expect("an answer");
    let error = behave(&plugin, "segv", &Arc::default()).expect_err("no copy any more");
    let text = words(&error, folder.path());
    assert!(
        text.contains("cannot be used in a process of its own"),
        "{text}"
    );
}
