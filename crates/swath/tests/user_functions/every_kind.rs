//! What holds of functions of partitions and of closures of values alike.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use swath::prelude::*;
use swath::{DType, ErrorKind};

use super::{CleanError, clean, texts, ticks};

#[test]
fn functions_see_strings_whatever_their_encoding() -> swath::Result<()> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let session = Session::testing();
    ticks(&session)?.to_parquet(folder.path())?;
    let df = session
        .read_parquet(folder.path())?
        .filter(col("px").gt(0))?;
    let upper =
        df.map_partitions(|part: Batch| part.with("ccy", part.str("ccy")?.map(str::to_uppercase)))?;
    assert_eq!(
        texts(&upper.compute()?, "ccy"),
        ["USD", "USD", "EUR", "USD"]
    );
    let sides = df.assign("side", col("side").map(|side: &str| side.len() as u32))?;
    assert_eq!(sides.meta().dtype("side")?, &DType::UInt32);
    assert_eq!(texts(&sides.compute()?, "side"), ["3", "3", "3", "3"]);
    // A closure in a filter is pushed to the scan as any other predicate.
    let bids = df.filter(col("side").map(|side: &str| side == "bid"))?;
    assert_eq!(bids.compute()?.num_rows(), 2);
    Ok(())
}

#[test]
fn meta_is_inferred_once_and_a_function_is_not_called_more_often() -> swath::Result<()> {
    let session = Session::testing();
    let df = ticks(&session)?;
    let calls = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&calls);
    let mapped = df.map_partitions(move |part: Batch| {
        counted.fetch_add(1, Ordering::Relaxed);
        part
    })?;
    assert_eq!(calls.load(Ordering::Relaxed), 1);
    let _ = mapped.filter(col("px").gt(0))?.select(["px"])?.explain();
    assert_eq!(calls.load(Ordering::Relaxed), 1);
    assert_eq!(mapped.nlargest(1, "px")?.compute()?.num_rows(), 1);
    assert_eq!(calls.load(Ordering::Relaxed), 1 + 3);
    let (_, _) = swath::compute((&mapped.sum("px")?, &mapped.max("px")?))?;
    assert_eq!(calls.load(Ordering::Relaxed), 1 + 3 + 3);

    // A closure whose arguments are known at once is not called before there are rows.
    let calls = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&calls);
    let seven = udf([lit(7)], move |seven: i64| {
        counted.fetch_add(1, Ordering::Relaxed);
        seven
    });
    let df = df.assign("seven", seven)?.filter(col("seven").gt(5))?;
    assert_eq!(calls.load(Ordering::Relaxed), 0);
    assert_eq!(df.compute()?.num_rows(), 6);
    assert!(calls.load(Ordering::Relaxed) > 0);
    Ok(())
}

#[test]
fn equal_names_are_equal_computations() -> swath::Result<()> {
    let session = Session::testing();
    let df = ticks(&session)?;
    let make = |name: Option<&str>| {
        let options = MapPartitions::new(clean);
        df.map_partitions(match name {
            Some(name) => options.named(name),
            None => options,
        })
    };
    assert!(make(Some("v1"))?.same_as(&make(Some("v1"))?));
    assert!(!make(Some("v1"))?.same_as(&make(Some("v2"))?));
    assert!(!make(None)?.same_as(&make(None)?));
    let double = col("px").map(|px: f64| px * 2.0);
    assert!(df.assign("x", &double)?.same_as(&df.assign("x", &double)?));
    let again = |px: f64| px * 2.0;
    assert!(
        !df.assign("x", col("px").map(again))?
            .same_as(&df.assign("x", col("px").map(again))?)
    );
    Ok(())
}

#[test]
fn a_functions_own_error_is_found_again() -> swath::Result<()> {
    let session = Session::testing();
    let df = ticks(&session)?;
    let fails = |part: Batch| -> Result<Batch, CleanError> {
        if part.str("ccy")?.iter().any(|ccy| ccy == Some("usd")) {
            return Err(CleanError::NoRate("usd".to_owned()));
        }
        Ok(part)
    };
    let error = df.map_partitions(fails)?.compute().expect_err("it fails");
    assert!(matches!(error.downcast_ref(), Some(CleanError::NoRate(ccy)) if ccy == "usd"));
    assert_eq!(error.kind(), &ErrorKind::Task);
    let fails = |ccy: &str| -> Result<f64, CleanError> { Err(CleanError::NoRate(ccy.to_owned())) };
    let df = df.assign("rate", col("ccy").map(fails))?;
    let error = df.compute().expect_err("it fails");
    assert!(matches!(error.downcast_ref(), Some(CleanError::NoRate(_))));
    Ok(())
}
