use swath::prelude::*;

fn main() {
    let df: DataFrame = todo!();
    let _ = df.filter(col("a").sum());
}
