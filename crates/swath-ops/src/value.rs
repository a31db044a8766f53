//! What a task returns on a port.

use std::sync::Arc;

use arrow_array::RecordBatch;
use swath_batch::{BufferBytes, Partition, Pieces};
use swath_graph::{Decoder, Encoder};
use swath_scheduler::{Buffer, Footprint};

use crate::{OpError, UserValue};

/// The value of one port of a task. Partial aggregation state crosses task boundaries as rows.
#[derive(Clone, Debug)]
pub enum TaskValue {
    /// Rows: a partition, or part of one.
    Rows(Partition),
    /// Rows grouped by target partition: what a split returns.
    Pieces(Pieces),
    /// Values of several tasks side by side, at no cost.
    List(Arc<[TaskValue]>),
    /// What a user's function returned that is put off.
    User(UserValue),
}

impl TaskValue {
    /// Names the kind, for errors.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Rows(_) => "rows",
            Self::Pieces(_) => "pieces",
            Self::List(_) => "a list",
            Self::User(_) => "a value of a user's type",
        }
    }

    /// The rows, or an error that names the input.
    pub fn rows_of(&self, input: usize) -> Result<&Partition, OpError> {
        match self {
            Self::Rows(rows) => Ok(rows),
            other => Err(OpError::ValueKind {
                input,
                expected: "rows",
                found: other.kind(),
            }),
        }
    }

    /// Writes the value in the form [`TaskValue::decode`] reads.
    ///
    /// # Errors
    /// Rows that Arrow IPC cannot carry; a value of a user's type.
    pub fn encode(&self, out: &mut Encoder) -> Result<(), OpError> {
        match self {
            Self::Rows(rows) => {
                let ipc = rows.encode()?;
                out.object("rows", 1, |o| o.bytes("ipc", &ipc));
            }
            Self::Pieces(pieces) => {
                let ipc = pieces.encode()?;
                out.object("pieces", 1, |o| o.bytes("ipc", &ipc));
            }
            Self::List(values) => {
                let mut result = Ok(());
                out.object("list", 1, |o| {
                    o.list("values", values.iter(), |out, value| {
                        if result.is_ok() {
                            result = value.encode(out);
                        }
                    });
                });
                result?;
            }
            Self::User(value) => return Err(value.refusal().into()),
        }
        Ok(())
    }

    /// Reads a value that [`TaskValue::encode`] wrote.
    pub fn decode(from: &Decoder<'_>) -> Result<Self, OpError> {
        let object = from.object()?;
        match object.kind() {
            "rows" => {
                object.expect("rows", 1)?;
                Ok(Self::Rows(Partition::decode(object.bytes("ipc")?)?))
            }
            "pieces" => {
                object.expect("pieces", 1)?;
                Ok(Self::Pieces(Pieces::decode(object.bytes("ipc")?)?))
            }
            "list" => {
                object.expect("list", 1)?;
                let mut values = Vec::new();
                for item in object.list("values")? {
                    values.push(Self::decode(&item)?);
                }
                Ok(Self::List(values.into()))
            }
            _ => Err(object.unknown_kind(["rows", "pieces", "list"]).into()),
        }
    }
}

impl TaskValue {
    /// Counts the buffers of the rows into `bytes`; those of a list are its values', which it keeps alive.
    fn count_bytes(&self, bytes: &mut BufferBytes) {
        let rows = match self {
            Self::Rows(rows) => rows,
            Self::Pieces(pieces) => pieces.rows(),
            Self::List(values) => {
                for value in values.iter() {
                    value.count_bytes(bytes);
                }
                return;
            }
            Self::User(value) => {
                for column in value.batch().into_iter().flat_map(RecordBatch::columns) {
                    bytes.add(column);
                }
                return;
            }
        };
        for column in rows.batches().iter().flat_map(RecordBatch::columns) {
            bytes.add(column);
        }
    }
}

impl Footprint for TaskValue {
    fn bytes(&self) -> u64 {
        match self {
            Self::Rows(rows) => rows.bytes(),
            Self::Pieces(pieces) => pieces.rows().bytes(),
            Self::List(_) => {
                let mut bytes = BufferBytes::default();
                self.count_bytes(&mut bytes);
                bytes.total()
            }
            Self::User(value) => value.bytes(),
        }
    }

    fn buffers(&self, visit: &mut dyn FnMut(Buffer)) {
        let mut seen = BufferBytes::default();
        self.count_bytes(&mut seen);
        for (address, bytes) in seen.allocations() {
            visit(Buffer { address, bytes });
        }
        if let Self::User(value) = self {
            visit(value.own());
        }
    }

    fn rows(&self) -> Option<u64> {
        match self {
            Self::Rows(rows) => Some(rows.rows()),
            Self::Pieces(pieces) => Some(pieces.rows().rows()),
            Self::List(_) => None,
            Self::User(value) => value.batch().map(|batch| batch.num_rows() as u64),
        }
    }
}
