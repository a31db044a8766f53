//! What a name finds: functions, plugins, and versions of them.

use swath::prelude::*;

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
    let scalar = || {
        df.assign("y", plugin("tried.plus_one").call("x"))?
            .persist()
    };
    let agg = || {
        df.groupby("k")
            .agg([plugin("tried.sum").agg("x")])?
            .persist()
    };
    let partition = || {
        df.map_partitions(plugin("tried.scale").param("column", "x"))?
            .persist()
    };
    // The frame itself, which is held in memory, is one too.
    let computed = || session.persisted().frames().len() - 1;
    let first = [scalar()?, agg()?, partition()?];
    // What is computed already is found by its name.
    let again = [scalar()?, agg()?, partition()?];
    assert_eq!(computed(), 3);
    let lazy = df.assign("y", plugin("tried.plus_one").call("x"))?;
    let anew = changed(folder.path(), "libanew.so", "One more.", "One much.");
    session.load_plugin(anew)?;
    let after = [scalar()?, agg()?, partition()?];
    assert_eq!(computed(), 6);
    // A frame keeps the plugin that it was made with.
    let kept = lazy.persist()?;
    assert_eq!(computed(), 6);
    drop((first, again, after, kept));
    Ok(())
}
