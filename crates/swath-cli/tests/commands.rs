//! The program and its commands on a plugin that was built beside these tests, and the crates that `new` begins with.

#![expect(clippy::disallowed_methods, reason = "tests copy and overwrite files")]
#![expect(
    unreachable_pub,
    reason = "what `new` writes is public: it becomes the top of a library"
)]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::Float64Type;
use arrow_array::{ArrayRef, Float64Array};
use insta::assert_snapshot;
use swath_meta::Meta;
use swath_plugin::testing;
use swath_plugin_host::{Bound, Isolation, Pins, Plugin, PluginCopies, Policy};

#[path = "../templates/aggregate.rs"]
mod aggregate;
#[path = "../templates/partition.rs"]
mod partition;
#[path = "../templates/partitioner.rs"]
mod partitioner;
#[path = "../templates/scalar.rs"]
mod scalar;
#[path = "../templates/sink.rs"]
mod sink;
#[path = "../templates/source.rs"]
mod source;

/// The library of a package of tests, built beside these.
fn library(package: &str) -> PathBuf {
    let tests = std::env::current_exe().expect("a program has a path");
    let folder = tests.parent().expect("it is in a folder");
    let library = folder.join(format!("lib{}.so", package.replace('-', "_")));
    library.canonicalize().expect("it was built")
}

fn swath(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_swath"))
        .arg("plugin")
        .args(arguments)
        .current_dir(folder)
        .output()
        .expect("it starts")
}

/// What the program said in a folder, with exit code, and without what differs from build to build.
#[track_caller]
fn said(folder: &Path, arguments: &[&str]) -> String {
    let output = swath(folder, arguments);
    let mut text = format!("exit code {}\n", output.status.code().unwrap_or(-1));
    for (name, bytes) in [("", &output.stdout), ("stderr: ", &output.stderr)] {
        if !bytes.is_empty() {
            text.push_str(name);
            text.push_str(&String::from_utf8_lossy(bytes));
        }
    }
    let folder = folder.canonicalize().expect("a folder");
    let library = library("swath-tried");
    text.replace(&*folder.to_string_lossy(), "[folder]")
        .replace(&*library.to_string_lossy(), "[library]")
}

#[test]
fn a_worker_is_started_by_programs() {
    let program = env!("CARGO_BIN_EXE_swath");
    let by_hand = Command::new(program)
        .arg("plugin-worker")
        .output()
        .expect("it starts");
    assert_eq!(by_hand.status.code(), Some(2));
    assert_snapshot!(String::from_utf8_lossy(&by_hand.stderr), @r#"error: `swath plugin-worker` runs plugins for a program that keeps them apart, which starts it itself: see `isolate = "process"` in a `plugins.toml`"#);

    let folder = tempfile::tempdir().expect("a folder");
    let copies = PluginCopies::in_folder(folder.path().join("copies"));
    let isolation = Isolation::default().worker(program);
    let policy = Policy::default();
    let plugin = Plugin::load_isolated(library("swath-tried"), &policy, &copies, &isolation);
    let plugin = plugin.expect("it runs apart");
    let function = plugin.function("plus_one").expect("it is in the list");
    let args = Meta::of([("0", "float64")]).expect("a meta");
    let Ok(Bound::Scalar(bound)) = function.bind("{}", &args) else {
        panic!("it is a scalar");
    };
    let numbers: ArrayRef = Arc::new(Float64Array::from(vec![1.0]));
    let found = bound.call(&[numbers], 1, None).expect("an answer");
    assert_eq!(
        format!("{found:?}"),
        "PrimitiveArray<Float64>\n[\n  2.0,\n]"
    );
}

/// A folder with the plugin in it.
fn folder() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("libtried.so");
    std::fs::copy(library("swath-tried"), &file).expect("a copy");
    (folder, file)
}

/// Filters for what differs from build to build.
fn stable(run: impl FnOnce()) {
    insta::with_settings!({filters => vec![
        (r"[0-9a-f]{64}", "[hash]"),
        (r"byte [0-9]+|[0-9]+ bytes", "[bytes]"),
        (r"\b[0-9a-f]{12}\b", "[short]"),
        (r"size( +)[0-9.]+ MiB", "size$1[size] MiB"),
        (r"glibc( +)2\.[0-9]+", "glibc${1}2.[minor]"),
        (r"libraries( +).*", "libraries$1[libraries]"),
    ]}, { run() });
}

