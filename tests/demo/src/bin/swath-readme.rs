//! The program of the README; `cargo xtask tidy` proves that it is the same.
#![expect(clippy::print_stdout, reason = "it shows what it found")]

use swath::prelude::*;

fn main() -> swath::Result<()> {
    let session = Session::builder().threads(2).memory_limit("4GiB").build()?;
    let sales = session.read_parquet("large_sales_data/*.parquet")?;
    println!("{sales}"); // structure, dtypes, partitions, divisions; computes nothing

    let filtered = sales.filter(col("amount").gt(5000))?.persist()?;
    println!("{}", session.persisted());

    let by_region = filtered.groupby("region").sum("amount")?;
    let by_category = filtered.groupby("category").mean("amount")?;
    let top = filtered.nlargest(10, "amount")?;
    // One graph: what the three share runs once.
    let (by_region, by_category, top) = swath::compute((&by_region, &by_category, &top))?;

    for (region, amount) in by_region.rows::<(String, f64)>()? {
        println!("{region}: {amount}");
    }
    println!("{by_category}\n{top}");
    Ok(())
}
