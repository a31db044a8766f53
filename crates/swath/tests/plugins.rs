//! Functions of plugins in frames: linked, and loaded from the library that is built beside these tests.

#![expect(
    clippy::disallowed_methods,
    reason = "tests copy and change files as no part of swath would"
)]

#[path = "plugins/again.rs"]
mod again;
#[path = "plugins/frames.rs"]
mod frames;
#[path = "plugins/hungry.rs"]
mod hungry;
#[path = "plugins/isolated.rs"]
mod isolated;
#[path = "plugins/other.rs"]
mod other;
#[path = "plugins/partitions.rs"]
mod partitions;
#[path = "plugins/placing.rs"]
mod placing;
#[path = "plugins/reading.rs"]
mod reading;
#[path = "plugins/ready.rs"]
mod ready;
#[path = "plugins/scene.rs"]
mod scene;
mod worker;
#[path = "plugins/writing.rs"]
mod writing;

use scene::{changed, in_parts, library, linked, loaded, said, totals};
use swath::prelude::*;
use swath::{DType, ErrorKind};

const PARTS: [usize; 3] = [1, 7, 64];

#[test]
fn a_scalar_gives_what_an_expression_gives() -> swath::Result<()> {
    for session in [linked(), loaded().0] {
        for parts in PARTS {
            let df = in_parts(&session, parts)?;
            let plus_one = plugin("tried.plus_one").call([col("x")]);
            let df = df
                .assign("ours", col("x") + 1.0)?
                .assign("theirs", &plus_one)?;
            assert_eq!(
                df.meta().field("theirs").expect("a column").dtype,
                DType::Float64
            );
            let differ = df.filter(col("ours").ne_missing(col("theirs")))?;
            assert_eq!(differ.len().get::<i64>()?, 0, "{parts} partitions");
            // Of rows that a filter dropped, and of a branch that is not taken, it sees nothing.
            let kept = df.filter(plus_one.gt(50.0) & col("k").ne("b"))?;
            let same = df.filter((col("x") + 1.0).gt(50.0) & col("k").ne("b"))?;
            assert_eq!(kept.sum("x")?.get::<f64>()?, same.sum("x")?.get::<f64>()?);
            let branch = when(col("x").gt(10.0)).then(&plus_one).otherwise(0.0);
            let expected = when(col("x").gt(10.0)).then(col("x") + 1.0).otherwise(0.0);
            let both = df.assign("branch", branch)?.assign("expected", expected)?;
            let differ = both.filter(col("branch").ne_missing(col("expected")))?;
            assert_eq!(differ.len().get::<i64>()?, 0);
            // A constant is one in every row.
            let two = plugin("tried.plus_one").call([lit(1.0)]);
            let twos = df.assign("two", &two)?.filter(col("two").eq(2.0))?;
            assert_eq!(twos.len().get::<i64>()?, 100);
            assert_eq!(df.filter(two.gt(col("x")))?.len().get::<i64>()?, 2);
        }
    }
    Ok(())
}