#[test]
fn inspect_reads_the_file() {
    let (folder, _file) = folder();
    stable(|| {
        assert_snapshot!("inspect", said(folder.path(), &["inspect", "libtried.so"]));
    });
    let output = swath(folder.path(), &["inspect", "--json", "libtried.so"]);
    let found: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(found["manifest"]["name"], "tried");
    assert_eq!(found["manifest"]["functions"][1]["params"][1]["min"], 0.0);
    assert_eq!(found["refused"], serde_json::Value::Null);
    assert_eq!(found["blake3"].as_str().map(str::len), Some(64));
}

#[test]
fn what_is_no_plugin() {
    let (folder, file) = folder();
    let whole = std::fs::read(&file).expect("a file");
    std::fs::write(&file, &whole[..whole.len() / 2]).expect("a file");
    stable(|| {
        assert_snapshot!(
            "truncated",
            said(folder.path(), &["inspect", "libtried.so"])
        );
        assert_snapshot!("missing", said(folder.path(), &["doc", "libgeo.so"]));
    });
}

#[test]
fn a_page() {
    let (folder, _file) = folder();
    assert_snapshot!("doc", said(folder.path(), &["doc", "libtried.so"]));
}

#[test]
fn the_same_file_has_no_changes() {
    let (folder, _file) = folder();
    let library = library("swath-tried");
    let arguments = ["diff", &*library.to_string_lossy(), "libtried.so"];
    assert_snapshot!("diff", said(folder.path(), &arguments));
    let bound = ["diff", "--bind", arguments[1], arguments[2]];
    assert_eq!(said(folder.path(), &bound), said(folder.path(), &arguments));
}

/// Whoever loads a list looks from where it is, and not from where a link to it is.
#[test]
fn a_list_behind_a_link_is_one_of_its_own_folder() {
    let (folder, _file) = folder();
    let shared = folder.path().join("shared");
    std::fs::create_dir(&shared).expect("a folder");
    std::fs::write(shared.join("plugins.toml"), "").expect("a file");
    std::os::unix::fs::symlink("shared/plugins.toml", folder.path().join("plugins.toml"))
        .expect("a link");
    said(folder.path(), &["pin", "libtried.so"]);
    let list = std::fs::read_to_string(shared.join("plugins.toml")).expect("a list");
    assert!(list.contains("path = \"../libtried.so\""), "{list}");
}

#[test]
fn a_plugin_is_pinned() {
    let (folder, file) = folder();
    let list = folder.path().join("plugins.toml");
    let read = || std::fs::read_to_string(&list).expect("a list");
    stable(|| {
        assert_snapshot!("pin", said(folder.path(), &["pin", "libtried.so"]));
        assert_snapshot!("pin-list", read());
        assert_snapshot!("pin-again", said(folder.path(), &["pin", "libtried.so"]));
    });
    let text = format!("# Ours.\n{}", read().replace("0.1.0", "0.0.9"));
    std::fs::write(&list, text).expect("a file");
    stable(|| {
        assert_snapshot!("pin-newer", said(folder.path(), &["pin", "libtried.so"]));
        assert_snapshot!("pin-newer-list", read());
    });
    std::fs::write(&list, "allow = [\"elsewhere\"]\n").expect("a file");
    let before = read();
    stable(|| {
        assert_snapshot!(
            "pin-not-allowed",
            said(folder.path(), &["pin", "libtried.so"])
        );
    });
    assert_eq!(read(), before, "what is not allowed is not listed");
    drop(file);
}

