//! Groups, and values of many rows.

use super::{Case, Differs, Later, Outcome, Same, message, not_yet, of, says, sizes, texts};
use swath::prelude::*;
use swath::{Agg, Aggregation, DType, ErrorKind, Field};

fn names(df: &DataFrame) -> Vec<&str> {
    df.dtypes()
        .iter()
        .map(|field: &Field| &*field.name)
        .collect()
}

/// Thirty partitions with three keys.
fn thirty() -> swath::Result<DataFrame> {
    let parts: Vec<String> = (0..30)
        .map(|i| format!("a,b,c,v\n{i},{i},{i},{i}\n"))
        .collect();
    of(&parts.iter().map(String::as_str).collect::<Vec<_>>())
}

/// Mean as a custom aggregation: a count and a sum.
struct OwnMean;

impl Aggregation for OwnMean {
    const NAME: &'static str = "own_mean";
    type State = (u64, f64);

    fn output(&self, input: &DType) -> Option<DType> {
        (*input == DType::Float64).then_some(DType::Float64)
    }

    fn update(&self, state: &mut Self::State, value: Value) {
        if let Value::Float(value) = value {
            self.merge(state, (1, value));
        }
    }

    fn merge(&self, state: &mut Self::State, other: Self::State) {
        *state = (state.0 + other.0, state.1 + other.1);
    }

    fn finish(&self, (count, sum): Self::State) -> Value {
        Value::from((count > 0).then(|| sum / count as f64))
    }
}

