//! The columns that go to a worker and come back, which both sides work out from the same words.

use std::sync::Arc;

use arrow_schema::Schema;
use swath_meta::Meta;
use swath_plugin_abi::{Contract, Kind, PluginResult};
use swath_plugin_data::{Columns, Crossing, DataError};

use super::bound::odd;

/// The columns that go to a worker and come back, all in border encodings.
pub(super) struct Travels {
    /// Rows that it gets: of its first input, and of those beside it.
    pub(super) sent: Columns,
    beside: Vec<Columns>,
    /// The index columns, of which rows are boundaries of partitions.
    pub(super) boundaries: Columns,
    /// What it returns; of an aggregate the results, and behind them the states.
    pub(super) returned: Vec<Arc<Meta>>,
    /// Of a partition function, which of the columns of the output come back.
    pub(super) positions: Option<Vec<usize>>,
}

impl Travels {
    /// Those of a function that was bound.
    ///
    /// # Errors
    /// Columns and contract contradict each other: whoever bound it says so in its own words.
    pub(super) fn new(
        kind: Kind,
        inputs: &[Meta],
        outputs: &[Meta],
        contract: &Contract,
    ) -> Result<Self, DataError> {
        let bounded = match kind {
            Kind::Source => outputs.first(),
            _ => inputs.first(),
        };
        let boundaries = bounded.map_or_else(nothing, |meta| {
            let index = meta.index_fields().iter();
            Columns::of_meta(meta).only(index.map(|field| &*field.name))
        });
        let (Kind::Partition, [output]) = (kind, outputs) else {
            return Ok(Self {
                sent: inputs.first().map_or_else(nothing, Columns::of_meta),
                beside: Vec::new(),
                boundaries,
                returned: outputs.iter().cloned().map(Arc::new).collect(),
                positions: None,
            });
        };
        let crossing = Crossing::new(inputs, output, contract)?;
        let mut sent = crossing.inputs.iter().map(Columns::of_meta);
        let stays = |at: &usize| crossing.kept.iter().any(|(kept, _)| kept == at);
        Ok(Self {
            sent: sent.next().unwrap_or_else(nothing),
            beside: sent.collect(),
            boundaries,
            positions: Some((0..output.len()).filter(|at| !stays(at)).collect()),
            returned: vec![Arc::new(crossing.output)],
        })
    }
}

impl Travels {
    /// Rows that it gets of the input of this number.
    ///
    /// # Errors
    /// There is no such input.
    pub(super) fn of(&self, input: u32) -> PluginResult<&Columns> {
        let found = match input.checked_sub(1) {
            None => Some(&self.sent),
            Some(at) => self.beside.get(at as usize),
        };
        found.ok_or_else(|| odd(format!("it has no input {input}")))
    }
}

/// No columns.
fn nothing() -> Columns {
    Columns::new(Schema::empty())
}
