//! Functions of partitions: their parameters, and contracts that are not kept.

use insta::assert_snapshot;
use swath_plugin::prelude::*;

use super::lineless;

/// Multiplies a column.
#[derive(Params)]
pub(super) struct Scale {
    /// The column.
    column: String,
    #[param(default = 1.0, min = 0.0, max = 10.0)]
    factor: f64,
    /// What `prepare` found out.
    #[param(skip)]
    prepared: Option<usize>,
}

impl PartitionFn for Scale {
    const NAME: &'static str = "scale";

    fn bind(&self, input: &Meta) -> Result<Contract> {
        input.require(&self.column, "float64")?;
        Ok(Contract::rows_kept(input).reads([&self.column]))
    }

    fn prepare(&mut self, input: &Meta) -> Result<()> {
        self.prepared = Some(input.len());
        Ok(())
    }

    fn call(&self, part: Batch, cx: &Cx) -> Result<Batch> {
        assert_eq!(self.prepared, Some(part.meta().len()));
        cx.check()?;
        let scaled = part.f64(&self.column)?.map(|value| value * self.factor);
        Ok(part.with(&self.column, scaled)?)
    }
}

/// Does what its parameter says, and not what its contract does.
#[derive(Params)]
pub(super) struct Liar {
    lie: String,
}

impl PartitionFn for Liar {
    const NAME: &'static str = "liar";

    fn bind(&self, input: &Meta) -> Result<Contract> {
        Ok(match self.lie.as_str() {
            "reads" => Contract::any_rows(input).reads(["x"]),
            "bind" => return Err(Error::new("never").context("bind")),
            "bad dtype" => Contract::rows_kept(input.with("y", "flaot")),
            _ => Contract::rows_kept(input),
        })
    }

    fn call(&self, part: Batch, _: &Cx) -> Result<Batch> {
        let rows = part.num_rows();
        Ok(match self.lie.as_str() {
            "rows" => part.head(1),
            "columns" => part.drop(["x"])?,
            "dtype" => part.with("x", vec![1_i64; rows])?,
            "order" => part.select(["y", "x"])?,
            "panic" => panic!(
                "no rate for {}",
                part.str("y")?.iter().flatten().next().unwrap_or("nobody")
            ),
            "payload" => {
                struct Loud;
                impl Drop for Loud {
                    fn drop(&mut self) {
                        assert!(std::thread::panicking(), "dropped");
                    }
                }
                std::panic::panic_any(Loud)
            }
            "error" => return Err("x".parse::<f64>().expect_err("no number").into()),
            _ => part,
        })
    }
}

fn part() -> Batch {
    Batch::from_csv("x,y\n1.5,a\n,b\n4.0,c\n").expect("a table")
}

fn scale(column: &str, factor: f64) -> Scale {
    Scale {
        column: column.to_owned(),
        factor,
        prepared: None,
    }
}

