//! The whole demo on few rows, and the figures on its page.

use crate::{demo, interrupt::Interrupt, options::Options};

fn page(rows: &str) -> String {
    let data = tempfile::tempdir().unwrap();
    let options = Options {
        rows: rows.to_owned(),
        files: 10,
        threads: Some(2),
        memory_limit: "1GiB".to_owned(),
        data: data.path().to_owned(),
        plugins: Vec::new(),
    };
    let mut page = Vec::new();
    demo(&options, &Interrupt::default(), &mut page).unwrap();
    String::from_utf8(page).unwrap()
}

/// The cells of the one line that begins like this, without thousands' commas.
#[track_caller]
fn cells(page: &str, start: &str) -> Vec<String> {
    let mut lines = page.lines().filter_map(|line| line.strip_prefix(start));
    let line = lines
        .next()
        .unwrap_or_else(|| panic!("no line `{start}` in\n{page}"));
    line.split("  ")
        .map(|cell| cell.trim().replace(',', ""))
        .filter(|cell| !cell.is_empty())
        .collect()
}

#[test]
fn the_page_says_what_was_read_kept_and_given_back() {
    let page = page("3e4");
    assert!(
        page.starts_with("swath: 30,000 sales in 10 Parquet files, on 2 threads, in at most 1GiB")
    );
    for region in ["Europe", "Oceania", "South Asia"] {
        assert!(page.contains(region), "{region} in\n{page}");
    }
    // Ten row groups, one a file; the last week is in the last of them.
    assert_eq!(cells(&page, "row groups"), ["10", "0", "10", "10"]);
    assert_eq!(cells(&page, "of them skipped"), ["0", "0", "0", "9"]);
    let amounts = cells(&page, "values decoded of amount");
    assert_eq!(amounts[..3], ["30000", "0", "30000"]);
    // Other columns are decoded only where the amount passed, and by the queries only where they are named.
    let passed: u64 = cells(&page, "rows that passed")[0].parse().unwrap();
    let regions: u64 = cells(&page, "values decoded of region")[2].parse().unwrap();
    assert!(passed > 0 && regions < 30_000, "{page}");
    assert!(
        page.contains("of 30,000 rows pass, and stay in memory"),
        "{page}"
    );

    // 3,000 lines in four files, of which 4.5 % are errors.
    assert!(page.contains("2025-03-04T23:00:00"), "{page}");
    assert!(page.contains("% of the lines are errors"), "{page}");

    let counted = cells(&page, "the session counts");
    assert_eq!([&*counted[0], &*counted[2], &*counted[3]], ["0", "0", "0"]);
    assert!(counted[1].ends_with("iB"), "{counted:?}");
}

#[test]
fn rows_that_are_no_number_are_refused() {
    let options = Options {
        rows: "many".to_owned(),
        files: 1,
        threads: None,
        memory_limit: "1GiB".to_owned(),
        data: "nowhere".into(),
        plugins: Vec::new(),
    };
    let error = demo(&options, &Interrupt::default(), &mut Vec::new()).unwrap_err();
    assert!(error.to_string().contains("`many` is no number of rows"));
}

#[test]
fn a_file_that_is_no_plugin_is_refused() {
    let data = tempfile::tempdir().unwrap();
    let options = Options {
        rows: "100".to_owned(),
        files: 1,
        threads: Some(1),
        memory_limit: "1GiB".to_owned(),
        data: data.path().to_owned(),
        plugins: vec!["no/such/libsketch.so".into()],
    };
    let error = demo(&options, &Interrupt::default(), &mut Vec::new()).unwrap_err();
    assert!(
        error.to_string().contains("no/such/libsketch.so"),
        "{error}"
    );
}
