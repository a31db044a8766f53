//! Plugins in C, compiled with the header of the contract.

#![expect(clippy::disallowed_methods, reason = "tests write files")]

#[path = "written_in_c/echo.rs"]
mod echo;
#[path = "written_in_c/fields.rs"]
mod fields;
#[path = "written_in_c/glibc.rs"]
mod glibc;
#[path = "written_in_c/headers.rs"]
mod headers;
mod in_c;
#[path = "written_in_c/lies.rs"]
mod lies;
mod matrix;
#[path = "written_in_c/numbers.rs"]
mod numbers;
#[path = "written_in_c/refused.rs"]
mod refused;
#[path = "written_in_c/side_by_side.rs"]
mod side_by_side;

use std::path::Path;
use std::process::{Command, Output};
use std::sync::Arc;

use arrow_array::{Array, ArrayRef, Int64Array};
use insta::assert_snapshot;
use swath_meta::Meta;
use swath_plugin_host::{Bound, CallError, LoadError, Plugin, PluginCopies, Policy};

use in_c::library;

fn load(folder: &Path, library: &Path) -> Result<Arc<Plugin>, LoadError> {
    Plugin::load(
        library,
        &Policy::default(),
        &PluginCopies::in_folder(folder.join("copies")),
    )
}

/// Compiles the plugin that is shipped, after these changes, into this folder, and loads it.
fn compiled(folder: &Path, changes: &[(&str, &str)]) -> Result<Arc<Plugin>, LoadError> {
    load(
        folder,
        &library(folder, "plugins/bits/bits.c", changes, &[]),
    )
}

/// The same with the header that is in this folder.
fn compiled_with(
    header: &Path,
    folder: &Path,
    changes: &[(&str, &str)],
) -> Result<Arc<Plugin>, LoadError> {
    let flags = ["-I", &*header.to_string_lossy()];
    load(
        folder,
        &library(folder, "plugins/bits/bits.c", changes, &flags),
    )
}

/// Set where this program runs itself, to see how it ends.
const CHILD: &str = "SWATH_TRIED_CHILD";

/// Whether this is the process that [`child`] started.
fn is_child() -> bool {
    std::env::var_os(CHILD).is_some()
}

/// One of these tests in a process of its own, with a variable set in it.
fn child(test: &str, variable: (&str, &str)) -> Output {
    let program = std::env::current_exe().expect("a program has a path");
    Command::new(program)
        .args(["--exact", test, "--nocapture"])
        .env(CHILD, "1")
        .env(variable.0, variable.1)
        .output()
        .expect("it runs")
}

fn words(error: &CallError) -> String {
    error.to_string()
}

fn number() -> Meta {
    Meta::of([("n", "int64")]).expect("a meta")
}

/// The bits of some numbers, in pieces.
fn count_some(plugin: &Plugin) {
    let function = plugin.function("count").expect("it is in the list");
    let Bound::Scalar(bound) = function.bind("{}", &number()).expect("one number") else {
        unreachable!("it is a scalar");
    };
    let numbers: ArrayRef = Arc::new(Int64Array::from(vec![
        Some(0),
        None,
        Some(7),
        Some(-1),
        Some(8),
    ]));
    let expected = [Some(0), None, Some(3), Some(64), Some(1)];
    for (from, rows) in [(0, 5), (1, 3), (2, 0)] {
        let given = numbers.slice(from, rows);
        let found = bound.call(&[given], rows, None).expect("an answer");
        let expected: Int64Array = expected[from..from + rows].iter().collect();
        assert_eq!(found.as_ref(), &expected as &dyn Array);
        assert_eq!(found.null_count(), expected.null_count());
    }
}

