//! Values that leave memory and come back, for the store that reloads them.

use swath_graph::{Decoder, Encoder};
use swath_scheduler::TaskError;
use swath_store::testing::Portable;

use crate::{OpError, TaskValue};

impl Portable for TaskValue {
    fn encode(&self) -> Result<Vec<u8>, TaskError> {
        let mut out = Encoder::new();
        TaskValue::encode(self, &mut out).map_err(OpError::into_task_error)?;
        out.into_bytes().map_err(TaskError::from)
    }

    fn decode(bytes: &[u8]) -> Result<Self, TaskError> {
        TaskValue::decode(&Decoder::new(bytes)).map_err(OpError::into_task_error)
    }
}
