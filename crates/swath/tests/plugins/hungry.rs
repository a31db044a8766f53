//! Functions of every kind that ask for more memory than there is.

use swath::prelude::*;
use swath::{ErrorKind, Meta, Shuffle};
use swath_plugin::arrow_array::{ArrayRef, Float64Array};
use swath_plugin::prelude::{
    Aggregate, Attempt, Cx, DType, Field, Grouped, GroupedRows, Part, PartitionFn, Partitioner,
    Parts, Result, Returns, Scalar, Sink, Source, Wanted, plugin,
};
use swath_plugin::{Contract, Params};

plugin! { name: "hungry", functions: [Rows, Values, Groups, Places, Numbers, Shelf] }

/// Asks for a tebibyte.
fn asks(cx: &Cx) -> Result<()> {
    drop(cx.reserve(1 << 40)?);
    Ok(())
}

#[derive(Params)]
struct Rows {}

impl PartitionFn for Rows {
    const NAME: &'static str = "rows";

    fn bind(&self, input: &Meta) -> Result<Contract> {
        Ok(Contract::rows_kept(input))
    }

    fn call(&self, part: Batch, cx: &Cx) -> Result<Batch> {
        asks(cx)?;
        Ok(part)
    }
}

#[derive(Params)]
struct Values {}

impl Scalar for Values {
    const NAME: &'static str = "values";

    fn bind(&self, args: &[Field]) -> Result<Returns> {
        Returns::nullable(args[0].dtype.clone())
    }

    fn call(&self, args: &[ArrayRef], _: usize, cx: &Cx) -> Result<ArrayRef> {
        asks(cx)?;
        Ok(ArrayRef::clone(&args[0]))
    }
}

#[derive(Params)]
struct Groups {}

impl Aggregate for Groups {
    const NAME: &'static str = "groups";
    type States = usize;

    fn bind(&self, _: &[Field]) -> Result<Grouped> {
        let field = Field::new("x", DType::Float64, true);
        Ok(Grouped::new(field.clone(), [field]))
    }

    fn open(&self) -> usize {
        0
    }

    fn update(&self, states: &mut usize, rows: GroupedRows<'_>, cx: &Cx) -> Result<()> {
        *states = rows.n_groups;
        if rows.n_groups > 0 && !rows.groups.is_empty() {
            asks(cx)?;
        }
        Ok(())
    }

    fn merge(&self, states: &mut usize, rows: GroupedRows<'_>, _: &Cx) -> Result<()> {
        *states = rows.n_groups;
        Ok(())
    }

    fn state(&self, states: usize) -> Result<Vec<ArrayRef>> {
        Ok(vec![self.finish(states)?])
    }

    fn finish(&self, states: usize) -> Result<ArrayRef> {
        Ok(std::sync::Arc::new(Float64Array::from(vec![0.0; states])))
    }

    fn size(&self, _: &usize) -> u64 {
        8
    }
}

#[derive(Params)]
struct Places {}

impl Partitioner for Places {
    const NAME: &'static str = "places";

    fn bind(&self, _: &[Field], _: u32) -> Result<()> {
        Ok(())
    }

    fn call(&self, _: &[ArrayRef], rows: usize, _: u32, cx: &Cx) -> Result<Vec<u32>> {
        asks(cx)?;
        Ok(vec![0; rows])
    }
}

#[derive(Params)]
struct Numbers {}

impl Source for Numbers {
    const NAME: &'static str = "numbers";
    type Part = u32;
    type Reading = ();

    fn bind(&self) -> Result<Contract> {
        Ok(Contract::any_rows(Meta::of([("x", "float64")])?))
    }

    fn parts(&self, _: &Cx) -> Result<Parts<u32>> {
        Ok(Parts::new([Part::new(0)]))
    }

    fn open(&self, _: u32, _: &Wanted, cx: &Cx) -> Result<()> {
        asks(cx)
    }

    fn next(&self, (): &mut (), _: &Cx) -> Result<Option<Batch>> {
        Ok(None)
    }
}

#[derive(Params)]
struct Shelf {}

impl Sink for Shelf {
    const NAME: &'static str = "shelf";
    type Writing = ();
    type Receipt = ();

    fn bind(&self, _: &Meta) -> Result<()> {
        Ok(())
    }

    fn open(&self, _: &Attempt, _: &Cx) -> Result<()> {
        Ok(())
    }

    fn push(&self, (): &mut (), _: Batch, cx: &Cx) -> Result<()> {
        asks(cx)
    }

    fn finish(&self, (): (), _: &Cx) -> Result<()> {
        Ok(())
    }

    fn commit(&self, _: &str, _: Vec<()>, _: &Cx) -> Result<()> {
        Ok(())
    }

    fn abort(&self, _: &str, _: &Cx) -> Result<()> {
        Ok(())
    }
}

#[test]
fn memory_that_is_refused_is_the_memory_limit() -> swath::Result<()> {
    let session = Session::builder().threads(1).memory_limit("256MiB");
    let session = session.plugin(plugin()).build()?;
    let rows = Batch::from_columns([("k", vec![1_i64, 2]), ("z", vec![3_i64, 4])])?;
    let rows = rows.with("x", vec![1.0, 2.0])?;
    let df = session.from_batches([rows])?;
    let hungry = |name: &str| swath::plugin(format!("hungry.{name}"));
    let values = hungry("values").call([col("x")]);
    let tried = [
        ("rows", df.map_partitions(hungry("rows"))?.compute().err()),
        ("values", df.assign("y", &values)?.compute().err()),
        ("filter", df.filter(values.gt(0.0))?.compute().err()),
        (
            "groups",
            df.groupby("k")
                .agg([("y", hungry("groups").agg(col("x")))])?
                .compute()
                .err(),
        ),
        (
            "places",
            df.shuffle(Shuffle::on("k").npartitions(2).by(hungry("places")))?
                .compute()
                .err(),
        ),
        ("numbers", session.read(hungry("numbers"))?.compute().err()),
        ("shelf", df.write(hungry("shelf")).err()),
    ];
    for (name, error) in tried {
        let error = error.expect(name);
        assert_eq!(error.code(), "E0301", "{name}: {error}");
        let ErrorKind::MemoryLimit { needed, .. } = error.kind() else {
            panic!("{name}: {error}");
        };
        assert!(*needed >= 1 << 40, "{name}: {error}");
    }
    Ok(())
}
