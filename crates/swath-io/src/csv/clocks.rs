//! Zoned timestamps as text: each on the clock of its zone at that moment.

use arrow_array::cast::AsArray;
use arrow_array::types::Int64Type;
use arrow_array::{Array, ArrayRef, make_array};
use arrow_cast::cast;
use arrow_schema::{ArrowError, DataType};
use std::sync::Arc;
use swath_batch::Zone;

use crate::text::a_second;

/// A column once for each offset that its zone has in it, since Arrow shows no zone but offsets; a column of another dtype once.
#[derive(Debug)]
pub(super) struct Clocks {
    pub(super) columns: Vec<ArrayRef>,
    /// Which of them shows a row; the first where there is only one.
    of_row: Vec<usize>,
}

impl Clocks {
    pub(super) fn of(column: &ArrayRef) -> Result<Self, ArrowError> {
        let DataType::Timestamp(unit, Some(name)) = column.data_type() else {
            return Ok(Self {
                columns: vec![Arc::clone(column)],
                of_row: Vec::new(),
            });
        };
        let mut zone = Zone::named(name)
            .ok_or_else(|| ArrowError::ParseError(format!("no time zone is called `{name}`")))?;
        let counts = cast(column, &DataType::Int64)?;
        let counts = counts.as_primitive::<Int64Type>();
        let mut offsets: Vec<i32> = Vec::new();
        let of_row = counts.iter().map(|count| {
            let seconds = count.unwrap_or_default().div_euclid(a_second(*unit));
            // Offsets of local mean time have seconds, and no text has them: the moment is the same on a clock without.
            let offset = zone.offset_at(seconds).div_euclid(60) * 60;
            let known = offsets.iter().position(|known| *known == offset);
            known.unwrap_or_else(|| {
                offsets.push(offset);
                offsets.len() - 1
            })
        });
        let of_row = of_row.collect();
        let on_clock = |offset: i32| {
            let (sign, minutes) = if offset < 0 {
                ('-', -offset / 60)
            } else {
                ('+', offset / 60)
            };
            let name = format!("{sign}{:02}:{:02}", minutes / 60, minutes % 60);
            let data = column.to_data().into_builder();
            let data = data.data_type(DataType::Timestamp(*unit, Some(name.into())));
            Ok(make_array(data.build()?))
        };
        let columns = offsets.iter().map(|offset| on_clock(*offset));
        Ok(Self {
            columns: columns.collect::<Result<_, ArrowError>>()?,
            of_row,
        })
    }

    /// The column that shows a row.
    pub(super) fn at(&self, row: usize) -> usize {
        self.of_row.get(row).copied().unwrap_or_default()
    }
}
