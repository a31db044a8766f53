//! What a user sees when `main` returns an error: the report, not a dump of a struct.

use std::process::Command;

#[test]
fn a_program_without_its_data_says_what_is_missing() {
    let empty = tempfile::tempdir().expect("a temporary folder");
    let output = Command::new(env!("CARGO_BIN_EXE_swath-readme"))
        .current_dir(empty.path())
        .output()
        .expect("the program starts");
    assert_eq!(output.status.code(), Some(1));
    assert!(output.stdout.is_empty());
    let report = String::from_utf8(output.stderr).expect("text");
    assert!(report.starts_with("Error: error[E0201]: "), "{report}");
    assert!(report.contains("large_sales_data"), "{report}");
    assert!(report.contains("src/bin/swath-readme.rs:8"), "{report}");
    assert!(report.contains("\n  fix "), "{report}");
    assert!(!report.contains('{'), "no dump of a struct: {report}");
}
