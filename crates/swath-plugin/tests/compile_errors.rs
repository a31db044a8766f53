//! What an author reads who writes something that cannot be a plugin: each program is compiled, and must fail with these words.
//!
//! The compiler is started on the library that this test is linked with, so that nothing is built twice. Only messages of the
//! macros and of the traits are compared, and the lines that they point to: rustc's own words change with its version.

use std::path::{Path, PathBuf};
use std::process::Command;

use insta::assert_snapshot;
use serde_json::Value;

/// The folder of this test, where the libraries are that it was linked with.
fn libraries() -> PathBuf {
    let test = std::env::current_exe().expect("a test is a program");
    test.parent().expect("in a folder").to_owned()
}

/// The library of the crate that was built last: others in the folder are of other settings.
#[expect(clippy::disallowed_methods, reason = "no error of a user's file")]
fn library(folder: &Path) -> PathBuf {
    let files = std::fs::read_dir(folder).expect("the folder of this test");
    let of_crate = files.filter_map(|file| {
        let path = file.ok()?.path();
        let name = path.file_stem()?.to_str()?;
        let is_it = name.starts_with("libswath_plugin-") && path.extension()? == "rlib";
        let written = path.metadata().and_then(|about| about.modified()).ok()?;
        is_it.then_some((written, path))
    });
    of_crate.max().expect("what this test is linked with").1
}

/// The errors of a program; `flags` are for the compiler.
#[expect(clippy::disallowed_methods, reason = "no error of a user's file")]
fn errors_with(name: &str, flags: &[&str], program: &str) -> String {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("compile_errors_{name}"));
    std::fs::create_dir_all(&folder).expect("a folder for tests");
    let file = folder.join("plugin.rs");
    let program = format!("use swath_plugin::prelude::*;\n{program}\n");
    std::fs::write(&file, program).expect("a folder for tests");
    let libraries = libraries();
    let mut rustc = Command::new(std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into()));
    rustc
        .args([
            "--crate-type=lib",
            "--edition=2024",
            "--emit=metadata",
            "--error-format=json",
        ])
        .args(flags)
        .arg("--out-dir")
        .arg(&folder)
        .arg("-L")
        .arg(format!("dependency={}", libraries.display()))
        .arg("--extern")
        .arg(format!("swath_plugin={}", library(&libraries).display()))
        .arg(&file);
    let output = rustc.output().expect("the compiler that built this test");
    let said = String::from_utf8(output.stderr).expect("JSON is UTF-8");
    let mut errors: Vec<(String, String)> = said.lines().filter_map(error).collect();
    assert_eq!(errors.is_empty(), output.status.success(), "{said}");
    // What the macros write uses a type more than once: where it is first.
    errors.dedup_by(|next, first| next.1 == first.1);
    let errors = errors.into_iter().map(|(line, words)| line + &words);
    errors.collect::<Vec<_>>().join("\n")
}

/// An error of the compiler, if the line is one: the line of the program that it points to, its message, and its notes.
fn error(line: &str) -> Option<(String, String)> {
    let diagnostic: Value = serde_json::from_str(line).ok()?;
    if diagnostic["level"] != "error" {
        return None;
    }
    let spans = diagnostic["spans"].as_array()?;
    let at = spans.iter().find(|span| span["is_primary"] == true)?;
    let text = at["text"][0]["text"].as_str().unwrap_or_default().trim();
    let mut words = vec![diagnostic["message"].as_str()?];
    for note in diagnostic["children"].as_array()? {
        let message = note["message"].as_str().unwrap_or_default();
        // Others are rustc's: what requires it, and what else there is.
        let is_ours = note["spans"].as_array().is_some_and(Vec::is_empty);
        if is_ours && note["level"] == "note" && message.starts_with("it ") {
            words.push(message);
        }
    }
    // What is found while constants are computed points into the crate, and not to a line of the program.
    let start = if text.is_empty() { "" } else { "\n  " };
    Some((text.to_owned() + start, words.join("\n  ")))
}

macro_rules! check {
    ($name:ident: $program:literal, @$expected:literal) => {
        #[test]
        fn $name() {
            assert_snapshot!(errors_with(stringify!($name), &[], $program), @$expected);
        }
    };
}

