//! Divisions, and frames that are cut anew.

use super::{
    Case, Differs, Later, Same, bounds, cut_at, indexed, message, not_yet, says, sizes, ten, texts,
};
use swath::prelude::*;

const SORTED: &str = "with the sorted index";

pub(super) const CASES: &[Case] = &[
    Case {
        what: "repartition of five partitions to two and to three: (0, 4, 9) and (0, 2, 6, 9)",
        verdict: Same,
        check: || {
            let rows = cut_at(&[0, 2, 4, 6, 8, 10])?;
            assert_eq!(bounds(&rows.df), "(0, 2, 4, 6, 8, 9)");
            assert_eq!(bounds(&rows.df.repartition(2)?), "(0, 4, 9)");
            assert_eq!(bounds(&rows.df.repartition(3)?), "(0, 2, 6, 9)");
            Ok(())
        },
    },
    Case {
        what: "repartition of (0, 4, 7, 9) to five: (0, 2, 4, 6, 7, 9)",
        verdict: Same,
        check: || {
            let rows = ten()?;
            let five = rows.df.repartition(5)?;
            assert_eq!(bounds(&five), "(0, 2, 4, 6, 7, 9)");
            assert_eq!(sizes(&five)?, [2, 2, 2, 1, 3]);
            Ok(())
        },
    },
    Case {
        what: "repartition by neither number nor size nor divisions, or by two of them: ValueError",
        verdict: Differs("it cannot be written; no partition and no size are errors"),
        check: || {
            let rows = ten()?;
            says(
                &message(rows.df.repartition(0)),
                &["repartition", "at least 1"],
            );
            says(
                &message(rows.df.repartition(Repartition::by_size("many"))),
                &["`many`"],
            );
            Ok(())
        },
    },
    Case {
        what: "repartition by divisions, by force, and every division that is not legal",
        verdict: Later(SORTED),
        check: not_yet,
    },
    Case {
        what: "repartition by frequency",
        verdict: Later(SORTED),
        check: not_yet,
    },
    Case {
        what: "compute_current_divisions",
        verdict: Later(SORTED),
        check: not_yet,
    },
    Case {
        what: "rows that are not where the divisions say: RuntimeError, where enforce_runtime_divisions is called",
        verdict: Differs(
            "divisions are proven from the files' own statistics before they are called known",
        ),
        check: || {
            let rows = indexed(&["id,x\n1,0\n", "id,x\n5,0\n", "id,x\n3,0\n"])?;
            assert!(!rows.df.divisions().is_known());
            Ok(())
        },
    },
    Case {
        what: "reset_index: unknown divisions, and an index that restarts in each partition",
        verdict: Differs("the index column becomes data; there is no index that means nothing"),
        check: || {
            let rows = ten()?;
            let reset = rows.df.reset_index()?;
            assert!(!reset.divisions().is_known());
            assert_eq!(
                (reset.index(), reset.columns()),
                (vec![], vec!["id", "x", "y"])
            );
            Ok(())
        },
    },
    Case {
        what: "a filter keeps divisions",
        verdict: Same,
        check: || {
            let rows = ten()?;
            let some = rows.df.filter(col("x").gt(7))?;
            assert_eq!(bounds(&some), "(0, 4, 7, 9)");
            assert_eq!(sizes(&some)?, [0, 0, 2]);
            Ok(())
        },
    },
    Case {
        what: "partitions[0] and partitions[2] side by side: divisions that do not bound the rows",
        verdict: Differs("divisions are known only where they bound the rows"),
        check: || {
            let rows = ten()?;
            let ends = rows.df.partitions([0, 2])?;
            assert_eq!(texts(&ends, "id")?, ["0", "1", "2", "3", "7", "8", "9"]);
            if let Some(bounds) = ends.divisions().bounds() {
                for at in 0..ends.npartitions() {
                    for batch in ends.partitions(at)?.compute()?.record_batches() {
                        bounds.check(at, &batch.columns()[..1])?;
                    }
                }
            }
            Ok(())
        },
    },
];
