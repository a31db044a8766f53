//! {{name}}: functions of partitions for swath, each used by `map_partitions`.

use swath_plugin::prelude::*;

/// Multiplies the numbers of a column.
#[derive(Params)]
pub struct Scale {
    /// The column: of `float64`.
    pub column: String,
    /// By how much.
    #[param(default = 1.0, min = 0.0)]
    pub factor: f64,
}

impl PartitionFn for Scale {
    const NAME: &'static str = "scale";
    const EXAMPLE: Option<Example> = Some(Example {
        params: r#"{"column": "x", "factor": 2.0}"#,
        input: "x: float64?, name: string?",
    });

    // What comes out, and what can be relied on: asked at the line that uses the function, before any data is read.
    fn bind(&self, input: &Meta) -> Result<Contract> {
        input.require(&self.column, "float64")?;
        Ok(Contract::rows_kept(input).reads([&self.column]).chunks())
    }

    fn call(&self, part: Batch, _: &Cx) -> Result<Batch> {
        let scaled = part.f64(&self.column)?.map(|number| number * self.factor);
        Ok(part.with(&self.column, scaled)?)
    }
}

// What the library exports. A function that is not listed here is an ordinary one.
plugin! { functions: [Scale] }

#[cfg(test)]
mod tests {
    use super::*;

    /// Through all that stands between a query and the function: a contract that is not kept fails here.
    #[test]
    fn numbers_are_scaled_and_nulls_stay() -> Result<()> {
        let part = Batch::from_csv("x,name\n1.5,a\n,b\n4.0,c\n")?;
        let scale = Scale {
            column: "x".to_owned(),
            factor: 2.0,
        };
        let found = testing::run(scale, &part)?;
        assert_eq!(
            found.f64("x")?.iter().collect::<Vec<_>>(),
            [Some(3.0), None, Some(8.0)]
        );
        Ok(())
    }

    #[test]
    fn another_column_is_an_error() -> Result<()> {
        let part = Batch::from_csv("x\n1.5\n")?;
        let scale = Scale {
            column: "y".to_owned(),
            factor: 2.0,
        };
        assert!(testing::run(scale, &part).is_err());
        Ok(())
    }
}
