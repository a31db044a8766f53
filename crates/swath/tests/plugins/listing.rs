//! What a session has loaded, and the list of what it may load.

use swath::prelude::*;

use crate::isolated;
use crate::scene::{changed, in_parts, library, linked, loaded, said};

#[test]
fn what_is_loaded_is_shown() -> swath::Result<()> {
    let session = linked();
    let shown = session.plugins().to_string();
    insta::assert_snapshot!(hashless(&shown), @r#"
    other 0.1.0  linked  [hash]
      other.plus_one        scalar                                                                                                    One more, and a half.
      other.below_ten       scalar                                                                                                    The number, if it is below ten.
                            deprecated: use `min`
      other.seeds           partition    number: int64 = 0                                                                            The seed of each partition.
      other.in_order        partition    by: list<string>, chunks: bool = false                                                       The rows as they are, if they come sorted.
      other.around          partition    before: uint32 = 3, after: uint32 = 2                                                        Puts in place of each `x` the one some rows in front plus the one some rows behind: null where one of them is, or is not there.
      other.visit_starts    partition    user: string, time: string, gap: duration = "30min"                                          Marks the first row of each visit: no row of the same user in front of it within the gap.
      other.visit_ends      partition    user: string, time: string, gap: duration = "30min"                                          Marks the last row of each visit: no row of the same user behind it within the gap.
      other.ones            partition    reads: string, sorted_by: string = null, looks_at: string = null, leaves_out: string = null  Writes a one over each `x`, whatever it reads.
      other.counted         partition                                                                                                 Counts its calls.
      other.same            scalar                                                                                                    The number itself.
      other.fickle          scalar                                                                                                    Says another dtype once it was asked.
      other.less            scalar                                                                                                    The first number less the second.
      other.moment          aggregate    is_variance: bool                                                                            The mean, or the variance.
      other.endless_rows    scalar                                                                                                    A value of its own that never comes.
      other.endless_groups  aggregate                                                                                                 Groups to which a row is never added.
      other.endless_places  partitioner                                                                                               Partitions that no row ever gets.
      other.tally           source                                                                                                    The whole numbers below 100 as `n` in four partitions, of which it makes those that filters leave.
    tried 0.1.0  linked  [hash]
      tried.plus_one        scalar                                                                                                    One more.
      tried.scale           partition    column: string, factor: float64 = 1.0                                                        Multiplies a column by a factor, and passes the others by.
      tried.behave          partition    how: string                                                                                  Does what its parameter says, whatever it promised.
      tried.sum             aggregate    at_13: string = ""                                                                           The sum of numbers.
      tried.in_turn         partitioner  from: int64 = 0, at_null: string = ""                                                        Whole numbers in turn.
      tried.numbers         source       parts: uint32 = 4, rows: uint32 = 10, how: string = "", at: uint32 = 2                       Whole numbers with their halves: `n` from 0, the index; `half`; and `name`, a text.
      tried.opened          scalar                                                                                                    How many partitions of sources were opened since this process began.
      tried.table           sink         folder: string, column: string = "z", how: string = "", at: uint64 = 1                       A column of whole numbers as lines of files in a folder: `part.N` when all are whole, hidden until then.
      tried.summed          partition    whole: bool = false, how: string = ""                                                        Adds to each row of `left` the sum of the numbers that `right` has for its key.
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
      at      crates/swath/tests/plugins/listing.rs:[line], Session::builder
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
    insta::assert_snapshot!(hashless(&shown(said(session.load_plugin(stranger)))), @r#"
    error[E0110]: `[folder]/libstranger.so` is not pinned in `[folder]/plugins.toml`: to allow this file ([hash]), run `swath plugin pin [folder]/libstranger.so --into [folder]/plugins.toml`
      at      crates/swath/tests/plugins/listing.rs:[line], load_plugin
    "#);
    write(&"0".repeat(64), "");
    insta::assert_snapshot!(hashless(&shown(said(build()))), @r#"
    error[E0110]: `[folder]/libtried.so` has the hash [hash], and `[folder]/plugins.toml` pins `tried` to [hash]: if the plugin was built anew, run `swath plugin pin [folder]/libtried.so --into [folder]/plugins.toml`, and else find out who changed it
      at      crates/swath/tests/plugins/listing.rs:[line], Session::builder
    "#);
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
      at      crates/swath/tests/plugins/listing.rs:[line], Session::builder
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