#[test]
fn it_is_called_like_any_other() {
    let folder = tempfile::tempdir().expect("a folder");
    let plugin = compiled(folder.path(), &[]).expect("it is a plugin");
    assert_eq!(plugin.manifest().name, "bits");
    count_some(&plugin);
    let function = plugin.function("count").expect("it is in the list");
    let number = number();
    let text = Meta::of([("n", "string")]).expect("a meta");
    assert_snapshot!(words(&function.bind("{}", &text).expect_err("a text")), @"`bits.count`: it takes an int64");
    assert_snapshot!(words(&function.bind(r#"{"by":2}"#, &number).expect_err("no parameters")), @"`bits.count`: it has no parameters");
}

#[test]
fn it_is_refused_where_it_does_not_fit() {
    let folder = tempfile::tempdir().expect("a folder");
    let said = |from: &str, to: &str| {
        let error = compiled(folder.path(), &[(from, to)])
            .expect_err("it does not fit")
            .to_string();
        error.replace(
            &*folder
                .path()
                .canonicalize()
                .expect("it is there")
                .to_string_lossy(),
            "<folder>",
        )
    };
    assert_snapshot!(said(".major = 1", ".major = 2"), @"<folder>/libbits.so does not keep to the contract of plugins: it was built for version 2 of it, and this is 1; build it again with `swath plugin build`");
    assert_snapshot!(said("SWATH_PLUGIN_ENTRIES", "3"), @"<folder>/libbits.so does not keep to the contract of plugins: its table of the plugin lacks entries of 1.0; build it again with `swath plugin build`");
    assert_snapshot!(said("SWATH_FUNCTION_ENTRIES", "1"), @"<folder>/libbits.so does not keep to the contract of plugins: its table of a function lacks entries of 1.0; build it again with `swath plugin build`");
    assert_snapshot!(said("KIND_SCALAR", "KIND_AGGREGATE"), @"<folder>/libbits.so says of itself that it is of the kind `aggregate` when it is loaded, and that `count` is of the kind `scalar` in its file");
    assert_snapshot!(said("swath_plugin_root_v1 =", "swath_plugin_root_v2 ="), @"`<folder>/libbits.so` has the manifest of a plugin and exports no `_1as_0lib_1header_0root_bmodule_bloader` (one in another language: `swath_plugin_root_v1`): build it with `swath plugin build`, and keep its dynamic symbols when stripping it");
    assert_snapshot!(said(".count = 1", ".count = 0"), @"<folder>/libbits.so says of itself that it has [] when it is loaded, and that it has [count] in its file");
}

#[test]
fn what_it_forgets_is_found() {
    let folder = tempfile::tempdir().expect("a folder");
    let said = |at: &str, from: &str, to: &str| {
        let folder = folder.path().join(at);
        std::fs::create_dir(&folder).expect("a folder");
        let plugin = compiled(&folder, &[(from, to)]).expect("it is a plugin");
        let function = plugin.function("count").expect("it is in the list");
        words(
            &function
                .bind("{}", &number())
                .expect_err("something is missing"),
        )
    };
    assert_snapshot!(said("table", ".table = &BOUND", ".table = 1 ? NULL : &BOUND"), @"`bits.count`: it says that it gave what was asked for, and handed over no table of functions");
    assert_snapshot!(said("entries", "SWATH_BOUND_TABLE_ENTRIES", "1"), @"`bits.count`: it says that it gave what was asked for, and handed over no table of functions");
    assert_snapshot!(said("random", "is_deterministic", "is_odd"), @"`bits.count` does not say that it is deterministic, which a function of the kind `scalar` must be");
    assert_snapshot!(said("contract", "is_deterministic\\\":true", "requires\\\":[\\\"moon\\\"]"), @"`bits.count` needs a host that understands `moon`, which this version of swath does not; a newer one may");
}

#[test]
fn nulls_that_it_did_not_count_are_counted() {
    let folder = tempfile::tempdir().expect("a folder");
    let plugin = compiled(folder.path(), &[("out->null_count++;", "")]).expect("it is a plugin");
    count_some(&plugin);
}

const BEFORE_INIT: &str = "init(struct swath_host host) {\n    (void)host;\n    return ";

#[test]
fn what_it_cannot_be_made_ready_for() {
    let folder = tempfile::tempdir().expect("a folder");
    let from = format!("{BEFORE_INIT}answered()");
    let to = format!("{BEFORE_INIT}refused(SWATH_CODE_FUNCTION, \"no map of the moon\")");
    let error = compiled(folder.path(), &[(&from, &to)]).expect_err("it says so");
    let LoadError::Init { source, .. } = &error else {
        panic!("{error}");
    };
    assert_snapshot!(source, @"no map of the moon");
    assert!(error.to_string().ends_with("could not be made ready"));
}

/// It is asked once in a process: what a first half of it did is done.
#[test]
fn it_is_made_ready_once() {
    let folder = tempfile::tempdir().expect("a folder");
    let from = format!("{BEFORE_INIT}answered()");
    let before = BEFORE_INIT.replace("return ", "static int asked;\n    return asked++ == 1 ? ");
    let to = format!("{before}answered() : refused(SWATH_CODE_FUNCTION, \"no map of the moon\")");
    for _ in 0..3 {
        let error = compiled(folder.path(), &[(&from, &to)]).expect_err("it said so");
        let LoadError::Init { source, .. } = &error else {
            panic!("{error}");
        };
        assert_eq!(source.message, "no map of the moon");
    }
}

/// What the system finds missing when it opens a library.
#[test]
fn what_it_is_linked_to_has_to_be_there() {
    let folder = tempfile::tempdir().expect("a folder");
    let top = folder.path().canonicalize().expect("it is there");
    let said = |result: Result<Arc<Plugin>, LoadError>| {
        let error = result.expect_err("something is missing");
        assert!(matches!(error, LoadError::Open { .. }), "{error}");
        // The path of the copy that was opened has a hash in it.
        let text = error
            .to_string()
            .replace(&*top.to_string_lossy(), "<folder>");
        let words = text.split(' ').map(|word| {
            if word.contains("copies/") {
                "<copy>:"
            } else {
                word
            }
        });
        words.collect::<Vec<_>>().join(" ")
    };
    let calls = (
        "static int64_t ones(int64_t number) {",
        "int64_t nowhere(int64_t);\n\nstatic int64_t ones(int64_t number) {\n    if (number == 77) return nowhere(number);",
    );
    assert_snapshot!(said(compiled(&top, &[calls])), @"<folder>/libbits.so cannot be opened: dlopen failed: <copy>: undefined symbol: nowhere; `swath plugin inspect` shows which libraries and which glibc it needs");

    let gone = top.join("libgone.so");
    let made = Command::new("cc")
        .args(["-shared", "-fPIC", "-x", "c", "/dev/null", "-o"])
        .arg(&gone)
        .status();
    assert!(made.expect("there is a C compiler").success());
    let flags = [
        "-L",
        &*top.to_string_lossy(),
        "-Wl,--no-as-needed",
        "-lgone",
    ];
    let library = library(&top, "plugins/bits/bits.c", &[], &flags);
    std::fs::remove_file(gone).expect("it was there");
    assert_snapshot!(said(load(&top, &library)), @"<folder>/libbits.so cannot be opened: dlopen failed: libgone.so: cannot open shared object file: No such file or directory; `swath plugin inspect` shows which libraries and which glibc it needs");
}

/// A kind that came later is loaded with its plugin, and refused when it is used.
#[test]
fn a_kind_of_a_later_version() {
    let folder = tempfile::tempdir().expect("a folder");
    let changes = [
        ("SWATH_KIND_SCALAR", "99"),
        (r#"\"kind\":\"scalar\""#, r#"\"kind\":\"moon\""#),
    ];
    let plugin = compiled(folder.path(), &changes).expect("it is a plugin");
    let function = plugin.function("count").expect("it is in the list");
    assert_snapshot!(words(&function.bind("{}", &number()).expect_err("what is it?")), @"`bits.count` is of a kind that this version of swath does not know; a newer one may");
    assert_snapshot!(words(&function.bind_partitioner("{}", &number(), 2).expect_err("what is it?")), @"`bits.count` is of a kind that this version of swath does not know; a newer one may");
}

/// Nothing in the process can stop it: what may happen is isolated, or trusted.
#[test]
fn an_abort_ends_the_process() {
    use std::os::unix::process::ExitStatusExt as _;
    let folder = tempfile::tempdir().expect("a folder");
    if is_child() {
        let aborts = (
            "int64_t rows = column->length;",
            "int64_t rows = column->length;\n    abort();",
        );
        count_some(&compiled(folder.path(), &[aborts]).expect("it is a plugin"));
        unreachable!("the process ended");
    }
    let ended = child("an_abort_ends_the_process", ("RUST_BACKTRACE", "0"));
    let said = String::from_utf8_lossy(&ended.stderr);
    assert_eq!(ended.status.signal(), Some(6), "{said}");
}

/// Its tables are shorter than those of this version: what came since is not there, and is not looked for.
#[test]
fn one_that_was_compiled_with_the_header_of_1_0_is_loaded() {
    let header = tempfile::tempdir().expect("a folder");
    let of_then = include_str!("swath_plugin_1_0.h");
    assert!(of_then.contains("SWATH_BOUND_TABLE_ENTRIES UINT64_C(0xf)"));
    std::fs::write(header.path().join("swath_plugin.h"), of_then).expect("a file");
    let folder = tempfile::tempdir().expect("a folder");
    count_some(&compiled_with(header.path(), folder.path(), &[]).expect("a plugin"));
    // It may say of itself that it is of a kind that there was not then, and has nothing that such a function has.
    let folder = tempfile::tempdir().expect("a folder");
    let changes = [
        ("\"scalar", "\"source"),
        (".kind = SWATH_KIND_SCALAR", ".kind = 5"),
        (
            "if (request->inputs.n_children != 1 ||",
            "if (request->inputs.n_children == 0) return NULL;\n    if (",
        ),
        (
            "request.inputs.children[0]->children[0]->flags & ARROW_FLAG_NULLABLE",
            "0",
        ),
    ];
    let plugin = compiled_with(header.path(), folder.path(), &changes).expect("a plugin");
    let function = plugin.function("count").expect("it is in the list");
    let error = function
        .bind_source("{}")
        .expect_err("it has no such table");
    assert_snapshot!(words(&error), @"`bits.count` is a source, and its table has no `list`");
}
