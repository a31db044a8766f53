//! Options of calls, and verbs that do not fit their frame.

use swath::prelude::*;
use swath::{ErrorKind, Head};

use super::{Scene, two_threads};

#[test]
fn options_of_calls() {
    let mut scene = Scene::new(two_threads());
    let df = scene.sales();
    scene.mistake("no threads", |_| {
        Session::builder().threads(0).memory_limit("1GiB").build()
    });
    scene.mistake("a limit that is no size", |_| {
        Session::builder().memory_limit("plenty").build()
    });
    scene.mistake("a limit of an unknown unit", |_| {
        Session::builder().memory_limit("4QB").build()
    });
    scene.mistake("a limit of nothing", |_| {
        Session::builder().memory_limit("0").build()
    });
    scene.mistake("a limit below the threads' scratch", |_| {
        Session::builder().threads(4).memory_limit("16MiB").build()
    });
    scene.mistake("a head of negative rows", |_| df.head(-1));
    scene.mistake("a tail of negative rows", |_| df.tail(-5));
    scene.mistake("the -3 largest", |_| df.nlargest(-3, "amount"));
    scene.mistake("the smallest by no column", |_| {
        df.nsmallest(3, Vec::<String>::new())
    });
    scene.mistake("the largest by no column", |_| {
        df.nlargest(3, Vec::<String>::new())
    });
    scene.mistake("a head of more partitions than there are", |_| {
        df.head(Head::new(5).npartitions(9))
    });
    scene.mistake("a head of no partition", |_| {
        df.head(Head::new(5).npartitions(0))
    });
    scene.mistake("no partitions", |_| df.repartition(0));
    scene.mistake("too many partitions", |_| df.repartition(1_usize << 32));
    scene.mistake("negative partitions", |_| df.repartition(-3));
    scene.mistake("partitions of a size that is none", |_| {
        df.repartition(Repartition::by_size("big"))
    });
    scene.mistake("partitions of no bytes", |_| {
        df.repartition(Repartition::by_size("0MiB"))
    });
    scene.mistake("a partition that does not exist", |_| df.partitions(7));
    scene.mistake("a choice of no partitions", |_| df.partitions(2..));
    scene.mistake("groups over no partition", |_| {
        df.groupby("region").split_out(0).sum("amount")
    });
    scene.mistake("merging one at a time", |_| {
        df.groupby("region").split_every(1).sum("amount")
    });
    scene.mistake("no keys", |_| {
        df.groupby(Vec::<String>::new()).sum("amount")
    });
    scene.mistake("aggregates of no columns", |_| {
        df.groupby("region").sum(Vec::<String>::new())
    });
    scene.mistake("a select of nothing that exists", |_| {
        df.select(Vec::<String>::new())?.sum("amount")
    });
    scene.mistake("a frame of no batches", |s| {
        s.session.from_batches(Vec::<Batch>::new())
    });
    scene.mistake("batches of different columns", |s| {
        s.session.from_batches([
            Batch::from_csv("a,b\n1,2\n")?,
            Batch::from_csv("a,c\n1,2\n")?,
        ])
    });
    scene.mistake("a batch with a column more", |s| {
        s.session.from_batches([
            Batch::from_csv("a\n1\n")?,
            Batch::from_csv("a\n2\n")?,
            Batch::from_csv("a,b\n1,2\n")?,
        ])
    });
    scene.mistake("a batch with a column less", |s| {
        s.session
            .from_batches([Batch::from_csv("a,b\n1,2\n")?, Batch::from_csv("a\n1\n")?])
    });
    scene.mistake("batches of different dtypes", |s| {
        s.session
            .from_batches([Batch::from_csv("a\n1\n")?, Batch::from_csv("a\nx\n")?])
    });
    let other = Scene::new(two_threads());
    scene.mistake("frames of two sessions", |_| {
        swath::compute((&df, &other.sales()))
    });
    scene.mistake("a scalar of another session", |_| {
        let far = other.session.from_batches([Batch::from_csv("v\n7\n")?])?;
        df.filter(col("amount").gt(&far.mean("v")?))?.compute()
    });
    scene.finish("options_of_calls");
}

