//! What a function says when it is bound is the same in every process, and whole.

use super::*;

/// A file that a source follows was changed after it was bound here, and before it is bound in the process that reads.
#[track_caller]
fn read_in_a_new_process(how: &str) -> CallError {
    let (plugin, folder) = apart();
    let marker = folder.path().join("marker");
    let params = format!(
        r#"{{"parts":1,"rows":4,"at":7,"how":"{how} after {}"}}"#,
        marker.display()
    );
    let (bound, wanted) = numbers(&plugin, &params).expect("parameters");
    let listing = bound.list(None).expect("a list");
    for worker in children() {
        end(&worker);
    }
    let read = || {
        let mut run = bound.read(&listing.parts[0], &wanted, Arc::new(Third(0)))?;
        run.next_batch()
    };
    let error = read().expect_err("it has other columns by now");
    // Not only the first time, and in words that do not change.
    let again = read().expect_err("it has them still");
    assert_eq!(error.to_string(), again.to_string());
    error
}

#[test]
fn other_columns_in_a_new_process_are_an_error() {
    assert_snapshot!(read_in_a_new_process("retyped"), @"`tried.numbers`: it was bound to other columns in a new process than before: column 1 is `half` int64, and was `half` float64; as long as it is used, what it is bound to has to follow from its parameters and inputs alone: begin anew where what it stands on has changed");
}

#[test]
fn another_contract_in_a_new_process_is_an_error() {
    assert_snapshot!(read_in_a_new_process("random"), @"`tried.numbers`: it was bound to other promises in a new process than before: `is_deterministic` is false, and was true; as long as it is used, what it is bound to has to follow from its parameters and inputs alone: begin anew where what it stands on has changed");
}

/// A function of a kind whose table is that of another: it is refused when it is bound, and not when it is read.
#[test]
fn a_table_that_lacks_what_its_kind_has_is_an_error() {
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
    let library = in_c::library(folder.path(), "plugins/bits/bits.c", &changes, &[]);
    let copies = PluginCopies::in_folder(folder.path().join("copies"));
    let isolation = isolation(folder.path());
    let plugin = Plugin::load_isolated(library, &Policy::default(), &copies, &isolation);
    let plugin = plugin.expect("it runs apart");
    let function = plugin.function("count").expect("it is in the list");
    let error = function
        .bind_source("{}")
        .expect_err("it has no such table");
    assert_snapshot!(words(&error, folder.path()), @"`bits.count`: is a source, and its table has no `list`");
}
