//! What a predicate says about rows of which only bounds are known.
//!
//! The steps of a bound predicate are interpreted over sets of possibilities instead of rows: a comparison of two ranges may be true,
//! may be false, may be null. Every set contains what any row can give, so *never* and *always* can be trusted; what is not
//! understood can be anything.

mod bounds;
mod outcomes;
mod range;

pub use bounds::{Bounds, ColumnBounds, Verdict};

use swath_meta::Meta;

use self::outcomes::Outcomes;
use self::range::Range;
use crate::bound::{Operand, Step};
use crate::evaluate::Kernel;
use crate::{Bound, Expr, Functions};

/// Says whether any row, or every row, within these bounds passes the predicate. A row for which it is null does not pass.
///
/// A part that cannot be bound (a function that is not built in) may be anything.
///
/// ```
/// use swath_expr::{ColumnBounds, Verdict, col, prune};
/// use swath_meta::Meta;
///
/// let meta = Meta::of([("amount", "float64")])?;
/// let bounds = |column: &str| (column == "amount").then(|| ColumnBounds {
///     min: Some(10.0.into()), max: Some(90.0.into()), nulls: Some(0), rows: 1000, may_have_nan: true, exact: true,
/// });
/// assert_eq!(prune(&col("amount").gt(100), &meta, &bounds), Verdict::Never);
/// assert_eq!(prune(&col("amount").gt(50), &meta, &bounds), Verdict::Maybe);
/// assert_eq!(prune(&col("amount").gt(5), &meta, &bounds), Verdict::Maybe, "NaN is not greater than 5");
/// assert_eq!(prune(&col("amount").notna(), &meta, &bounds), Verdict::Always);
/// # Ok::<(), swath_meta::MetaError>(())
/// ```
pub fn prune(predicate: &Expr, meta: &Meta, bounds: &dyn Bounds) -> Verdict {
    let functions = Functions::standard();
    let mut verdict = Verdict::Always;
    for part in predicate.conjuncts() {
        match part
            .bind(meta, &functions)
            .map_or(Verdict::Maybe, |bound| bound.prune(bounds))
        {
            Verdict::Never => return Verdict::Never,
            Verdict::Maybe => verdict = Verdict::Maybe,
            Verdict::Always => {}
        }
    }
    verdict
}

impl Bound {
    /// [`prune`] for a predicate that is bound already; lazy scalars that were supplied count as the literals they are.
    pub fn prune(&self, bounds: &dyn Bounds) -> Verdict {
        if self.check_boolean().is_err() {
            return Verdict::Maybe;
        }
        let program = self.program();
        let mut results: Vec<Known> = Vec::with_capacity(program.steps.len());
        for step in &program.steps {
            let inputs: Vec<Known> = step
                .inputs
                .iter()
                .map(|input| self.known(input, &results, bounds))
                .collect();
            results.push(step_outcome(step, &inputs));
        }
        self.known(&program.output, &results, bounds)
            .truth()
            .verdict()
    }

    fn known(&self, operand: &Operand, results: &[Known], bounds: &dyn Bounds) -> Known {
        let program = self.program();
        match operand {
            Operand::Column(at) => {
                let column = &program.columns[*at];
                Known::Range(
                    bounds
                        .column(&column.name)
                        .map_or_else(Range::anything, |bounds| Range::of(bounds, &column.dtype)),
                )
            }
            Operand::Step(at) => results[*at].clone(),
            Operand::Constant(at) => Known::Range(Range::point(&program.constants[*at].value)),
            Operand::Late(slot) => Known::Range(
                self.late_value(*slot)
                    .map_or_else(Range::anything, Range::point),
            ),
        }
    }
}

/// What is known about the values of a step.
#[derive(Clone)]
enum Known {
    Truth(Outcomes),
    Range(Range),
}

impl Known {
    fn truth(&self) -> Outcomes {
        match self {
            Self::Truth(outcomes) => *outcomes,
            Self::Range(range) => range.truth(),
        }
    }

    fn range(&self) -> Range {
        match self {
            Self::Truth(_) => Range::anything(),
            Self::Range(range) => range.clone(),
        }
    }

    fn is_null(&self) -> Outcomes {
        match self {
            Self::Truth(outcomes) => outcomes.is_null(),
            Self::Range(range) => range.is_null(),
        }
    }
}

fn step_outcome(step: &Step, inputs: &[Known]) -> Known {
    match (&step.kernel, inputs) {
        (Kernel::Compare(op, _), [left, right]) => {
            Known::Truth(left.range().compare(*op, &right.range()))
        }
        (Kernel::Logic(op), [left, right]) => {
            Known::Truth(left.truth().combine(*op, right.truth()))
        }
        (Kernel::Not, [input]) => Known::Truth(input.truth().not()),
        (Kernel::IsNull { negated }, [input]) => Known::Truth(if *negated {
            input.is_null().not()
        } else {
            input.is_null()
        }),
        (Kernel::IsIn(_, values, _), [input]) => Known::Truth(input.range().isin(values)),
        (Kernel::Promote(dtype), [input]) => Known::Range(input.range().promoted(dtype)),
        _ => Known::Range(Range::anything()),
    }
}

