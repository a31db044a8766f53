//! `check`: what a plugin promises and does not keep.

use insta::assert_snapshot;

use super::{folder, library, said};

/// What `check` says of the plugin whose functions are all wrong.
fn checked(more: &[&str]) -> String {
    let folder = tempfile::tempdir().expect("a folder");
    let library = library("swath-faulty");
    let library = library.to_string_lossy();
    let arguments: Vec<&str> = ["check", &library].iter().chain(more).copied().collect();
    said(folder.path(), &arguments).replace(&*library, "libfaulty.so")
}

#[test]
fn each_broken_promise_is_found() {
    let said = checked(&[]);
    let mut found = Vec::new();
    let mut function = "";
    for line in said.lines() {
        match line.split_once(',') {
            Some((name, _)) if name.starts_with("faulty.") => function = name,
            _ if line.contains("BROKEN") => found.push(format!("{function}: {}", line.trim())),
            _ => {}
        }
    }
    for (function, property) in [
        ("numbered", "pieces"),
        ("counted", "again"),
        ("never_null", "meta"),
        ("beneath", "layouts"),
        ("racing", "threads"),
        ("no_first_row", "meta"),
        ("peeking", "meta"),
        ("peering", "reads"),
        ("narrow", "pieces"),
        ("wide", "columns"),
        ("reversed", "order"),
        ("upside_down", "order"),
        ("short_sighted", "halo"),
        ("deaf", "cancel"),
        ("deaf_soon", "cancel"),
        ("mean_of_means", "merge"),
        ("forgetful", "meta"),
        ("sevenths", "targets"),
        ("dealt", "pieces"),
        ("beneath_beside", "frames"),
        ("never_alone", "frames"),
        ("overcounted", "meta"),
        ("renamed", "list"),
        ("narrowed", "columns"),
        ("eager", "filters"),
        ("one_place", "again"),
        ("first_batch", "receipt"),
        ("uncleared", "abort"),
    ] {
        let start = format!("faulty.{function}: {property} ");
        assert!(
            found.iter().any(|line| line.starts_with(&start)),
            "{start} is not in {said}"
        );
    }
    // How often a function was called depends on how often it was tried to cancel it.
    let filters = vec![
        (r"for [0-9]+ ms", "for [time] ms"),
        (
            r"answer: [0-9]+\.0 in row 0 of `counted`, and [0-9]+\.0",
            "answer: [n] in row 0 of `counted`, and [n + 1]",
        ),
    ];
    insta::with_settings!({filters => filters}, {
        assert_snapshot!("broken", found.join("\n"));
    });
}

#[test]
fn a_counterexample_is_small_and_can_be_repeated() {
    let said = checked(&["--function", "numbered"]);
    assert_snapshot!("pieces", said);
    let again = [
        "--function",
        "numbered",
        "--params",
        "{}",
        "--in",
        "x: float64?",
        "--seed",
        "1",
        "--cases",
        "4",
    ];
    let again = checked(&again);
    let broken = |said: &str| said.split_once("BROKEN").map(|(_, rest)| rest.to_owned());
    assert_eq!(broken(&again), broken(&said));
}

#[test]
fn kept_promises() {
    let (folder, _file) = folder();
    for (function, params, columns) in [
        ("plus_one", "{}", "x: float64?"),
        (
            "scale",
            r#"{"column":"x","factor":2}"#,
            "x: float64?, name: category?",
        ),
        ("sum", "{}", "x: float64?"),
        ("in_turn", r#"{"from":3}"#, "x: int64"),
    ] {
        let arguments = [
            "check",
            "libtried.so",
            "--function",
            function,
            "--params",
            params,
            "--in",
            columns,
        ];
        assert_snapshot!(format!("{function}"), said(folder.path(), &arguments));
    }
    let arguments = ["check", "libtried.so", "--function", "numbers"];
    let more = |params| {
        said(
            folder.path(),
            &[&arguments[..], &["--params", params]].concat(),
        )
    };
    for (name, params) in [
        ("numbers", r#"{"parts":3}"#),
        ("numbers-fewer", r#"{"how":"fewer rows"}"#),
        ("numbers-again", r#"{"how":"drifts"}"#),
        ("numbers-filters", r#"{"how":"eager filters"}"#),
        ("numbers-random", r#"{"how":"random"}"#),
    ] {
        assert_snapshot!(format!("{name}"), more(params));
    }
    let target = tempfile::tempdir().expect("a folder");
    let target = target.path().to_str().expect("a text");
    let sink = |how: &str| {
        let params = format!(r#"{{"folder":"{target}","how":"{how}","at":2}}"#);
        let arguments = ["check", "libtried.so", "--function", "table", "--params"];
        let more = [params.as_str(), "--in", "z: int64?"];
        let said = said(folder.path(), &[&arguments[..], &more[..]].concat());
        said.replace(target, "[target]")
    };
    for (name, how) in [
        ("table", ""),
        ("table-pieces", "one batch"),
        ("table-abort", "error in abort"),
    ] {
        assert_snapshot!(format!("{name}"), sink(how));
    }
    assert_snapshot!("examples", said(folder.path(), &["check", "libtried.so"]));
}

#[test]
fn what_cannot_be_checked() {
    let (folder, _file) = folder();
    for (name, arguments) in [
        (
            "function",
            &["--function", "plus_two", "--in", "x: float64"][..],
        ),
        ("example", &["--function", "sum"]),
        ("columns", &["--function", "plus_one", "--in", "x"]),
        ("bind", &["--function", "plus_one", "--in", "x: string"]),
        (
            "params",
            &[
                "--function",
                "scale",
                "--in",
                "x: float64",
                "--params",
                r#"{"columm":"x"}"#,
            ],
        ),
    ] {
        let arguments: Vec<&str> = ["check", "libtried.so"]
            .iter()
            .chain(arguments)
            .copied()
            .collect();
        assert_snapshot!(format!("no-{name}"), said(folder.path(), &arguments));
    }
}