#[test]
fn a_partition_function() -> Result<()> {
    let found = testing::run(scale("x", 2.0), &part())?;
    assert_snapshot!(found, @r"
          x  y
    float64  string
    ───────────────
        3.0  a
       null  b
        8.0  c

    3 rows, 2 columns
    ");
    assert_eq!(
        testing::run(scale("x", 2.0), &part().head(0))?.num_rows(),
        0
    );
    Ok(())
}

#[test]
fn parameters_are_checked() {
    let said = |text: &str| match Scale::from_json(text) {
        Ok(scale) => format!("{}*{}", scale.column, scale.factor),
        Err(error) => error.to_string(),
    };
    assert_snapshot!(said(r#"{"column":"x"}"#), @"x*1");
    assert_snapshot!(said(r#"{"column":"x","facto":1}"#), @"no parameter `facto`; did you mean `factor`? parameters are `column`, `factor`");
    assert_snapshot!(said(r#"{"factor":1}"#), @"parameter `column` is missing: a string that has no default");
    assert_snapshot!(said(r#"{"column":3}"#), @"parameter `column` must be a string, not 3: invalid type: integer `3`, expected a string");
    assert_snapshot!(said(r#"{"column":"x","factor":-0.5}"#), @"parameter `factor` must be at least 0, not -0.5");
    assert_snapshot!(said(r#"{"column":"x","factor":11}"#), @"parameter `factor` must be at most 10, not 11");
    assert_snapshot!(said("[]"), @"parameters are no JSON object: invalid type: sequence, expected a map at line 1 column 0");
    assert_eq!(
        scale("x", 2.5).to_json().expect("json"),
        r#"{"column":"x","factor":2.5}"#
    );
}

#[test]
fn inputs_that_do_not_do() {
    assert_snapshot!(testing::run(scale("z", 1.0), &part()).expect_err("no column"), @"no column `z`; columns are `x`, `y`");
    assert_snapshot!(testing::run(scale("y", 1.0), &part()).expect_err("a text"), @"column `y` is string, and must be float64");
}

#[test]
fn contracts_that_are_not_kept() {
    for lie in [
        "rows",
        "columns",
        "dtype",
        "order",
        "panic",
        "payload",
        "error",
        "reads",
        "bind",
        "bad dtype",
    ] {
        let error = testing::run(
            Liar {
                lie: lie.to_owned(),
            },
            &part(),
        )
        .expect_err(lie);
        assert_snapshot!(lie.replace(' ', "-"), lineless(error));
    }
    assert_eq!(
        testing::run(
            Liar {
                lie: "none".to_owned()
            },
            &part()
        )
        .expect("no lie"),
        part()
    );
}

#[test]
fn numbers_that_json_has_no_words_for() {
    #[derive(Params)]
    struct Limits {
        #[param(default = 1.0)]
        one: f32,
        some: Option<f64>,
        all: Vec<f64>,
    }
    let read = |text: &str| match Limits::from_json(text) {
        Ok(limits) => format!("{} {:?} {:?}", limits.one, limits.some, limits.all),
        Err(error) => error.to_string(),
    };
    assert_snapshot!(read(r#"{"one":1e38,"some":null,"all":[1e300]}"#), @"100000000000000000000000000000000000000 None [1e300]");
    assert_snapshot!(read(r#"{"one":1e39,"all":[]}"#), @"parameter `one` must be a float32, not 1e+39");
    let limits = |some, all: &[f64]| Limits {
        one: 1.0,
        some,
        all: all.to_vec(),
    };
    assert_snapshot!(limits(None, &[0.5]).to_json().expect("numbers"), @r#"{"all":[0.5],"one":1.0,"some":null}"#);
    for limits in [
        limits(Some(f64::INFINITY), &[]),
        limits(None, &[1.0, f64::NAN]),
    ] {
        insta::allow_duplicates! {
            assert_snapshot!(limits.to_json().expect_err("no JSON").to_string().replace("`all`", "`some`"), @"parameter `some` is infinite or NaN");
        }
    }
}

/// Marks large numbers.
#[derive(Params)]
struct Marks {
    /// Whether it says that it makes the marks.
    is_said: bool,
}

impl PartitionFn for Marks {
    const NAME: &'static str = "marks";

    fn bind(&self, input: &Meta) -> Result<Contract> {
        let contract = Contract::rows_kept(input.with("mark", "bool")).reads(["x"]);
        Ok(if self.is_said {
            contract.makes(["mark"])
        } else {
            contract
        })
    }

    fn call(&self, part: Batch, _: &Cx) -> Result<Batch> {
        let marks: Vec<Option<bool>> = part.f64("x")?.iter().map(|x| Some(x? > 2.0)).collect();
        Ok(part.with("mark", marks)?)
    }
}

/// A column that is there already is what the function makes of it, if it says so, and otherwise not taken for it in silence.
#[test]
fn columns_that_are_made_again() -> Result<()> {
    let before = part().with("mark", vec![false; 3])?;
    for rows in [part(), before.clone()] {
        let marked = testing::run(Marks { is_said: true }, &rows)?;
        let marks: Vec<Option<bool>> = marked.rows1("mark")?.collect();
        assert_eq!(marks, [Some(false), None, Some(true)]);
    }
    testing::run(Marks { is_said: false }, &part())?;
    let error = testing::run(Marks { is_said: false }, &before).expect_err("which of both");
    assert_snapshot!(error, @"returned column `mark`, which it does not read: the one that is there stays; `Contract::makes` says that it makes it");
    Ok(())
}