pub(super) const CASES: &[Case] = &[
    Case {
        what: "thirty partitions by one, two and three keys: 2, 3 and 6 partitions, and 1 before it is optimised",
        verdict: Differs(
            "1, 3 and 6, and seen at once: what a call says does not change afterwards",
        ),
        check: || {
            let df = thirty()?;
            assert_eq!(df.groupby("a").sum("v")?.npartitions(), 1);
            assert_eq!(df.groupby(["a", "b"]).sum("v")?.npartitions(), 3);
            assert_eq!(df.groupby(["a", "b", "c"]).sum("v")?.npartitions(), 6);
            Ok(())
        },
    },
    Case {
        what: "sort=True is one partition, split_out=4 is four",
        verdict: Same,
        check: || {
            let df = thirty()?;
            let sorted = df.groupby(["a", "b"]).sort(true).sum("v")?;
            assert_eq!(sorted.npartitions(), 1);
            assert_eq!(texts(&sorted, "a")?[..3], ["0", "1", "2"]);
            let four = df.groupby("a").split_out(4).sum("v")?;
            assert_eq!(sizes(&four)?.iter().sum::<usize>(), 30);
            assert_eq!(four.npartitions(), 4);
            Ok(())
        },
    },
    Case {
        what: "unique and drop_duplicates keep the number of partitions",
        verdict: Same,
        check: || {
            let df = thirty()?;
            assert_eq!(df.drop_duplicates(["a", "b"])?.npartitions(), 30);
            assert_eq!(df.unique("a")?.npartitions(), 30);
            Ok(())
        },
    },
    Case {
        what: "split_every=1: ValueError",
        verdict: Same,
        check: || {
            let asked = thirty()?.groupby("a").split_every(1).sum("v");
            says(&message(asked), &["split_every", "2"]);
            Ok(())
        },
    },
    Case {
        what: "a null key is no group, with dropna=False it is one",
        verdict: Same,
        check: || {
            let df = of(&["k,v\na,1\n,2\n", "k,v\na,3\n"])?;
            assert_eq!(texts(&df.groupby("k").sum("v")?, "v")?, ["4"]);
            let mut all = texts(&df.groupby("k").dropna(false).sum("v")?, "v")?;
            all.sort();
            assert_eq!(all, ["2", "4"]);
            Ok(())
        },
    },
    Case {
        what: "agg of several: a MultiIndex of columns, or the names that are given",
        verdict: Differs("`v_sum` and `v_mean` where no name is given"),
        check: || {
            let groups = of(&["k,v\na,1\n"])?;
            let df = groups.groupby("k").agg([col("v").sum(), col("v").mean()])?;
            assert_eq!(names(&df), ["v_sum", "v_mean"]);
            let df = groups.groupby("k").agg([("a", col("v").sum())])?;
            assert_eq!(names(&df), ["a"]);
            Ok(())
        },
    },
    Case {
        what: "agg list: the values of each group in row order",
        verdict: Same,
        check: || {
            let df = of(&["k,v\na,1\nb,2\n", "k,v\na,3\n"])?;
            let lists = df.groupby("k").sort(true).list("v")?;
            assert_eq!(texts(&lists, "v")?, ["[1, 3]", "[2]"]);
            Ok(())
        },
    },
    Case {
        what: "an aggregate that there is not: ValueError `unknown aggregate`",
        verdict: Same,
        check: || {
            let asked = of(&["k,v\na,1\n"])?
                .groupby("k")
                .agg(Agg::new("skwe", &col("v")));
            says(&message(asked), &["`skwe`", "`skew`"]);
            Ok(())
        },
    },
    Case {
        what: "an Aggregation of one's own, a mean: its answer",
        verdict: Same,
        check: || {
            let session = Session::builder()
                .threads(1)
                .memory_limit("64MiB")
                .aggregate(OwnMean)
                .build()?;
            let df = session.from_batches([Batch::from_csv("k,v\na,1.0\nb,2.0\na,3.0\n")?])?;
            let own = Agg::new("own_mean", &col("v")).alias("m");
            assert_eq!(
                texts(&df.groupby("k").sort(true).agg(own)?, "m")?,
                ["2.0", "2.0"]
            );
            Ok(())
        },
    },
    Case {
        what: "the mean of a frame with a column of text: NotImplementedError",
        verdict: Differs("the error of that column, at the call; name the columns that are meant"),
        check: || {
            let df = of(&["k,v,s\na,1,x\n"])?;
            says(&message(df.groupby("k").mean(..)), &["`s`", "mean"]);
            assert_eq!(texts(&df.groupby("k").mean("v")?, "v")?, ["1.0"]);
            Ok(())
        },
    },
    Case {
        what: "groups by a Series of another frame: ValueError, unsafe and unsupported",
        verdict: Differs("it cannot be written: keys are expressions of the frame's own columns"),
        check: || {
            let df = of(&["k,v\na,1\nb,2\nc,3\n"])?;
            let parity = (col("v") % 2).alias("odd");
            assert_eq!(df.groupby(parity).size()?.compute()?.num_rows(), 2);
            Ok(())
        },
    },
    Case {
        what: "a group that is not there: no rows",
        verdict: Same,
        check: || {
            let df = of(&["k,v\na,1\n"])?;
            assert_eq!(df.filter(col("k").eq("z"))?.compute()?.num_rows(), 0);
            Ok(())
        },
    },
    Case {
        what: "a key that is no column: KeyError",
        verdict: Same,
        check: || {
            let error = of(&["key,v\na,1\n"])?
                .groupby("kye")
                .sum("v")
                .expect_err("a mistake");
            let ErrorKind::Column { name, nearest } = error.kind() else {
                return Err(error.into());
            };
            assert_eq!((name.as_str(), nearest.as_deref()), ("kye", Some("key")));
            Ok(())
        },
    },
    Case {
        what: "apply, transform and shift of groups",
        verdict: Later("with the shuffle"),
        check: not_yet,
    },
    Case {
        what: "first and last with sort=True: NotImplementedError",
        verdict: Differs("they are those of the rows' order, sorted keys or not"),
        check: || {
            let df = of(&["k,v\nb,1\na,2\n", "k,v\nb,3\n"])?;
            let groups = df.groupby("k").sort(true);
            assert_eq!(texts(&groups.first("v")?, "v")?, ["2", "1"]);
            assert_eq!(texts(&groups.last("v")?, "v")?, ["2", "3"]);
            Ok(())
        },
    },
    Case {
        what: "the median of more than one partition: NotImplementedError",
        verdict: Differs("exact, however rows are cut"),
        check: || {
            let df = of(&["v\n9\n1\n", "v\n4\n", "v\n2\n"])?;
            assert_eq!(df.median("v")?.get::<f64>()?, 3.0);
            Ok(())
        },
    },
    Case {
        what: "nunique_approx of ten thousand values: within two of a hundred",
        verdict: Differs("4 KiB a sketch, whose standard error is 1.6 of a hundred"),
        check: approximate_count,
    },
    Case {
        what: "the quantile depends on which other quantiles are asked",
        verdict: Differs("exact"),
        check: || {
            let df = of(&["v\n1\n2\n", "v\n3\n4\n5\n"])?;
            let both = df.agg([
                ("a", col("v").quantile(0.25)),
                ("b", col("v").quantile(0.5)),
            ])?;
            assert_eq!(
                texts(&both, "a")?,
                [df.quantile("v", 0.25)?.compute()?.to_string()]
            );
            assert_eq!(texts(&both, "a")?, ["2.0"]);
            Ok(())
        },
    },
];

fn approximate_count() -> Outcome {
    let numbers = |from: i64| Batch::from_columns([("v", (from..from + 2500).collect::<Vec<_>>())]);
    let batches = [numbers(0)?, numbers(2500)?, numbers(5000)?, numbers(7500)?];
    let df = Session::testing().from_batches(batches)?;
    let about = df.nunique_approx("v")?.get::<u64>()?;
    assert!((9_500..=10_500).contains(&about), "{about}");
    Ok(())
}