#[test]
fn verbs_that_do_not_fit() {
    let mut scene = Scene::new(two_threads());
    let df = scene.sales();
    let by_region = df.groupby("region").sum("amount").expect("a column");
    let lists = df.groupby("region").list("qty").expect("a column");
    scene.mistake("a number exploded", |_| df.explode("amount"));
    scene.mistake("more than all of the rows", |_| df.sample(1.5));
    scene.mistake("a split by shares that make less", |_| {
        df.random_split([0.5, 0.2], 1).map(|[first, _]| first)
    });
    scene.mistake("a split by a share below zero", |_| {
        df.random_split([1.5, -0.5], 1).map(|[first, _]| first)
    });
    scene.mistake("an index made another dtype", |_| {
        by_region.astype([("region", "category")])
    });
    scene.mistake("a column made two dtypes", |_| {
        df.astype([("qty", "int8"), ("qty", "string")])
    });
    scene.mistake("sorted groups over two partitions", |_| {
        df.groupby("region").sort(true).split_out(2).sum("amount")
    });
    scene.mistake("rows of sorted groups", |_| {
        df.groupby("region").sort(true).head(1)
    });
    scene.mistake("rows of groups that are merged by four", |_| {
        df.groupby("region").split_every(4).tail(1)
    });
    scene.mistake("lists that are equal", |_| lists.drop_duplicates("qty"));
    scene.mistake("text behind numbers", |_| {
        let text = df.select([col("region").alias("amount")])?;
        swath::concat([&df, &text], swath::Join::Outer)
    });
    scene.finish("verbs_that_do_not_fit");
}

#[test]
fn rows_that_are_to_be_read_in_their_order() {
    let mut scene = Scene::new(two_threads());
    let shifted = || col("amount") - col("amount").shift(1);
    let kind = scene.mistake("neighbours in other partitions", |s| {
        s.sales().assign("change", shifted())
    });
    assert_eq!(kind, ErrorKind::Order);
    let kind = scene.mistake("groups in no order", |s| {
        let groups = s.sales().groupby("region").sum("amount")?;
        groups.assign("total", col("amount").cumsum())
    });
    assert_eq!(kind, ErrorKind::Order);
    scene.mistake("rows that are kept once, in no order", |s| {
        let once = s.sales().drop_duplicates("region")?.repartition(1)?;
        once.filter(col("amount").cumsum().lt(100))
    });
    scene.mistake("as a key", |s| {
        s.sales().groupby(shifted().alias("change")).size()
    });
    scene.mistake("inside an aggregate", |s| {
        s.sales().repartition(1)?.sum(shifted())
    });
    scene.mistake("a sum of text", |s| {
        s.sales()
            .repartition(1)?
            .assign("x", col("region").cumsum())
    });
    scene.mistake("a window of no rows", |s| {
        let one = s.sales().repartition(1)?;
        one.select(col("amount").rolling(0).mean())
    });
    scene.mistake("a column that is not there", |s| {
        s.sales()
            .repartition(1)?
            .assign("x", col("amuont").shift(1))
    });
    scene.mistake("a total that does not fit", |s| {
        let one = s.sales().repartition(1)?;
        let huge = col("qty").fillna(0) + (i64::MAX - 9);
        one.assign("x", huge.cumsum())?.compute()
    });
    scene.finish("rows_that_are_to_be_read_in_their_order");
}

#[test]
fn statistics_of_columns_that_have_none() {
    let mut scene = Scene::new(two_threads());
    scene.mistake("text described as numbers", |s| {
        s.sales().describe("region")
    });
    scene.mistake("numbers described as text", |s| {
        s.sales().describe(swath::Describe::new("qty").text())
    });
    scene.mistake("a column that is not there", |s| s.sales().describe("qtty"));
    scene.mistake("nothing to describe", |s| {
        s.sales().select("region")?.describe(..)
    });
    scene.mistake("percent for a share", |s| {
        s.sales()
            .describe(swath::Describe::new(..).percentiles([25.0]))
    });
    scene.mistake("quantiles of text", |s| s.sales().quantiles(.., [0.5]));
    scene.mistake("no quantiles", |s| s.sales().quantiles("qty", []));
    scene.mistake("correlations of text", |s| s.sales().corr_matrix(..));
    scene.mistake("a negative number of rows of each group", |s| {
        s.sales().groupby("region").head(-1)
    });
    scene.mistake("rows of groups by a key that is not there", |s| {
        s.sales().groupby("regoin").tail(1)
    });
    scene.finish("statistics_of_columns_that_have_none");
}
