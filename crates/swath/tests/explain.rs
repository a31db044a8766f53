//! What a frame says of itself, without hashes, paths of the machine or times.

use swath::prelude::*;

fn sales(session: &Session, folder: &std::path::Path) -> swath::Result<DataFrame> {
    let batch = Batch::from_csv("region,category,amount\neu,a,10\nus,b,5\neu,b,2\n")?;
    session.from_batches([batch])?.to_parquet(folder)?;
    session.read_parquet(folder)
}

/// The explanation with the folder of the test named `sales`.
fn explained(frame: &DataFrame, folder: &std::path::Path) -> String {
    named(&frame.explain().to_string(), folder)
}

fn named(text: &str, folder: &std::path::Path) -> String {
    text.replace(&folder.display().to_string(), "sales")
}

#[test]
fn filters_and_columns_reach_the_scan() -> swath::Result<()> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let df = sales(&Session::testing(), folder.path())?;
    let frame = df
        .assign("net", col("amount") / 2)?
        .filter(col("net").gt(1) & col("region").ne("us"))?
        .groupby("region")
        .agg([("total", col("net").sum()), ("rows", Agg::size())])?;
    insta::assert_snapshot!(explained(&frame, folder.path()));
    Ok(())
}

/// A query with a source that is read twice, and text that every form has to escape.
fn drawn(df: &DataFrame) -> swath::Result<DataFrame> {
    df.filter(col("amount").gt(&df.mean("amount")?) & col("region").ne("\"<a & b>\\"))?
        .groupby("region")
        .sum("amount")
}

#[test]
fn an_explanation_is_drawn() -> swath::Result<()> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let df = sales(&Session::testing(), folder.path())?;
    let explain = drawn(&df)?.explain();
    insta::assert_snapshot!("drawn_as_text", named(&explain.to_string(), folder.path()));
    insta::assert_snapshot!("drawn_as_dot", named(&explain.dot(), folder.path()));
    insta::assert_snapshot!("drawn_as_mermaid", named(&explain.mermaid(), folder.path()));
    Ok(())
}

#[test]
fn an_explanation_is_data() -> swath::Result<()> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let df = sales(&Session::testing(), folder.path())?;
    let json = drawn(&df)?.explain().json();
    insta::assert_snapshot!("drawn_as_json", named(&json, folder.path()));
    let read: serde_json::Value = serde_json::from_str(&json).expect("it is JSON");
    let last = read["optimised"].as_array().expect("operations").last();
    assert_eq!(last.expect("the result")["operation"], "groupby");
    Ok(())
}

#[test]
fn a_length_is_a_constant() -> swath::Result<()> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let df = sales(&Session::testing(), folder.path())?;
    insta::assert_snapshot!(explained(
        &df.agg(Agg::size().alias("rows"))?,
        folder.path()
    ));
    Ok(())
}

#[test]
fn a_frame_shows_its_structure() -> swath::Result<()> {
    let session = Session::testing();
    let df = session
        .from_batches([Batch::from_csv("region,amount\neu,10\nus,\n")?])?
        .label("sales");
    insta::assert_snapshot!(df.filter(col("amount").gt(3))?);
    insta::assert_snapshot!(df.groupby("region").mean("amount")?);
    insta::assert_snapshot!(df.groupby("region").mean("amount")?.compute()?);
    insta::assert_snapshot!(df.max("amount")?);
    Ok(())
}

#[test]
fn persisted_frames_are_listed() -> swath::Result<()> {
    let session = Session::testing();
    let df = session.from_batches([Batch::from_csv("region,amount\neu,10\nus,5\n")?])?;
    let big = df
        .filter(col("amount").gt(3))?
        .label("big sales")
        .persist()?;
    let _by_region = big.groupby("region").sum("amount")?;
    insta::with_settings!({filters => vec![(r"\d+ B", "[bytes]"), (r"\d+ s\b", "[age]")]}, {
        insta::assert_snapshot!(session.persisted());
    });
    Ok(())
}
