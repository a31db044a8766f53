//! The program of the README, run where its data are.

use std::{path::Path, process::Command};
use swath_data::{Form, Sales};

fn run(folder: &Path) -> std::process::Output {
    Command::new(env!("CARGO_BIN_EXE_swath-readme"))
        .current_dir(folder)
        .output()
        .expect("the program starts")
}

#[test]
fn it_prints_the_structure_what_is_held_and_the_answers() {
    let folder = tempfile::tempdir().unwrap();
    let sales = Sales {
        rows: 20_000,
        seed: 1,
    };
    swath_data::write(
        &sales,
        Form::Parquet,
        4,
        &folder.path().join("large_sales_data"),
    )
    .unwrap();
    let output = run(folder.path());
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{text}");
    for expected in ["amount", "partitions: ", "Europe: ", "Electronics 000"] {
        assert!(text.contains(expected), "{expected} in\n{text}");
    }
}

#[test]
fn without_data_it_ends_with_the_report_and_its_own_line() {
    let folder = tempfile::tempdir().unwrap();
    let output = run(folder.path());
    let text = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(output.stdout.is_empty());
    // `main` prints errors by `Debug`: a report there too, no dump of a struct.
    assert!(text.starts_with("Error: error[E0201]: "), "{text}");
    for expected in ["large_sales_data", "swath-readme.rs:8", "\n  fix "] {
        assert!(text.contains(expected), "{expected} in\n{text}");
    }
}