/// What a scalar of a pinned library gives for some numbers: loaded under the list that `pin` wrote, and bound as a session does it.
fn called(folder: &Path, library: &Path, function: &str, numbers: &[f64]) -> f64 {
    let pins = Pins::read(folder.join("plugins.toml")).expect("the list");
    let copies = PluginCopies::in_folder(folder.join("copies"));
    let plugin = Plugin::load(library, &Policy::from(pins), &copies).expect("it is pinned");
    let names: Vec<String> = (0..numbers.len()).map(|at| at.to_string()).collect();
    let args = Meta::of(names.iter().map(|name| (name.as_str(), "float64")));
    let function = plugin.function(function).expect("it is in the list");
    let bound = function.bind("{}", &args.expect("a meta"));
    let Ok(Bound::Scalar(bound)) = bound else {
        unreachable!("it is a scalar of floats");
    };
    let column = |number: &f64| -> ArrayRef { Arc::new(Float64Array::from(vec![*number])) };
    let columns: Vec<ArrayRef> = numbers.iter().map(column).collect();
    let found = bound.call(&columns, 1, None).expect("an answer");
    found.as_primitive::<Float64Type>().value(0)
}

#[test]
fn what_is_pinned_is_loaded_and_called() {
    let (folder, file) = folder();
    let pinned = swath(folder.path(), &["pin", "libtried.so"]);
    assert!(pinned.status.success());
    let found = called(folder.path(), &file, "plus_one", &[1.5]);
    assert!((found - 2.5).abs() < f64::EPSILON);
}

/// Nothing of a file runs that is only looked at: this one leaves a trace when it does.
#[test]
fn what_is_looked_at_does_not_run() {
    let folder = tempfile::tempdir().expect("a folder");
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let bits = std::fs::read_to_string(root.join("plugins/bits/bits.c")).expect("it is shipped");
    let trace = "#include <stdio.h>\n__attribute__((constructor)) static void leave(void) {\n    FILE *file = fopen(\"trace\", \"w\");\n    if (file) fclose(file);\n}\n";
    let source = folder.path().join("bits.c");
    std::fs::write(&source, format!("{bits}{trace}")).expect("a file");
    let library = folder.path().join("libbits.so");
    let made = Command::new("cc")
        .args(["-std=c11", "-shared", "-fPIC", "-I"])
        .arg(root.join("crates/swath-plugin-abi/include"))
        .arg("-o")
        .arg(&library)
        .arg(&source)
        .status();
    assert!(made.expect("there is a C compiler").success());
    std::fs::copy(&library, folder.path().join("libother.so")).expect("a copy");
    let run = |arguments: &[&str]| {
        let output = swath(folder.path(), arguments);
        assert!(output.status.success(), "{output:?}");
        folder.path().join("trace").exists()
    };
    for arguments in [
        &["inspect", "libbits.so"][..],
        &["inspect", "--json", "libbits.so"],
        &["doc", "libbits.so"],
        &["diff", "libbits.so", "libother.so"],
        &["pin", "libbits.so"],
    ] {
        assert!(!run(arguments), "{arguments:?}");
    }
    // Whoever lets it be called finds the trace.
    assert!(run(&["diff", "--bind", "libbits.so", "libother.so"]));
    std::fs::remove_file(folder.path().join("trace")).expect("it was left");
    assert!(run(&["check", "libbits.so", "--cases", "4"]));
}

/// What a function declares is known when it is bound, and no manifest says it.
#[test]
fn what_functions_declare_is_compared() {
    let folder = tempfile::tempdir().expect("a folder");
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let bits = std::fs::read_to_string(root.join("plugins/bits/bits.c")).expect("it is shipped");
    let nulls = bits.replace("\"count\", nullable", "\"count\", ARROW_FLAG_NULLABLE");
    let strict = bits.replace(
        "!= 0) return \"it takes an int64\"",
        "== 0) return \"it takes no int64\"",
    );
    for (name, text) in [("bits", &bits), ("nulls", &nulls), ("strict", &strict)] {
        let source = folder.path().join(format!("{name}.c"));
        std::fs::write(&source, text).expect("a file");
        let made = Command::new("cc")
            .args(["-std=c11", "-shared", "-fPIC", "-I"])
            .arg(root.join("crates/swath-plugin-abi/include"))
            .arg("-o")
            .arg(folder.path().join(format!("lib{name}.so")))
            .arg(&source)
            .status();
        assert!(made.expect("there is a C compiler").success());
    }
    for new in ["nulls", "strict"] {
        let new_file = format!("lib{new}.so");
        let said = |more: &[&str]| {
            let arguments = ["diff", "libbits.so", &new_file];
            let arguments: Vec<&str> = arguments.iter().chain(more).copied().collect();
            said(folder.path(), &arguments)
        };
        assert!(said(&[]).contains("no change for callers"));
        assert_snapshot!(format!("diff-bind-{new}"), said(&["--bind"]));
    }
}

