//! `pin`: the list of what may be loaded.

use std::path::Path;
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::Float64Type;
use arrow_array::{ArrayRef, Float64Array};
use insta::assert_snapshot;
use swath_meta::Meta;
use swath_plugin_host::{Bound, Pins, Plugin, PluginCopies, Policy};

use super::{folder, said, stable, swath};

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
        assert_snapshot!("list", read());
        assert_snapshot!("again", said(folder.path(), &["pin", "libtried.so"]));
    });
    let text = format!("# Ours.\n{}", read().replace("0.1.0", "0.0.9"));
    std::fs::write(&list, text).expect("a file");
    stable(|| {
        assert_snapshot!("newer", said(folder.path(), &["pin", "libtried.so"]));
        assert_snapshot!("newer-list", read());
    });
    std::fs::write(&list, "allow = [\"elsewhere\"]\n").expect("a file");
    let before = read();
    stable(|| {
        assert_snapshot!("not-allowed", said(folder.path(), &["pin", "libtried.so"]));
    });
    assert_eq!(read(), before, "what is not allowed is not listed");
    let elsewhere = ["pin", "libtried.so", "--into", "nowhere/plugins.toml"];
    stable(|| {
        assert_snapshot!(said(folder.path(), &elsewhere), @r#"
    exit code 2
    stderr: error: there is no folder for `nowhere/plugins.toml`: make it, or name another file with `--into`
    "#);
    });
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
