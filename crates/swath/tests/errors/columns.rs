//! Columns and dtypes that do not fit, and aggregates of them.

use std::sync::Arc;

use arrow_array::{ArrayRef, Float64Array, RecordBatch};
use swath::ErrorKind;
use swath::prelude::*;

use super::{Scene, two_threads};

#[test]
fn columns() {
    let mut scene = Scene::new(two_threads());
    let df = scene.sales();
    let kind = scene.mistake("misspelt in a filter", |_| df.filter(col("amuont").gt(5)));
    let nearest = Some("amount".to_owned());
    assert_eq!(
        kind,
        ErrorKind::Column {
            name: "amuont".to_owned(),
            nearest
        }
    );
    scene.mistake("like no other", |_| df.filter(col("temperature").gt(5)));
    scene.mistake("in another case", |_| df.select("Region"));
    scene.mistake("in a select of several", |_| {
        df.select(["region", "quantity", "amount"])
    });
    scene.mistake("in an assign", |_| {
        df.assign("total", col("amount") * col("qtty"))
    });
    scene.mistake("in a rename", |_| df.rename([("regoin", "area")]));
    scene.mistake("in a drop", |_| df.drop(["regions"]));
    scene.mistake("in a reduction", |_| df.sum("amounts"));
    scene.mistake("in nlargest", |_| df.nlargest(3, "amout"));
    scene.mistake("a group-by key, on another line", |_| {
        let groups = df.groupby("regin");
        groups.sum("amount")
    });
    scene.mistake("a column of a group-by", |_| {
        df.groupby("region").sum("ammount")
    });
    scene.mistake("in an aggregate, written elsewhere", |_| {
        let total = col("ammount").sum();
        df.groupby("region").agg([("total", total)])
    });
    scene.mistake("among many", |s| {
        let names: Vec<String> = (0..40).map(|n| format!("column_{n}")).collect();
        let columns = names.iter().map(|name| {
            (
                name.as_str(),
                Arc::new(Float64Array::from(vec![1.0])) as ArrayRef,
            )
        });
        let wide = s
            .session
            .from_record_batches([RecordBatch::try_from_iter(columns).expect("a batch")])?;
        wide.select("colum_7")
    });
    scene.mistake("an index column dropped", |_| {
        df.groupby("region").sum("amount")?.drop("region")
    });
    scene.mistake("two of one name, by rename", |_| {
        df.rename([("qty", "amount")])
    });
    scene.mistake("two of one name, by select", |_| df.select(["qty", "qty"]));
    scene.mistake("two of one name, by aggregates", |_| {
        df.groupby("region")
            .agg([("n", col("qty").sum()), ("n", Agg::size())])
    });
    scene.mistake("an aggregate named as a key", |_| {
        df.groupby("region").agg([("region", Agg::size())])
    });
    scene.mistake("an expression without a name", |_| df.select(lit(1) + 1));
    scene.mistake("an expression where a name is needed", |_| {
        df.nlargest(3, col("amount") * 2)
    });
    scene.finish("columns");
}

#[test]
fn dtypes() {
    let mut scene = Scene::new(two_threads());
    let df = scene
        .sales()
        .assign("day", lit("2024-02-29").cast("date"))
        .expect("a date");
    scene.mistake("a number against text", |_| df.filter(col("region").gt(5)));
    scene.mistake("text against a number", |_| {
        df.filter(col("amount").eq("10.5"))
    });
    scene.mistake("text against a number, two columns", |_| {
        df.filter(col("amount").lt(col("region")))
    });
    scene.mistake("text that is no date", |_| {
        df.filter(col("day").ge("last week"))
    });
    scene.mistake("a date against a number", |_| {
        df.filter(col("day").eq(20_240_229))
    });
    scene.mistake("a predicate that is a number", |_| df.filter(col("qty")));
    scene.mistake("a predicate that is text", |_| df.filter(col("region")));
    scene.mistake("`and` of numbers", |_| {
        df.filter(col("qty") & col("amount"))
    });
    scene.mistake("text plus text", |_| {
        df.assign("twice", col("region") + col("region"))
    });
    scene.mistake("an expression times text", |_| {
        df.assign("twice", (col("qty") + 1) * col("region"))
    });
    scene.mistake("text times a number", |_| {
        df.assign("twice", col("region") * 2)
    });
    scene.mistake("a fraction against integers", |_| {
        df.filter(col("qty").gt(2.5))
    });
    scene.mistake("a literal beyond the dtype", |_| {
        df.assign("small", col("qty").cast("int8"))?
            .filter(col("small").gt(300))
    });
    scene.mistake("a list of mixed literals", |_| {
        df.filter(col("qty").isin([Value::from(1), Value::from("one")]))
    });
    scene.mistake("fillna with another dtype", |_| {
        df.assign("region", col("region").fillna(0))
    });
    scene.mistake("a dtype that is misspelt", |_| {
        df.assign("x", col("qty").cast("flaot64"))
    });
    scene.mistake("a dtype of two meanings", |_| {
        df.assign("x", col("qty").cast("i8"))
    });
    scene.mistake("a cast that cannot be", |_| {
        df.assign("x", col("day").cast("bool"))
    });
    scene.mistake("the sum of text", |_| df.sum("region"));
    scene.mistake("the sum of text in groups", |_| {
        df.groupby("qty").sum(["amount", "region"])
    });
    scene.mistake("the mean of dates", |_| df.mean("day"));
    scene.mistake("the sum of dates", |_| df.sum("day"));
    scene.mistake("the sum of an expression that is text", |_| {
        df.groupby("qty")
            .agg([("t", col("region").fillna("none").sum())])
    });
    scene.mistake("an aggregate that is misspelt", |_| {
        df.groupby("region")
            .agg([("m", Agg::new("maen", &col("qty")))])
    });
    scene.mistake("a lazy scalar of another dtype", |_| {
        df.filter(col("amount").gt(&df.max("region")?))
    });
    scene.mistake("a lazy scalar of an expression, on the left", |_| {
        let most = Expr::from(df.max(col("amount") * 2)?);
        df.filter(most.lt(col("region")))
    });
    scene.mistake("the number of rows against text", |_| {
        df.filter(col("region").eq(df.len()))
    });
    scene.finish("dtypes");
}

#[test]
fn aggregates_and_lazy_scalars() {
    let mut scene = Scene::new(two_threads());
    let df = scene.sales();
    scene.mistake("a quantile beyond all values", |_| {
        df.groupby("region").quantile("qty", 1.5)
    });
    scene.mistake("a parameter that an aggregate does not have", |_| {
        df.agg(col("qty").sum().ddof(0))
    });
    scene.mistake("a parameter that is another's", |_| {
        df.agg(col("qty").var().param("bias", true))
    });
    scene.mistake("a parameter of another kind", |_| {
        df.agg(col("qty").skew().param("bias", 1))
    });
    scene.mistake("one column where two are needed", |_| {
        df.agg([("c", Agg::new("corr", &col("qty")))])
    });
    scene.mistake("the covariance with text", |_| df.cov("qty", "region"));
    scene.mistake("whether any number is", |_| df.any("qty"));
    scene.mistake("lazy scalars that do not go together", |_| {
        (df.max("region")? - df.len()).compute()
    });
    scene.mistake("such a scalar inside an expression", |_| {
        df.filter(col("amount").gt(df.max("region")? - df.len()))
    });
    scene.finish("aggregates_and_lazy_scalars");
}
