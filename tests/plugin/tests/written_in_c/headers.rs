//! Headers of roots that are none: the symbol of a plugin in Rust, with whatever stands there.

use insta::assert_snapshot;
use swath_plugin_host::LoadError;

use super::compiled;

/// Where the root of the plugin begins, in front of which the header is put.
const ROOT: &str = "__attribute__((used, visibility(\"default\"))) const struct swath_plain_root";

/// What is said of a plugin with these bytes where a header should be, 512 of them, zeros behind those that are given.
fn said(bytes: &str) -> String {
    let folder = tempfile::tempdir().expect("a folder");
    let header = format!(
        "__attribute__((used, visibility(\"default\"))) const struct {{ char magic[32]; uint32_t version[2]; uint64_t rest[59]; }}\n    \
         _1as_0lib_1header_0root_bmodule_bloader = {bytes};\n\n{ROOT}"
    );
    let error = compiled(folder.path(), &[(ROOT, &header)]).expect_err("it has no root");
    assert!(matches!(error, LoadError::Layout { .. }), "{error}");
    let text = error.to_string();
    let (_, reason) = text.split_once("libbits.so ").expect("it names the file");
    reason.to_owned()
}

/// It has a plain root as well: the other symbol says that this is not what it is.
#[test]
fn a_header_that_is_none_is_an_error() {
    assert_snapshot!(said("{{0}, {0, 0}, {0}}"), @"does not keep to the contract of plugins: its root is none; build it again with `swath plugin build`");
    assert_snapshot!(said(r#"{"no header of any plugin at all", {7, 7}, {~(uint64_t)0, 1, 2, 3}}"#), @"does not keep to the contract of plugins: its root is none; build it again with `swath plugin build`");
    // Of `abi_stable`, and of another version of it.
    assert_snapshot!(said(r#"{"abi stable library for Rust     ", {0, 10}, {1, 2, 3}}"#), @"does not keep to the contract of plugins: its root is laid out by version 0.10 of `abi_stable`, and this is 0.11; build it again with `swath plugin build`");
}
