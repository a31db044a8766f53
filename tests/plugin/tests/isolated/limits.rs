//! Limits of the program that its processes have too.

use super::*;

/// Runs a test of this program in a process with a limit of so many KiB of addresses; the lines that say something.
#[track_caller]
pub(super) fn limited(test: &str, addresses: u64) -> Vec<String> {
    let script = format!("ulimit -v {addresses}; exec \"$0\" \"$@\"");
    let child = std::process::Command::new("/bin/sh")
        .args(["-c", &script])
        .arg(this_program())
        .args(["--exact", test, "--nocapture"])
        .env(CHILD, "1")
        .output()
        .expect("it runs");
    let printed = String::from_utf8_lossy(&child.stdout).into_owned();
    assert!(child.status.success(), "{printed}");
    let said = printed.lines().filter_map(|line| {
        let (_, said) = line.split_once("said: ")?;
        Some(said.to_owned())
    });
    said.collect()
}

#[test]
fn less_is_handed_over_at_once_where_addresses_are_few() {
    let name = "limits::less_is_handed_over_at_once_where_addresses_are_few";
    if std::env::var_os(CHILD).is_some() {
        let (plugin, folder) = apart();
        let bound = scalar(&plugin);
        let rows = |n| -> ArrayRef { Arc::new(Float64Array::from(vec![1.0; n])) };
        let found = bound.call(&[rows(1 << 20)], 1 << 20, None);
        assert_eq!(found.expect("an answer").len(), 1 << 20);
        let error = bound.call(&[rows(5 << 20)], 5 << 20, None);
        let error = error.expect_err("more than there is room for");
        println!("said: {}", words(&error, folder.path()));
        return;
    }
    assert_snapshot!(limited(name, 4 << 20).join("\n"), @"`tried.plus_one`: 41943040 bytes are more than can be handed to another process at once, which is 31 MiB: limits of this process (`ulimit -v`, `ulimit -f`) leave no more");
}
