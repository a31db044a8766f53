//! Values that do not fit.

use swath::ErrorKind;
use swath::prelude::*;

use super::Scene;

#[derive(Debug, serde::Deserialize)]
#[expect(dead_code, reason = "only its shape is looked at")]
struct Sale {
    region: String,
    amount: f64,
}

#[test]
fn values_that_do_not_fit() {
    let mut scene = Scene::new(Session::testing());
    let df = scene.sales();
    let overflow = scene.mistake("an overflow", |_| {
        df.assign("x", (col("qty") + 9_223_372_036_854_775_800_i64) * 2)?
            .compute()
    });
    assert_eq!(overflow, ErrorKind::Task);
    scene.mistake("a division by zero", |_| {
        df.assign("x", lit(7).floordiv(col("qty")))?.compute()
    });
    scene.mistake("a division by zero, while persisting", |_| {
        df.assign("x", lit(7).floordiv(col("qty")))?.persist()
    });
    scene.mistake("a division by zero in a filter", |_| {
        df.filter(lit(7).floordiv(col("qty")).gt(1))?
            .len()
            .compute()
    });
    scene.mistake("a cast of text", |_| {
        df.assign("x", col("region").cast("int64"))?.compute()
    });
    scene.mistake("a cast that loses digits", |_| {
        df.select(["amount"])?
            .assign("x", col("amount").cast("int64"))?
            .compute()
    });
    scene.mistake("a sum beyond its dtype", |_| {
        df.assign("x", col("qty") + 9_223_372_036_854_775_000_i64)?
            .sum("x")?
            .compute()
    });
    scene.mistake("a group's sum beyond its dtype", |_| {
        df.assign("x", col("qty") + 9_223_372_036_854_775_000_i64)?
            .groupby("region")
            .sum("x")?
            .compute()
    });
    scene.mistake("a sum of several keys beyond its dtype", |_| {
        df.assign("x", col("qty") + 9_223_372_036_854_775_000_i64)?
            .assign("half", col("amount").gt(0))?
            .groupby(["region", "half"])
            .dropna(false)
            .agg([("total", (col("x") - 1).sum())])?
            .compute()
    });
    scene.mistake("a sum of decimals beyond its dtype", |_| {
        let most = "9".repeat(37);
        df.assign("x", lit(most.as_str()).cast("decimal(38, 0)") * 9)?
            .sum("x")?
            .compute()
    });
    scene.mistake("a row that does not exist", |_| {
        df.compute()?.value("qty", 4)
    });
    scene.mistake("a column that does not exist", |_| {
        df.compute()?.value("quantity", 0)
    });
    scene.mistake("rows of too few columns", |_| {
        Ok(df.compute()?.rows::<(String, f64)>()?.count())
    });
    scene.mistake("rows of another type", |_| {
        Ok(df.compute()?.rows::<(Option<String>, i64, i64)>()?.count())
    });
    scene.mistake("a null without an option", |_| {
        Ok(df.compute()?.rows::<(String, f64, i64)>()?.count())
    });
    scene.mistake("a value that is too large", |_| {
        Ok(df
            .assign("qty", col("qty") * 100)?
            .compute()?
            .rows::<(Option<String>, f64, u8)>()?
            .count())
    });
    scene.mistake("a struct without the column", |_| {
        Ok(df.compute()?.rows::<Sale>()?.count())
    });
    scene.mistake("a null, in a struct", |_| {
        Ok(df
            .select(["region", "amount"])?
            .compute()?
            .rows::<Sale>()?
            .count())
    });
    scene.mistake("rows of nothing", |_| {
        Ok(Batch::from_rows(&[1, 2]).map(drop)?)
    });
    scene.mistake("a null as text", |_| {
        df.filter(col("qty").gt(100))?
            .max("region")?
            .get::<String>()
    });
    scene.mistake("a value of another type", |_| {
        df.max("region")?.get::<i64>()
    });
    scene.mistake("a null as a number", |_| {
        df.filter(col("qty").gt(100))?.max("qty")?.get::<i64>()
    });
    scene.finish("values_that_do_not_fit");
}
