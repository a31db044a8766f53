//! {{name}}: functions that say where rows belong, for swath, each used by `shuffle`.

use swath_plugin::arrow_array::ArrayRef;
use swath_plugin::arrow_array::cast::AsArray;
use swath_plugin::arrow_array::types::Int64Type;
use swath_plugin::prelude::*;

/// Keeps numbers of one block of a thousand together, as numbers of customers are given out: blocks take partitions in turn.
#[derive(Params)]
pub struct Blocks {
    /// How many numbers a block has.
    #[param(default = 1000, min = 1)]
    pub size: i64,
}

impl Partitioner for Blocks {
    const NAME: &'static str = "blocks";
    const EXAMPLE: Option<Example> = Some(Example {
        params: "{}",
        input: "id: int64?",
    });

    fn bind(&self, keys: &[Field], _targets: u32) -> Result<()> {
        match keys {
            [one] if one.dtype == DType::Int64 => Ok(()),
            _ => Err(Error::new("it takes one column of int64")),
        }
    }

    fn call(&self, keys: &[ArrayRef], _rows: usize, targets: u32, cx: &Cx) -> Result<Vec<u32>> {
        let ids = keys[0].as_primitive::<Int64Type>().iter();
        let places = ids.map(|id| {
            cx.tick()?;
            // Rows without a number belong together too.
            let block = id.unwrap_or(0).div_euclid(self.size);
            Ok(block.rem_euclid(i64::from(targets)) as u32)
        });
        places.collect()
    }
}

// What the library exports. A function that is not listed here is an ordinary one.
plugin! { functions: [Blocks] }

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use swath_plugin::arrow_array::Int64Array;

    use super::*;

    #[test]
    fn blocks_stay_together() -> Result<()> {
        let ids: ArrayRef = Arc::new(Int64Array::from(vec![
            Some(1),
            Some(999),
            Some(1000),
            Some(-1),
            None,
        ]));
        let found = testing::run_partitioner(Blocks { size: 1000 }, &[ids], 4)?;
        assert_eq!(found, [0, 0, 1, 3, 0]);
        Ok(())
    }
}
