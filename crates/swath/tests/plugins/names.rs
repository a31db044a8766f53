//! What a name finds: functions, plugins, and versions of them.

use std::process::Command;

use swath::prelude::*;
use swath::{Shuffle, map_partitions};

use crate::scene::{changed, in_parts, library, linked, loaded, said};

#[test]
fn names_and_versions() -> swath::Result<()> {
    let (session, folder) = loaded();
    let df = in_parts(&session, 2)?;
    let refused = |name: &str| said(df.assign("y", plugin(name).call([col("x")])));
    insta::assert_snapshot!(refused("tried.plus_on"), @r#"
        error[E0110]: no plugin that is loaded has a function `tried.plus_on`
          at      crates/swath/tests/plugins/names.rs:[line], assign
          loaded  tried 0.1.0: plus_one, scale, behave, sum, in_turn, numbers, opened, table, summed
          in      tried.plus_on(x)
          fix     did you mean `tried.plus_one`?
        "#);
    insta::assert_snapshot!(refused("geo.haversine_km"), @r#"
        error[E0110]: no plugin that is loaded has a function `geo.haversine_km`
          at      crates/swath/tests/plugins/names.rs:[line], assign
          loaded  tried 0.1.0: plus_one, scale, behave, sum, in_turn, numbers, opened, table, summed
          in      geo.haversine_km(x)
          fix     load its plugin: `Session::builder().plugins("plugins.toml")`, `.plugin(name::plugin())`, or `session.load_plugin("libname.so")?`
        "#);
    insta::assert_snapshot!(refused("tried@2.plus_one"), @r"
    error[E0110]: no version 2 of the plugin `tried` is loaded
      at      crates/swath/tests/plugins/names.rs:[line], assign
      in      tried@2.plus_one(x)
      fix     load it, or write `tried@0.1.0.plus_one`
    ");
    insta::assert_snapshot!(refused("minus_one"), @r#"
        error[E0110]: no plugin that is loaded has a function `minus_one`
          at      crates/swath/tests/plugins/names.rs:[line], assign
          loaded  tried 0.1.0: plus_one, scale, behave, sum, in_turn, numbers, opened, table, summed
          in      minus_one(x)
          fix     load its plugin: `Session::builder().plugins("plugins.toml")`, `.plugin(name::plugin())`, or `session.load_plugin("libname.so")?`
        "#);

    let both = linked();
    let of_both = in_parts(&both, 2)?;
    insta::assert_snapshot!(said(of_both.assign("y", plugin("plus_one").call("x"))), @r"
    error[E0110]: several plugins have a function `plus_one`
      at      crates/swath/tests/plugins/names.rs:[line], assign
      in      plus_one(x)
      fix     write which: `other.plus_one`, `tried.plus_one`
    ");
    assert_eq!(of_both.agg([plugin("sum").agg("x")])?.columns(), ["x_sum"]);
    insta::assert_snapshot!(said(in_parts(&Session::testing(), 1)?.assign("y", plugin("tried.plus_one").call("x"))), @r#"
    error[E0110]: no plugin that is loaded has a function `tried.plus_one`
      at      crates/swath/tests/plugins/names.rs:[line], assign
      loaded  no plugin
      in      tried.plus_one(x)
      fix     load its plugin: `Session::builder().plugins("plugins.toml")`, `.plugin(name::plugin())`, or `session.load_plugin("libname.so")?`
    "#);

    // Two versions side by side; the name alone means the higher one, which `explain` shows.
    let newer = changed(
        folder.path(),
        "libnewer.so",
        "\"version\":\"0.1.0\"",
        "\"version\":\"0.2.0\"",
    );
    session.load_plugin(newer)?;
    for (name, version) in [
        ("plus_one", "0.2.0"),
        ("tried.plus_one", "0.2.0"),
        ("tried@0.plus_one", "0.2.0"),
        ("tried@0.1.plus_one", "0.1.0"),
        ("tried@0.1.0.plus_one", "0.1.0"),
    ] {
        let df = df.assign("y", plugin(name).call("x"))?;
        let shown = df.explain().to_string();
        assert!(
            shown.contains(&format!("tried@{version}.plus_one(x)")),
            "{name}: {shown}"
        );
        assert_eq!(df.sum("y")?.get::<f64>()?, 4999.0);
    }
    Ok(())
}

#[test]
fn a_name_finds_a_plugin() -> swath::Result<()> {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::copy(library(), folder.path().join("libtried.so")).expect("copied");
    let list = folder.path().join("plugins.toml");
    std::fs::write(&list, "allow = ['.']").expect("written");
    let session = Session::builder().threads(1).plugins(&list);
    let session = session
        .plugin_copies(folder.path().join("copies"))
        .build()?;
    assert_eq!(session.load_plugin("tried")?.name(), "tried");
    let error = said(session.load_plugin("risk"));
    let root = folder.path().display().to_string();
    insta::assert_snapshot!(error.replace(&root, "[folder]"), @r"
    error[E0110]: there is no plugin `risk`: `[folder]/plugins.toml` has none of this name, and no `librisk.so` is in `[folder]/.`; give the path of its file, or pin it with `swath plugin pin`
      at      crates/swath/tests/plugins/names.rs:[line], load_plugin
    ");
    Ok(())
}

/// What a program is started with to look for a plugin.
const LOOKS: &str = "SWATH_TEST_LOOKS_FOR_A_PLUGIN";

/// Without a list, a name is looked for in the folders that the environment names, of which the first that has it counts.
#[test]
fn a_name_is_found_in_folders_of_the_environment() -> swath::Result<()> {
    let name = "names::a_name_is_found_in_folders_of_the_environment";
    if let Some(copies) = std::env::var_os(LOOKS) {
        let session = Session::builder().threads(1).plugin_copies(copies);
        let session = session.build()?;
        match session.load_plugin("tried") {
            Ok(plugin) => println!("found {:?}", plugin.path().expect("a file")),
            Err(error) => println!("{error}"),
        }
        return Ok(());
    }
    let folder = tempfile::tempdir().expect("a folder");
    let [empty, first, second] = ["empty", "first", "second"].map(|name| {
        let folder = folder.path().join(name);
        std::fs::create_dir(&folder).expect("a folder");
        folder
    });
    for folder in [&first, &second] {
        std::fs::copy(library(), folder.join("libtried.so")).expect("copied");
    }
    let looks = |folders: &[&std::path::PathBuf]| {
        let folders = std::env::join_paths(folders).expect("paths");
        let found = Command::new(std::env::current_exe().expect("a program has a path"))
            .args(["--exact", name, "--nocapture"])
            .env(LOOKS, folder.path().join("copies"))
            .env("SWATH_PLUGIN_PATH", folders)
            .output();
        String::from_utf8(found.expect("it starts").stdout).expect("a text")
    };
    let found = |folders: &[&std::path::PathBuf], path: &std::path::Path| {
        let said = looks(folders);
        let path = path.join("libtried.so").canonicalize().expect("a file");
        assert!(said.contains(&format!("found {path:?}")), "{said}");
    };
    found(&[&empty, &first, &second], &first);
    found(&[&second, &first], &second);
    let said = looks(&[&empty]);
    let empty = empty.to_str().expect("a text");
    assert!(said.contains("E0110") && said.contains(empty), "{said}");
    Ok(())
}

mod twice {
    use swath_plugin::prelude::*;

    /// One more.
    #[scalar]
    pub(crate) fn more(x: f64) -> f64 {
        x + 1.0
    }

    mod again {
        use swath_plugin::prelude::*;

        /// Two more.
        #[scalar]
        pub(crate) fn more(x: f64) -> f64 {
            x + 2.0
        }
    }

    plugin! { name: "twice", functions: [more, again::more] }
}

/// What is part of the program is looked at as a file is.
#[test]
fn linked_plugins_are_looked_at_too() {
    let session = Session::builder().threads(1).memory_limit("256MiB");
    insta::assert_snapshot!(said(session.plugin(twice::plugin()).build()), @r"
    error[E0110]: `twice` has two functions `twice.more`: give one of them another name
      at      crates/swath/tests/plugins/names.rs:[line], Session::builder
    ");
}

#[test]
fn a_plugin_that_was_built_anew_makes_other_results() -> swath::Result<()> {
    let (session, folder) = loaded();
    let df = in_parts(&session, 2)?;
    let computed = || session.persisted().frames().len();
    // Frames in memory are held too.
    let held = computed();
    let one_of_each = || -> swath::Result<[DataFrame; 6]> {
        let in_turn = Shuffle::on("z").by(plugin("tried.in_turn"));
        let numbers = |value: &str| df.select([col("z").alias("k"), col("z").alias(value)]);
        Ok([
            df.assign("y", plugin("tried.plus_one").call("x"))?,
            df.groupby("k").agg([plugin("tried.sum").agg("x")])?,
            df.map_partitions(plugin("tried.scale").param("column", "x"))?,
            map_partitions([&numbers("v")?, &numbers("w")?], {
                plugin("tried.summed").param("whole", true)
            })?,
            df.shuffle(in_turn.npartitions(3))?,
            session.read(plugin("tried.numbers"))?,
        ])
    };
    let persisted = || -> swath::Result<Vec<DataFrame>> {
        one_of_each()?.iter().map(DataFrame::persist).collect()
    };
    let first = persisted()?;
    // What is computed already is found by its name.
    let again = persisted()?;
    assert_eq!(computed() - held, 6);
    let lazy = one_of_each()?;
    let anew = changed(folder.path(), "libanew.so", "One more.", "One much.");
    session.load_plugin(anew)?;
    let after = persisted()?;
    assert_eq!(computed() - held, 12);
    // A frame keeps the plugin that it was made with.
    let kept: swath::Result<Vec<DataFrame>> = lazy.iter().map(DataFrame::persist).collect();
    let kept = kept?;
    assert_eq!(computed() - held, 12);
    for (kept, after) in kept.iter().zip(&after) {
        assert_eq!(kept.len().get::<i64>()?, after.len().get::<i64>()?);
    }
    drop((first, again, after, kept));
    Ok(())
}
