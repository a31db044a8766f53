//! Meta, and what user functions are held to.

use super::{Case, Differs, Later, Same, message, not_yet, of, says, sizes, ten, texts};
use swath::prelude::*;
use swath::{DType, FromMap, Meta};

pub(super) const CASES: &[Case] = &[
    Case {
        what: "a meta of names and dtypes, a category among them, in the order given",
        verdict: Same,
        check: || {
            let meta = Meta::of([("b", "float64"), ("a", "int64"), ("c", "category")])?;
            assert_eq!(meta.names().collect::<Vec<_>>(), ["b", "a", "c"]);
            assert_eq!(meta.dtype("c")?, &DType::Category);
            Ok(())
        },
    },
    Case {
        what: "a meta of a Series, or of a scalar",
        verdict: Differs("a frame of one column is one; a reduction's dtype is that of its scalar"),
        check: || {
            let df = of(&["a\n1.5\n"])?;
            assert_eq!(df.sum("a")?.dtype(), &DType::Float64);
            Ok(())
        },
    },
    Case {
        what: "a meta with a dtype that there is not: an error with what was expected",
        verdict: Same,
        check: || {
            let error = Meta::of([("a", "int46")])
                .expect_err("a mistake")
                .to_string();
            says(&error, &["int46", "int64"]);
            Ok(())
        },
    },
    Case {
        what: "a function that fails when its meta is inferred: `Metadata inference failed in`",
        verdict: Same,
        check: || {
            let df = of(&["x\n1\n"])?;
            let asked = df.map_partitions(|part: Batch| part.select(["z"]));
            says(&message(asked), &["map_partitions", "`z`", ".meta("]);
            Ok(())
        },
    },
    Case {
        what: "a function gives x, its meta says x and z: an error that says which is missing",
        verdict: Same,
        check: || {
            let function = MapPartitions::new(|part: Batch| part);
            let df =
                of(&["x\n1\n"])?.map_partitions(function.meta([("x", "int64"), ("z", "int64")]))?;
            says(&message(df.compute()), &["z", "partition 0"]);
            Ok(())
        },
    },
    Case {
        what: "a function gives floats, its meta says integers: the floats",
        verdict: Differs("an error: a declared dtype is what others have planned with"),
        check: || {
            let halves = MapPartitions::new(|part: Batch| part.with("x", vec![0.5]));
            let df = of(&["x\n1\n"])?.map_partitions(halves.meta([("x", "int64")]))?;
            says(&message(df.compute()), &["x", "float64  int64"]);
            Ok(())
        },
    },
    Case {
        what: "a Series q from a function whose meta says w: it is renamed",
        verdict: Differs("an error: names are compared, not overwritten"),
        check: || {
            let named =
                FromMap::new([0_i64], |_: &i64| Batch::from_csv("q\n1\n")).meta([("w", "int64")]);
            let df = Session::testing().from_map(named)?;
            says(&message(df.compute()), &["extra: [q], missing: [w]"]);
            Ok(())
        },
    },
    Case {
        what: "map_partitions of len: a Series of the partitions' lengths",
        verdict: Differs("the function gives a batch of one row"),
        check: || {
            let df = of(&["x\n1\n2\n3\n", "x\n4\n5\n6\n"])?;
            let count = |part: Batch| Batch::from_columns([("rows", vec![part.num_rows() as i64])]);
            let lengths = df.map_partitions(count)?;
            assert_eq!(texts(&lengths, "rows")?, ["3", "3"]);
            assert_eq!(sizes(&lengths)?, [1, 1]);
            Ok(())
        },
    },
    Case {
        what: "the number of the partition is given to a function that asks: partition_info",
        verdict: Same,
        check: || {
            let df = of(&["x\n1\n", "x\n2\n"])?;
            let number = |part: Batch, cx: &Cx| {
                let number = cx.partition().number() as i64;
                part.with("x", vec![number; part.num_rows()])
            };
            assert_eq!(texts(&df.map_partitions(number)?, "x")?, ["0", "1"]);
            Ok(())
        },
    },
    Case {
        what: "a second frame of one partition is given to every call",
        verdict: Later("with the joins; a closure takes a computed table along"),
        check: not_yet,
    },
    Case {
        what: "map_partitions over frames of two and of three partitions: an error",
        verdict: Later("with the joins"),
        check: not_yet,
    },
    Case {
        what: "map_partitions that clears divisions: unknown, as many partitions",
        verdict: Differs("they are unknown unless the function says that it keeps them"),
        check: || {
            let rows = ten()?;
            let cleared = rows.df.map_partitions(|part: Batch| part)?;
            assert!(!cleared.divisions().is_known());
            assert_eq!(cleared.npartitions(), 3);
            let kept = MapPartitions::new(|part: Batch| part).keeps_divisions();
            let kept = rows.df.map_partitions(kept)?;
            assert_eq!(super::bounds(&kept), "(0, 4, 7, 9)");
            Ok(())
        },
    },
];