#[test]
fn a_plugin_that_does_compile() {
    let program = r#"
        /// Kilometres.
        #[scalar]
        pub fn km(miles: f64, name: Option<&str>) -> Result<Option<f64>> { let _ = name; Ok(Some(miles * 1.609_344)) }
        #[derive(Params)]
        pub struct Keep { #[param(default = "30min")] gap: Span, #[param(default = -1, min = -1)] n: i64, #[param(skip)] kept: Vec<u8> }
        impl PartitionFn for Keep {
            const NAME: &str = "keep";
            fn bind(&self, input: &Meta) -> Result<Contract> { Ok(Contract::rows_kept(input)) }
            fn call(&self, part: Batch, _: &Cx) -> Result<Batch> { Ok(part) }
        }
        plugin! { name: "tried", functions: [km, Keep] }
    "#;
    assert_eq!(errors_with("good", &[], program), "");
}

#[test]
fn panics_must_unwind() {
    let program = "#[scalar] pub fn one(x: f64) -> f64 { x }\nplugin! { functions: [one] }";
    assert_snapshot!(errors_with("panic", &["-Cpanic=abort"], program), @r#"
    plugin! { functions: [one] }
      a plugin must be built with panic = "unwind": a panic in it is an error of the query, not the end of the host
    "#);
}

check! { scalar_with_arguments: "#[scalar(strict)]\nfn f(x: f64) -> f64 { x }", @r"
#[scalar(strict)]
  `#[scalar]` takes no arguments
" }
check! { scalar_that_waits: "#[scalar]\nasync fn f(x: f64) -> f64 { x }", @r"
async fn f(x: f64) -> f64 { x }
  functions of a plugin are synchronous: the host has threads for them
" }
check! { scalar_of_any_type: "#[scalar]\nfn f<T>(x: T) -> T { x }", @r"
fn f<T>(x: T) -> T { x }
  write the types of the values: a host knows the function by its name alone
" }
check! { scalar_with_self: "struct S;\nimpl S {\n#[scalar]\nfn f(&self) -> f64 { 1.0 }\n}", @r"
fn f(&self) -> f64 { 1.0 }
  a function of values has no `self`; implement `Scalar` for one with parameters
" }
check! { scalar_of_nothing: "#[scalar]\nfn f() -> f64 { 1.0 }", @r"
#[scalar]
  a function of a row takes one to six values; implement `Scalar` for another number
" }
check! { scalar_of_seven: "#[scalar]\nfn f(a: i8, b: i8, c: i8, d: i8, e: i8, f: i8, g: i8) -> i8 { a }", @r"
fn f(a: i8, b: i8, c: i8, d: i8, e: i8, f: i8, g: i8) -> i8 { a }
  a function of a row takes one to six values; implement `Scalar` for another number
" }
check! { scalar_that_returns_nothing: "#[scalar]\nfn f(x: f64) {}", @r"
fn f(x: f64) {}
  a function of a row returns a value
" }
check! { scalar_of_a_list: "#[scalar]\nfn f(x: Vec<f64>) -> f64 { x[0] }", @r"
#[scalar]
  a function of a row cannot take a `Vec<f64>`
  it takes `bool`, integers, floats, `&str`, `String`, `Value`, and an `Option` of one
" }
check! { scalar_that_returns_a_list: "#[scalar]\nfn f(x: f64) -> Vec<f64> { vec![x] }", @r"
#[scalar]
  a function of a row cannot return a `Vec<f64>`
  it returns `bool`, an integer, a float, a `String`, an `Option` of one, or a `Result` of either
" }

check! { params_of_an_enum: "#[derive(Params)]\nenum How { Fast }", @r"
enum How { Fast }
  a function of a plugin is a struct: its fields are its parameters
" }
check! { params_without_names: "#[derive(Params)]\nstruct Scale(f64);", @r"
struct Scale(f64);
  parameters need names: write `struct Scale { factor: f64 }`
" }
check! { params_of_any_type: "#[derive(Params)]\nstruct Scale<T> { by: T }", @r"
struct Scale<T> { by: T }
  a function of a plugin has no generics: a host knows it by its name alone
" }
check! { params_with_a_word_that_says_nothing: "#[derive(Params)]\nstruct Scale {\n#[param(defualt = 1.0)]\nby: f64,\n}", @r"
#[param(defualt = 1.0)]
  `defualt` says nothing about a parameter; there are `default`, `min`, `max` and `skip`
" }
check! { params_with_a_default_that_is_computed: "#[derive(Params)]\nstruct Scale {\n#[param(default = 1.0 + 1.0)]\nby: f64,\n}", @r"
#[param(default = 1.0 + 1.0)]
  write a literal: a number, a text, `true` or `false`
" }
check! { params_that_are_skipped_and_have_a_range: "#[derive(Params)]\nstruct Scale {\n#[param(skip, min = 1.0)]\nby: f64,\n}", @r"
#[param(skip, min = 1.0)]
  a field that is skipped is no parameter: it has no default and no range
" }
check! { params_of_a_type_that_is_none: "#[derive(Params)]\nstruct Scale {\nby: std::time::Duration,\n}", @r"
by: std::time::Duration,
  a parameter cannot be a `std::time::Duration`
  it is a `bool`, an integer, a float, a `String`, a `Span`, or an `Option`, a `Vec` or a `BTreeMap<String, _>` of one; a field that is none has `#[param(skip)]`
" }

check! { plugin_without_functions: "plugin! { functions: [] }", @r"
plugin! { functions: [] }
  a plugin without functions: `plugin! { functions: [haversine_km] }`
" }
check! { plugin_with_a_word_that_says_nothing: "plugin! { fucntions: [] }", @r"
plugin! { fucntions: [] }
  a plugin has a `name` and `functions`: `plugin! { functions: [haversine_km, VisitStarts] }`
" }
check! { plugin_with_a_name_that_is_none: "plugin! { name: \"my plugin\", functions: [] }", @r#"
plugin! { name: "my plugin", functions: [] }
  the name of a plugin may have letters, digits and `_`
"# }
check! { plugin_of_what_is_no_function: "#[derive(Params)]\nstruct Scale { by: f64 }\nplugin! { functions: [Scale] }", @r#"
        plugin! { functions: [Scale] }
          `Scale` is no function of a plugin
          it is one by `#[scalar]`, or by an `impl` of `PartitionFn`, `FramesFn`, `Scalar`, `Aggregate`, `Partitioner`, `Source` or `Sink`
        "# }
check! { function_with_a_name_that_is_none: "#[derive(Params)]\nstruct Scale;\nimpl PartitionFn for Scale {\nconst NAME: &str = \"my scale\";\nfn bind(&self, input: &Meta) -> Result<Contract> { Ok(Contract::rows_kept(input)) }\nfn call(&self, part: Batch, _: &Cx) -> Result<Batch> { Ok(part) }\n}\nplugin! { functions: [Scale] }", @"evaluation panicked: the name of a function may have letters, digits and `_`" }