#[test]
fn wrong_use() {
    let folder = tempfile::tempdir().expect("a folder");
    stable(|| {
        assert_snapshot!("no-file", said(folder.path(), &["inspect"]));
        assert_snapshot!("no-crate", said(folder.path(), &["build"]));
    });
}

/// What is in each file that `new` writes is compiled and tested here; what it makes of a name is looked at beside it.
#[test]
fn new_crates_are_plugins() {
    for (root, functions) in [
        (scalar::plugin(), ["haversine_km"]),
        (partition::plugin(), ["scale"]),
        (aggregate::plugin(), ["spread"]),
        (partitioner::plugin(), ["blocks"]),
        (source::plugin(), ["lines"]),
        (sink::plugin(), ["lines"]),
    ] {
        let manifest = testing::manifest(root).expect("a manifest");
        let names: Vec<_> = manifest.functions.iter().map(|one| &one.name).collect();
        assert_eq!(names, functions);
    }
}

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
        ("no_first_row", "meta"),
        ("peeking", "meta"),
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
        assert_snapshot!("check-broken", found.join("\n"));
    });
}

#[test]
fn a_counterexample_is_small_and_can_be_repeated() {
    let said = checked(&["--function", "numbered"]);
    assert_snapshot!("check-pieces", said);
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
        assert_snapshot!(format!("check-{function}"), said(folder.path(), &arguments));
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
        assert_snapshot!(format!("check-{name}"), more(params));
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
        assert_snapshot!(format!("check-{name}"), sink(how));
    }
    assert_snapshot!(
        "check-examples",
        said(folder.path(), &["check", "libtried.so"])
    );
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
        assert_snapshot!(format!("check-no-{name}"), said(folder.path(), &arguments));
    }
}

#[test]
fn a_function_is_timed() {
    let (folder, _file) = folder();
    let arguments = ["bench", "libtried.so", "--function", "plus_one"];
    insta::with_settings!({filters => vec![(r" +[0-9.]+ (ns|µs|ms)", " [time]")]}, {
        assert_snapshot!("bench", said(folder.path(), &arguments));
    });
}

/// The way of an author who has nothing, once for each kind of function: what `new` makes is built, tested and checked in a folder of
/// its own, with nothing fetched and without a warning.
#[test]
#[ignore = "compiles Arrow for a crate outside this workspace, which takes minutes; `cargo xtask test` runs it"]
fn authors_begin_with_nothing() {
    let target = env!("CARGO_TARGET_TMPDIR");
    let folder = tempfile::tempdir().expect("a folder");
    let lock = concat!(env!("CARGO_MANIFEST_DIR"), "/../../Cargo.lock");
    let in_folder = |name: &str, arguments: &[&str]| {
        let output = swath(&folder.path().join(name), arguments);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(
            output.status.success() && !said.contains("warning"),
            "{arguments:?}: {said}"
        );
    };
    for kind in [
        "scalar",
        "partition",
        "aggregate",
        "partitioner",
        "source",
        "sink",
    ] {
        let name = format!("begun-{kind}");
        in_folder(".", &["new", &name, "--kind", kind]);
        // The versions that this workspace is tested with.
        std::fs::copy(lock, folder.path().join(&name).join("Cargo.lock")).expect("a copy");
        in_folder(
            &name,
            &[
                "build",
                "--debug",
                "--",
                "--offline",
                "--target-dir",
                target,
            ],
        );
        let tested = Command::new(env!("CARGO"))
            .args(["test", "--offline", "--target-dir", target])
            .current_dir(folder.path().join(&name))
            .status();
        assert!(tested.expect("cargo starts").success(), "{kind}");
        let library = format!("{target}/debug/libbegun_{kind}.so");
        in_folder(&name, &["check", &library]);
        in_folder(&name, &["pin", &library]);
        if kind == "scalar" {
            let places = [52.52, 13.40, 48.86, 2.35];
            let folder = folder.path().join(&name);
            let distance = called(&folder, library.as_ref(), "haversine_km", &places);
            assert!((distance - 878.0).abs() < 2.0, "{distance}");
        }
    }
}
