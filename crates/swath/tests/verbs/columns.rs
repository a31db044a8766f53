//! Columns made into others: of other values, of other dtypes, or turned into rows.

use swath::prelude::*;
use swath::{DType, Melt, SelectDtypes};

use super::{check, float, frame, rows, shown, sorted};

#[test]
fn values_exchanged_for_others() {
    let replaced = rows().into_iter().map(|(key, value, row)| {
        let key = key.map(|key| match &*key {
            "key 1" => "key 2".to_owned(),
            "key 2" => "key 1".to_owned(),
            _ => key,
        });
        // Numbers are looked for in all columns of numbers.
        let value = value.map(|value| if value == 2.5 { 10.0 } else { value });
        format!("{}|{}|{row}", shown(key.as_ref()), float(value))
    });
    check(&sorted(replaced), |df| {
        df.replace([("key 1", "key 2"), ("key 2", "key 1")])?
            .replace([(2.5, 10.0)])
    });
    let filled = rows().into_iter().map(|(key, value, row)| {
        let value = value.map(|value| if value.is_nan() { -1.0 } else { value });
        format!("{}|{}|{row}", shown(key.as_ref()), float(value))
    });
    check(&sorted(filled), |df| df.replace([(f64::NAN, -1.0)]));
    let masked = rows().into_iter().map(|(_, value, row)| {
        // A null condition is not true.
        let hit = value.is_some_and(|value| value > 1.0);
        let of = |number: f64| if hit { None } else { Some(number) };
        let value = value.and_then(of);
        let row = if hit {
            "null".to_owned()
        } else {
            row.to_string()
        };
        format!("{}|{row}", float(value))
    });
    check(&sorted(masked), |df| {
        df.drop("key")?.mask(col("value").gt(1.0), None::<i64>)
    });
    let clipped = rows()
        .into_iter()
        .map(|(key, _, row)| format!("{}|{}", shown(key.as_ref()), row.clamp(10, 50)));
    check(&sorted(clipped), |df| df.drop("value")?.clip(10, 50));
}

#[test]
fn dtypes_are_changed_and_chosen() -> swath::Result<()> {
    let session = Session::testing();
    let df = frame(&session, &[40])?;
    let texts = df.select(["row"])?.astype("string")?;
    assert_eq!(texts.meta().dtype("row")?, &DType::String);
    let back = texts.astype([("row", "int32")])?;
    assert_eq!(back.sum("row")?.get::<i64>()?, df.sum("row")?.get::<i64>()?);
    assert_eq!(df.select_dtypes("number")?.columns(), ["value", "row"]);
    let but_floats = SelectDtypes::include(["number"]).exclude(["float"]);
    assert_eq!(df.select_dtypes(but_floats)?.columns(), ["row"]);
    assert_eq!(
        df.add_prefix("a_")?.add_suffix("_z")?.columns(),
        ["a_key_z", "a_value_z", "a_row_z"]
    );
    assert!(df.round(0)?.max("value")?.get::<f64>()?.is_nan());
    assert_eq!(df.pipe(|df| df.head(3))?.compute()?.num_rows(), 3);
    Ok(())
}

#[test]
fn columns_turned_into_rows() {
    let expected = rows().into_iter().flat_map(|(key, value, row)| {
        let key = shown(key.as_ref());
        [
            format!("{key}|value|{}", float(value)),
            format!("{key}|half|{}", float(Some(row as f64 / 2.0))),
        ]
    });
    let halves = |df: &DataFrame| df.assign("half", col("row") / 2)?.drop("row");
    check(&sorted(expected), |df| halves(df)?.melt("key"));
    let only = rows()
        .into_iter()
        .filter(|(key, _, _)| key.as_deref() == Some("key 3"))
        .map(|(key, value, _)| format!("{}|value|{}", shown(key.as_ref()), float(value)));
    check(&sorted(only), |df| {
        df.melt(Melt::ids("key").values("value").variable_name("from"))?
            .filter(col("key").eq("key 3"))
    });
}