#[test]
fn it_sees_no_row_that_is_not_wanted() -> swath::Result<()> {
    let session = linked();
    let df = in_parts(&session, 3)?;
    let refuses = plugin("other.below_ten").call([col("x")]);
    let guarded = when(col("x").lt(10.0)).then(&refuses).otherwise(-1.0);
    let guarded = df.assign("y", guarded)?.sum("y")?.get::<f64>()?;
    let expected = when(col("x").lt(10.0)).then(col("x")).otherwise(-1.0);
    assert_eq!(guarded, df.assign("y", expected)?.sum("y")?.get::<f64>()?);
    let rows = df.filter(col("x").lt(10.0))?.assign("y", &refuses)?;
    assert_eq!(rows.sum("y")?.get::<f64>()?, rows.sum("x")?.get::<f64>()?);
    let error = df.assign("y", refuses)?.compute();
    insta::assert_snapshot!(said(error), @r"
    error[E0401]: `other.below_ten`: 10 is not below ten
      at      crates/swath/tests/plugins.rs:[line]
      task    assign
      in      other@0.1.0.below_ten(x)
      stage   assign
    ");
    Ok(())
}

#[test]
fn an_aggregate_gives_what_the_built_in_one_gives() -> swath::Result<()> {
    for session in [linked(), loaded().0] {
        for parts in PARTS {
            let df = in_parts(&session, parts)?;
            let theirs = plugin("tried.sum").agg(col("x"));
            let expected = totals(&df.groupby("k").sort(true).agg([("s", col("x").sum())])?)?;
            let found = |groups: swath::GroupBy| -> swath::Result<_> {
                totals(&groups.agg([("s", theirs.clone())])?)
            };
            assert_eq!(found(df.groupby("k").sort(true))?, expected);
            for every in [2, 8] {
                assert_eq!(found(df.groupby("k").split_every(every))?, expected);
            }
            assert_eq!(found(df.groupby("k").split_out(3))?, expected);
            let ours: f64 = df.sum("x")?.get()?;
            let all = df
                .agg([("s", theirs.clone()), ("n", Agg::size())])?
                .compute()?;
            assert_eq!(all.value("s", 0)?, Value::from(ours));
            // Of nothing, there is one group all the same.
            let nothing = df
                .filter(col("x").lt(-1.0))?
                .agg([("s", theirs)])?
                .compute()?;
            assert_eq!(nothing.value("s", 0)?, Value::from(0.0));
        }
    }
    Ok(())
}

/// Several states, which are merged in trees and shared out.
#[test]
fn aggregates_of_several_states_give_what_built_in_ones_give() -> swath::Result<()> {
    for parts in PARTS {
        let df = in_parts(&linked(), parts)?;
        for (is_variance, ours) in [(false, col("x").mean()), (true, col("x").var())] {
            let expected = totals(&df.groupby("k").agg([("s", ours)])?)?;
            let theirs = plugin("other.moment").param("is_variance", is_variance);
            let theirs = theirs.agg(col("x"));
            for groups in [
                df.groupby("k").sort(true),
                df.groupby("k").split_every(2),
                df.groupby("k").split_out(3),
            ] {
                let found = totals(&groups.agg([("s", theirs.clone())])?)?;
                assert_eq!(found.len(), expected.len());
                for ((found_k, found), (k, expected)) in found.iter().zip(&expected) {
                    assert_eq!(found_k, k);
                    assert!((found - expected).abs() < 1e-9 * expected, "{found}");
                }
            }
        }
    }
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
      at      crates/swath/tests/plugins.rs:[line], Session::builder
    ");
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
      at      crates/swath/tests/plugins.rs:[line], load_plugin
    ");
    Ok(())
}

#[test]
fn results_have_names_as_those_of_other_aggregates() -> swath::Result<()> {
    let df = in_parts(&linked(), 2)?;
    let sums = df.groupby("k").agg([plugin("tried.sum").agg("x")])?;
    assert_eq!(sums.columns(), ["x_sum"]);
    Ok(())
}

#[test]
fn what_is_loaded_is_shown() -> swath::Result<()> {
    let session = linked();
    let shown = session.plugins().to_string();
    insta::assert_snapshot!(hashless(&shown), @r#"
        other 0.1.0  linked  [hash]
          other.plus_one        scalar                                                                               One more, and a half.
          other.below_ten       scalar                                                                               The number, if it is below ten.
                                deprecated: use `min`
          other.seeds           partition    number: int64 = 0                                                       The seed of each partition.
          other.in_order        partition    by: list<string>, chunks: bool = false                                  The rows as they are, if they come sorted.
          other.neighbours      partition                                                                            Sees a row of the partition before.
          other.visit_starts    partition    user: string, time: string, gap: duration = "30min"                     Marks the first row of each visit: no row of the same user in front of it within the gap.
          other.ones            partition    reads: string, sorted_by: string, looks_at: string                      Writes a one over each `x`, whatever it reads.
          other.counted         partition                                                                            Counts its calls.
          other.same            scalar                                                                               The number itself.
          other.moment          aggregate    is_variance: bool                                                       The mean, or the variance.
          other.endless_rows    scalar                                                                               A value of its own that never comes.
          other.endless_groups  aggregate                                                                            Groups to which a row is never added.
        tried 0.1.0  linked  [hash]
          tried.plus_one        scalar                                                                               One more.
          tried.scale           partition    column: string, factor: float64 = 1.0                                   Multiplies a column by a factor, and passes the others by.
          tried.behave          partition    how: string                                                             Does what its parameter says, whatever it promised.
          tried.sum             aggregate    at_13: string = ""                                                      The sum of numbers.
          tried.in_turn         partitioner  from: int64 = 0, at_null: string = ""                                   Whole numbers in turn.
          tried.numbers         source       parts: uint32 = 4, rows: uint32 = 10, how: string = "", at: uint32 = 2  Whole numbers with their halves: `n` from 0, the index; `half`; and `name`, a text.
          tried.opened          scalar                                                                               How many partitions of sources were opened since this process began.
          tried.table           sink         folder: string, column: string = "z", how: string = "", at: uint64 = 1  A column of whole numbers as lines of files in a folder: `part.N` when all are whole, hidden until then.
          tried.summed          partition    whole: bool = false, how: string = ""                                   Adds to each row of `left` the sum of the numbers that `right` has for its key.
        "#);
    let plugins = session.plugins();
    let names: Vec<_> = plugins
        .iter()
        .map(|plugin| (plugin.name(), plugin.path()))
        .collect();
    assert_eq!(names, [("other", None), ("tried", None)]);

    let (session, _folder) = loaded();
    let plugin = session.load_plugin(library())?;
    assert_eq!((plugin.name(), plugin.version()), ("tried", "0.1.0"));
    assert_eq!(plugin.path(), library().canonicalize().ok().as_deref());
    assert_eq!(plugin.hash().len(), 64);
    assert_eq!(session.plugins().iter().count(), 1, "it was loaded before");
    Ok(())
}

#[test]
fn a_list_of_plugins() -> swath::Result<()> {
    let folder = tempfile::tempdir().expect("a folder");
    let pins = folder.path().join("plugins.toml");
    let build = || {
        let copies = folder.path().join("copies");
        Session::builder()
            .threads(1)
            .memory_limit("256MiB")
            .plugin_copies(copies)
            .plugins(&pins)
            .build()
    };
    let shown = |error: String| error.replace(&folder.path().display().to_string(), "[folder]");
    insta::assert_snapshot!(shown(said(build())), @r"
    error[E0110]: the list of plugins `[folder]/plugins.toml` cannot be read
      at      crates/swath/tests/plugins.rs:[line], Session::builder
      why     No such file or directory (os error 2)
      fix     a relative path is seen from the folder that the program runs in; `swath plugin pin libname.so` writes such a list
    ");

    std::fs::copy(library(), folder.path().join("libtried.so")).expect("a copy");
    let hash = loaded()
        .0
        .plugins()
        .iter()
        .next()
        .expect("one is loaded")
        .hash();
    let write = |hash: &str, more: &str| {
        let text = format!("[plugins.tried]\npath = \"libtried.so\"\nblake3 = \"{hash}\"\n{more}");
        std::fs::write(&pins, text).expect("written");
    };
    write(&hash, "");
    let session = build()?;
    assert_eq!(
        in_parts(&session, 2)?
            .assign("y", plugin("plus_one").call("x"))?
            .len()
            .get::<i64>()?,
        100
    );
    // Where there are pins, nothing else is loaded.
    let stranger = changed(folder.path(), "libstranger.so", "One more.", "One much.");
    insta::assert_snapshot!(hashless(&shown(said(session.load_plugin(stranger)))), @r"
    error[E0110]: `[folder]/libstranger.so` is not pinned in `[folder]/plugins.toml`: to allow this file ([hash]), run `swath plugin pin [folder]/libstranger.so`
      at      crates/swath/tests/plugins.rs:[line], load_plugin
    ");
    write(&"0".repeat(64), "");
    insta::assert_snapshot!(hashless(&shown(said(build()))), @r"
    error[E0110]: `[folder]/libtried.so` has the hash [hash], and `[folder]/plugins.toml` pins `tried` to [hash]: if the plugin was built anew, run `swath plugin pin [folder]/libtried.so`, and else find out who changed it
      at      crates/swath/tests/plugins.rs:[line], Session::builder
    ");
    // Apart from this process, where the list says so.
    write(&hash, "isolate = \"process\"");
    let apart = |program: swath::WorkerProgram| {
        let session = Session::builder().threads(1).memory_limit("256MiB");
        let copies = folder.path().join("copies");
        let session = session.plugin_copies(copies).plugins(&pins);
        session.plugin_worker(program).build()
    };
    insta::assert_snapshot!(shown(said(apart("/no/such/swath".into()))), @r"
    error[E0110]: `/no/such/swath`, which is to run plugins in processes of their own, cannot be started: see that it is there and may be run
      at      crates/swath/tests/plugins.rs:[line], Session::builder
      why     No such file or directory (os error 2)
    ");
    let session = apart(isolated::worker())?;
    assert!(
        session
            .plugins()
            .iter()
            .all(swath::LoadedPlugin::is_isolated)
    );
    let df = in_parts(&session, 2)?.assign("y", plugin("plus_one").call("x"))?;
    assert_eq!(df.len().get::<i64>()?, 100);
    Ok(())
}

/// Twelve digits of a hash change with every build.
fn hashless(text: &str) -> String {
    let is_hash = |word: &str| word.len() == 12 && word.chars().all(|c| c.is_ascii_hexdigit());
    let words = text.split_inclusive(|c: char| !c.is_ascii_alphanumeric());
    words
        .map(|word| {
            let digits = word.trim_end_matches(|c: char| !c.is_ascii_alphanumeric());
            if is_hash(digits) {
                word.replace(digits, "[hash]")
            } else {
                word.to_owned()
            }
        })
        .collect()
}

#[test]
fn names_and_versions() -> swath::Result<()> {
    let (session, folder) = loaded();
    let df = in_parts(&session, 2)?;
    let refused = |name: &str| said(df.assign("y", plugin(name).call([col("x")])));
    insta::assert_snapshot!(refused("tried.plus_on"), @r#"
        error[E0110]: no plugin that is loaded has a function `tried.plus_on`
          at      crates/swath/tests/plugins.rs:[line], assign
          loaded  tried 0.1.0: plus_one, scale, behave, sum, in_turn, numbers, opened, table, summed
          in      tried.plus_on(x)
          fix     did you mean `tried.plus_one`?
        "#);
    insta::assert_snapshot!(refused("geo.haversine_km"), @r#"
        error[E0110]: no plugin that is loaded has a function `geo.haversine_km`
          at      crates/swath/tests/plugins.rs:[line], assign
          loaded  tried 0.1.0: plus_one, scale, behave, sum, in_turn, numbers, opened, table, summed
          in      geo.haversine_km(x)
          fix     load its plugin: `Session::builder().plugins("plugins.toml")`, `.plugin(name::plugin())`, or `session.load_plugin("libname.so")?`
        "#);
    insta::assert_snapshot!(refused("tried@2.plus_one"), @r"
    error[E0110]: no version 2 of the plugin `tried` is loaded
      at      crates/swath/tests/plugins.rs:[line], assign
      in      tried@2.plus_one(x)
      fix     load it, or write `tried@0.1.0.plus_one`
    ");
    insta::assert_snapshot!(refused("minus_one"), @r#"
        error[E0110]: no plugin that is loaded has a function `minus_one`
          at      crates/swath/tests/plugins.rs:[line], assign
          loaded  tried 0.1.0: plus_one, scale, behave, sum, in_turn, numbers, opened, table, summed
          in      minus_one(x)
          fix     load its plugin: `Session::builder().plugins("plugins.toml")`, `.plugin(name::plugin())`, or `session.load_plugin("libname.so")?`
        "#);

    let both = linked();
    let of_both = in_parts(&both, 2)?;
    insta::assert_snapshot!(said(of_both.assign("y", plugin("plus_one").call("x"))), @r"
    error[E0110]: several plugins have a function `plus_one`
      at      crates/swath/tests/plugins.rs:[line], assign
      in      plus_one(x)
      fix     write which: `other.plus_one`, `tried.plus_one`
    ");
    assert_eq!(of_both.agg([plugin("sum").agg("x")])?.columns(), ["x_sum"]);
    insta::assert_snapshot!(said(in_parts(&Session::testing(), 1)?.assign("y", plugin("tried.plus_one").call("x"))), @r#"
    error[E0110]: no plugin that is loaded has a function `tried.plus_one`
      at      crates/swath/tests/plugins.rs:[line], assign
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

#[test]
fn wrong_uses() -> swath::Result<()> {
    let df = in_parts(&linked(), 2)?;
    let grouped = |agg: Agg| said(df.groupby("k").agg([agg]));
    let assigned = |expr: Expr| said(df.assign("y", expr));
    let all = [
        assigned(plugin("tried.sum").call("x")),
        assigned(plugin("tried.scale").call("x")),
        grouped(plugin("tried.plus_one").agg("x")),
        grouped(plugin("tried.scale").agg("x")),
        assigned(plugin("tried.plus_one").call(["x", "x"])),
        assigned(plugin("tried.plus_one").call("k")),
        assigned(plugin("tried.plus_one").param("by", 2).call("x")),
        assigned(plugin("tried.plus_one").param("by", f64::NAN).call("x")),
        assigned(plugin("tried.plus_one").params(&[1]).call("x")),
        grouped(plugin("tried.sum").agg("k")),
        grouped(plugin("tried.sum").param("q", 0.5).agg("x")),
        said(df.filter(plugin("tried.plus_one").call("x"))),
    ];
    insta::assert_snapshot!(all.join("\n\n"), @r#"
    error[E0110]: `tried.sum` is an aggregate, and is used as a scalar function
      at      crates/swath/tests/plugins.rs:[line], assign
      in      tried.sum(x)
      written crates/swath/tests/plugins.rs:[line]
      fix     write `.agg([("…", plugin("tried.sum").agg(col("…")))])`

    error[E0110]: `tried.scale` is a partition function, and is used as a scalar function
      at      crates/swath/tests/plugins.rs:[line], assign
      in      tried.scale(x)
      written crates/swath/tests/plugins.rs:[line]
      fix     write `df.map_partitions(plugin("tried.scale"))`

    error[E0110]: `tried.plus_one` is a scalar function, and is used as an aggregate
      at      crates/swath/tests/plugins.rs:[line], agg
      groupby crates/swath/tests/plugins.rs:[line]
      in      tried.plus_one(x)
      fix     write `plugin("tried.plus_one").call([col("…")])` in an expression, as in `df.assign("…", …)`

    error[E0110]: `tried.scale` is a partition function, and is used as an aggregate
      at      crates/swath/tests/plugins.rs:[line], agg
      groupby crates/swath/tests/plugins.rs:[line]
      in      tried.scale(x)
      fix     write `df.map_partitions(plugin("tried.scale"))`

    error[E0103]: `tried.plus_one`: it was given 2 arguments, it takes 1
      at      crates/swath/tests/plugins.rs:[line], assign
      in      tried@0.1.0.plus_one(x, x)
      written crates/swath/tests/plugins.rs:[line]

    error[E0103]: `tried.plus_one`: argument 1 must be float64 (`.cast("float64")` makes one), `k` is string
      at      crates/swath/tests/plugins.rs:[line], assign
      in      tried@0.1.0.plus_one(k)
      written crates/swath/tests/plugins.rs:[line]

    error[E0105]: `tried.plus_one`: no parameter `by`; it has none
      at      crates/swath/tests/plugins.rs:[line], assign
      in      tried@0.1.0.plus_one(x, by=2)
      written crates/swath/tests/plugins.rs:[line]

    error[E0105]: the parameters of `tried.plus_one` cannot be written as JSON: `by` is NaN
      at      crates/swath/tests/plugins.rs:[line], assign
      in      tried@0.1.0.plus_one(x, by=NaN)
      written crates/swath/tests/plugins.rs:[line]
      fix     parameters are truths, numbers that are finite, texts, spans of time, and lists and structs of them

    error[E0105]: the parameters of `tried.plus_one` cannot be written as JSON: parameters are an object of names and values, as a struct gives it
      at      crates/swath/tests/plugins.rs:[line], assign
      in      tried@0.1.0.plus_one(x, (unreadable)="parameters are an object of names and values, as a struct gives it")
      written crates/swath/tests/plugins.rs:[line]
      fix     parameters are truths, numbers that are finite, texts, spans of time, and lists and structs of them

    error[E0110]: `tried.sum`: it takes one float64
      at      crates/swath/tests/plugins.rs:[line], agg
      groupby crates/swath/tests/plugins.rs:[line]
      in      tried@0.1.0.sum(k)

    error[E0105]: `tried.sum`: no parameter `q`; parameters are `at_13`
      at      crates/swath/tests/plugins.rs:[line], agg
      groupby crates/swath/tests/plugins.rs:[line]
      in      tried@0.1.0.sum(x, q=0.5)

    error[E0103]: a predicate must be bool, `tried@0.1.0.plus_one(x)` is float64
      at      crates/swath/tests/plugins.rs:[line], filter
      in      tried@0.1.0.plus_one(x)
      fix     write `plugin("tried@0.1.0.plus_one").call([col("x")]).ne(0)`
    "#);
    let unknown = df.assign("y", plugin("tried.nothing").call("x")).err();
    assert_eq!(
        unknown.map(|error| error.kind().clone()),
        Some(ErrorKind::Plugin)
    );
    Ok(())
}
