//! A round of queries whose answers must not depend on where tasks run and where results are kept.

use swath::prelude::*;

/// The answers as text, from memory and from files that are written to `files`.
pub(crate) fn answers(session: &Session, files: &std::path::Path) -> swath::Result<Vec<String>> {
    let memory = session.from_batches([
        Batch::from_csv("k,g,v\na,1,1.5\nb,2,2.5\n,1,\na,1,4\n")?,
        Batch::from_csv("k,g,v\nc,2,0.25\nb,1,-7\na,2,8\nb,2,1\n")?,
    ])?;
    memory.to_parquet(ToParquet::new(files).overwrite())?;
    let read = session.read_parquet(files)?;
    let mut texts = Vec::new();
    for df in [&memory, &read] {
        let kept = df
            .filter(col("v").gt(0))?
            .assign("w", col("v") * 2 + 1)?
            .persist()?;
        let tables = swath::compute([
            &kept.groupby("k").sort(true).agg([
                ("sum", col("v").sum()),
                ("mean", col("w").mean()),
                ("n", Agg::size()),
            ])?,
            &kept.groupby(["k", "g"]).sort(true).max("w")?,
            &kept
                .groupby(["k", "g"])
                .split_out(3)
                .min("w")?
                .repartition(1)?,
            &kept.nlargest(3, "v")?,
            &kept.head(1)?,
            &kept.tail(1)?,
            &kept.repartition(3)?.select(["k", "w"])?,
            &kept.filter(col("v").ge(&kept.mean("v")?))?,
        ])?;
        texts.extend(tables.iter().map(ToString::to_string));
        texts.push(kept.len().compute()?.to_string());
        texts.push(df.max("v")?.compute()?.to_string());
    }
    Ok(texts)
}