#[cfg(test)]
mod tests {
    use swath_batch::Value;

    use super::*;
    use crate::{col, lit};

    fn column(min: impl Into<Value>, max: impl Into<Value>, nulls: u64) -> ColumnBounds {
        ColumnBounds {
            min: Some(min.into()),
            max: Some(max.into()),
            nulls: Some(nulls),
            rows: 10,
            may_have_nan: false,
            exact: true,
        }
    }

    fn bounds(name: &str) -> Option<ColumnBounds> {
        Some(match name {
            "i" => column(10, 20, 0),
            "n" => column(10, 20, 3),
            "f" => ColumnBounds {
                may_have_nan: true,
                ..column(1.0, 2.0, 0)
            },
            "s" => ColumnBounds {
                exact: false,
                ..column("b", "d", 0)
            },
            "d" => column(Value::Date(9131), Value::Date(9496), 0),
            "b" => column(true, true, 0),
            "void" => ColumnBounds {
                min: None,
                max: None,
                nulls: Some(10),
                rows: 10,
                may_have_nan: false,
                exact: true,
            },
            "bad" => column(20, 10, 0),
            "nan" => column(f64::NAN, f64::NAN, 0),
            "p" => column(5, 5, 0),
            _ => return None,
        })
    }

    #[track_caller]
    fn check(predicate: &Expr, expected: Verdict) {
        let meta = Meta::of([
            ("i", "int64"),
            ("n", "int32"),
            ("f", "float64"),
            ("s", "string"),
            ("d", "date"),
            ("b", "bool"),
            ("void", "int64"),
            ("bad", "int64"),
            ("nan", "float64"),
            ("p", "int64"),
            ("unknown", "int64"),
        ])
        .unwrap();
        assert_eq!(prune(predicate, &meta, &bounds), expected, "{predicate}");
        assert_eq!(
            prune(&predicate.fold(), &meta, &bounds),
            expected,
            "{}",
            predicate.fold()
        );
    }

    #[test]
    fn verdicts() {
        use Verdict::{Always, Maybe, Never};
        for (predicate, expected) in [
            (col("i").gt(20), Never),
            (col("i").ge(20), Maybe),
            (col("i").ge(10), Always),
            (col("i").lt(10), Never),
            (col("i").eq(9), Never),
            (col("i").ne(9), Always),
            (col("i").ne(15), Maybe),
            (lit(20).lt(col("i")), Never),
            (!col("i").gt(20), Always),
            (col("n").ge(10), Maybe),
            (col("n").gt(20), Never),
            (!col("n").gt(20), Maybe),
            (col("n").isna(), Maybe),
            (col("i").isna(), Never),
            (col("n").eq_missing(9), Never),
            (col("n").ne_missing(9), Always),
            (col("f").gt(5), Never),
            (!col("f").gt(5), Always),
            (col("f").ge(1), Maybe),
            (col("f").ne(3), Always),
            (col("f").eq(f64::NAN), Never),
            (col("s").gt("e"), Never),
            (col("s").ge("b"), Always),
            (col("s").isin(["a", "x"]), Never),
            (col("s").isin(["a", "c"]), Maybe),
            (col("d").ge("1996-01-02"), Never),
            (col("d").lt("1995"), Never),
            (col("d").between("1995", "1996"), Always),
            (col("b").eq(true), Always),
            (col("b") & col("i").gt(0), Always),
            (!col("b"), Never),
            (col("void").gt(0), Never),
            (col("void").isna(), Always),
            (col("bad").eq(0), Maybe),
            (col("nan").gt(0), Maybe),
            (col("p").isin([5]), Always),
            (col("p").isin([Some(5), None]), Always),
            (col("p").isin([Some(6), None]), Never),
            (!col("p").isin([Some(6), None]), Never),
            (col("unknown").gt(0), Maybe),
            (col("i").gt(col("p")), Always),
            (col("p").gt(col("i")), Never),
            (col("i").gt(20) & col("unknown").gt(0), Never),
            (col("i").gt(20) | col("unknown").gt(0), Maybe),
            (col("i").gt(0) | col("unknown").gt(0), Always),
            ((col("i") + 1).gt(100), Maybe),
            (lit(true), Always),
            (lit(false), Never),
            (lit(None::<bool>), Never),
            (col("i").gt(20) & col("nowhere"), Never),
            (col("nowhere"), Maybe),
            (col("i"), Maybe),
        ] {
            check(&predicate, expected);
        }
    }

    #[test]
    fn no_rows_never_pass() {
        let meta = Meta::of([("i", "int64")]).unwrap();
        let empty = |_: &str| {
            Some(ColumnBounds {
                min: None,
                max: None,
                nulls: Some(0),
                rows: 0,
                may_have_nan: false,
                exact: true,
            })
        };
        assert_eq!(prune(&col("i").isna(), &meta, &empty), Verdict::Never);
        assert_eq!(prune(&col("i").notna(), &meta, &empty), Verdict::Never);
    }
}
