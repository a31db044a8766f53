//! The pipeline of the README on small files that the test writes itself.

use std::path::Path;

use swath::prelude::*;

/// Sales of two regions over `files` files, `rows` rows each, amounts 0, 1, 2, …
fn write_sales(folder: &Path, files: usize, rows: usize) -> swath::Result<()> {
    let session = Session::testing();
    let batches = (0..files).map(|file| {
        let sales: Vec<Sale> = (0..rows)
            .map(|row| Sale::number(file * rows + row))
            .collect();
        Batch::from_rows(&sales).expect("rows of a struct")
    });
    session.from_batches(batches)?.to_parquet(folder)?;
    Ok(())
}

#[derive(serde::Serialize)]
struct Sale {
    order_id: i64,
    region: &'static str,
    category: String,
    amount: f64,
}

impl Sale {
    fn number(n: usize) -> Self {
        let region = if n.is_multiple_of(2) { "eu" } else { "us" };
        Self {
            order_id: n as i64,
            region,
            category: format!("c{}", n % 3),
            amount: n as f64,
        }
    }
}

#[test]
fn the_readme_pipeline_gives_the_answers() -> swath::Result<()> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    write_sales(folder.path(), 4, 50)?;

    let session = Session::builder().threads(2).memory_limit("1GiB").build()?;
    let sales = session
        .read_parquet(ReadParquet::new(folder.path().join("*.parquet")).split_row_groups(true))?;
    assert_eq!(sales.npartitions(), 4);

    let big = sales
        .filter(col("amount").ge(150))?
        .label("big sales")
        .persist()?;
    assert_eq!(session.persisted().frames().len(), 1);
    assert_eq!(session.persisted().frames()[0].rows, 50);

    let by_region = big.groupby("region").sum("amount")?;
    let by_category = big.groupby("category").sort(true).mean("amount")?;
    let top = big.nlargest(3, "amount")?;
    let (by_region, by_category, top) = swath::compute((&by_region, &by_category, &top))?;

    by_region.assert_same_rows(&[Batch::from_csv("region,amount\neu,4350\nus,4375\n")?]);
    assert_eq!(by_category.num_rows(), 3);
    let amounts: Vec<f64> = top
        .rows::<(i64, String, String, f64)>()?
        .map(|(.., amount)| amount)
        .collect();
    assert_eq!(amounts, [199.0, 198.0, 197.0]);

    assert!(session.memory_used() > 0);
    big.release();
    assert!(session.persisted().frames().is_empty());
    assert_eq!(session.memory_used(), 0);
    Ok(())
}

#[test]
fn the_last_frame_that_reads_held_partitions_lets_them_go() -> swath::Result<()> {
    let session = Session::testing();
    let df = session.from_batches([Batch::from_csv("k,v\na,1\nb,7\n")?])?;
    let total = {
        let kept = df.filter(col("v").gt(3))?.persist()?;
        drop(df);
        kept.groupby("k").sum("v")?
    };
    assert_eq!(
        session.persisted().frames().len(),
        2,
        "the derived frame holds them, and they the rows from memory that would compute them again"
    );
    assert_eq!(total.compute()?.num_rows(), 1);
    drop(total);
    assert!(session.persisted().frames().is_empty());
    assert_eq!(session.memory_used(), 0);
    Ok(())
}

fn revenue(sales: &DataFrame) -> swath::Result<DataFrame> {
    sales
        .filter(col("amount").gt(0))?
        .groupby("region")
        .sum("amount")
}

/// The unit test of a pipeline, as its author writes it.
#[test]
fn refunds_are_ignored() -> swath::Result<()> {
    let session = Session::testing();
    let sales = Batch::from_csv("region,amount\neu,10.1\neu,-3\nus,5\neu,0.2\n")?;
    let sales = session.from_batches([sales])?.repartition(2)?;
    let got = revenue(&sales)?.compute()?;
    let expected = [Batch::from_csv("region,amount\neu,10.3\nus,5.0\n")?];
    got.assert_close_rows(&expected, 1e-12);
    let other = [Batch::from_csv("region,amount\neu,10.4\nus,5.0\n")?];
    let compare = std::panic::AssertUnwindSafe(|| got.assert_close_rows(&other, 1e-12));
    let far = std::panic::catch_unwind(compare);
    let told = *far
        .expect_err("other rows")
        .downcast::<String>()
        .expect("a message");
    insta::assert_snapshot!(told, @r"
    the tables have different rows
    only found:
      eu | 10.299999999999999
    only expected:
      eu | 10.4
    ");
    insta::assert_snapshot!(revenue(&sales)?.explain(), @r"
    logical plan
    groupby [region] [amount = sum(amount)]  [1 partition]
    └─ filter (amount > 0)  [2 partitions]
       └─ repartition  [2 partitions]
          └─ held [region, amount]  [1 partition]

    optimised plan (unchanged)
    groupby [region] [amount = sum(amount)]  [1 partition]
    └─ filter (amount > 0)  [2 partitions]
       └─ repartition  [2 partitions]
          └─ held [region, amount]  [1 partition]
    ");
    Ok(())
}
