//! Second phase: partial states of equal groups become one.

use std::sync::Arc;

use arrow_array::UInt32Array;
use swath_batch::{BufferBytes, Chunk};
use swath_graph::{Decoder, Encoder};
use swath_kernels::{SortKey, concat_columns, hash_columns, sort_to_indices, take_columns};
use swath_memory::Reservation;
use swath_meta::{DType, Index, Meta};
use swath_scheduler::TaskContext;

use super::AggCall;
use super::states::States;
use crate::pipeline::Flow;
use crate::step::{Step, StepSpec, resize};
use crate::{Env, OpError, Output};

/// Rows above which the merge is cut into hash pieces that idle threads help with.
const PARALLEL_ROWS: usize = 1 << 17;
/// Pieces of a parallel merge: enough to balance a few threads, few enough that each keeps its cache.
const PIECES: usize = 32;

/// Merges rows of partial states (keys first) and finishes them, or keeps them as states for a further merge.
///
/// The keys become the index of the result. Groups leave in an order that depends on the data alone, or
/// sorted by the keys.
#[derive(Clone, Debug)]
pub struct GroupMerge {
    keys: usize,
    calls: Vec<AggCall>,
    finish: bool,
    sort: bool,
}

impl GroupMerge {
    /// Merges states; the results of the aggregates come out.
    pub fn finishing(keys: usize, calls: Vec<AggCall>, sort: bool) -> Self {
        Self {
            keys,
            calls,
            finish: true,
            sort,
        }
    }

    /// Merges states; states come out: an inner node of a tree.
    pub fn combining(keys: usize, calls: Vec<AggCall>) -> Self {
        Self {
            keys,
            calls,
            finish: false,
            sort: false,
        }
    }

    pub(crate) fn decode(from: &Decoder<'_>) -> Result<Self, OpError> {
        let object = from.object()?;
        object.expect("group-merge", 1)?;
        Ok(Self {
            keys: object.u64("keys")? as usize,
            calls: AggCall::decode_all(object.list("calls")?)?,
            finish: object.bool("finish")?,
            sort: object.bool("sort")?,
        })
    }
}

impl StepSpec for GroupMerge {
    fn infer(&self, input: &Meta, env: &Env) -> Result<Arc<Meta>, OpError> {
        if !self.finish {
            return Ok(Arc::new(input.clone()));
        }
        let mut fields = input.fields()[..self.keys].to_vec();
        for call in &self.calls {
            fields.push(call.output_field(env)?);
        }
        Ok(Arc::new(Meta::try_new(
            fields,
            Index::leading(self.keys as u32),
        )?))
    }

    fn open(&self, input: &Meta, env: &Env) -> Result<Box<dyn Step>, OpError> {
        let widths = self
            .calls
            .iter()
            .map(|call| Ok(call.types(env)?.state.len()))
            .collect::<Result<_, OpError>>()?;
        let keys = &input.fields()[..self.keys];
        Ok(Box::new(Running {
            spec: self.clone(),
            key_names: keys.iter().map(|field| Arc::clone(&field.name)).collect(),
            key_types: keys.iter().map(|field| field.dtype.clone()).collect(),
            widths,
            env: env.clone(),
            chunks: Vec::new(),
            rows: 0,
            held: BufferBytes::default(),
            reserved: None,
        }))
    }

    fn encode(&self, out: &mut Encoder) {
        out.object("group-merge", 1, |o| {
            o.u64("keys", self.keys as u64);
            AggCall::encode_all(&self.calls, o);
            o.bool("finish", self.finish);
            o.bool("sort", self.sort);
        });
    }
}

struct Running {
    spec: GroupMerge,
    key_names: Vec<Arc<str>>,
    key_types: Vec<DType>,
    widths: Vec<usize>,
    env: Env,
    chunks: Vec<Chunk>,
    rows: usize,
    held: BufferBytes,
    reserved: Option<Reservation>,
}

impl Running {
    fn merge(&self, chunks: &[Chunk]) -> Result<Chunk, OpError> {
        let mut states = States::try_new(&self.key_types, &self.spec.calls, &self.env)?;
        for chunk in chunks {
            let (keys, partial) = chunk.columns.split_at(self.spec.keys);
            states.merge(keys, partial, &self.widths, chunk.rows)?;
        }
        if self.spec.finish {
            states.finish(&self.spec.calls, &self.key_names)
        } else {
            states.into_states()
        }
    }

    /// Rows of every chunk by hash piece; equal keys share a piece, input order stays within one.
    fn pieces(&self) -> Result<Vec<Vec<Chunk>>, OpError> {
        let mut pieces = vec![Vec::new(); PIECES];
        let mut hashes = Vec::new();
        let mut rows: Vec<Vec<u32>> = vec![Vec::new(); PIECES];
        for chunk in &self.chunks {
            hashes.clear();
            hash_columns(&chunk.columns[..self.spec.keys], chunk.rows, &mut hashes)?;
            rows.iter_mut().for_each(Vec::clear);
            for (row, hash) in hashes.iter().enumerate() {
                // High bits choose the piece; tables inside it use the low ones.
                rows[(hash >> (u64::BITS - PIECES.ilog2())) as usize].push(row as u32);
            }
            for (piece, rows) in pieces.iter_mut().zip(&rows) {
                if !rows.is_empty() {
                    let taken = take_columns(&chunk.columns, &UInt32Array::from(rows.clone()))?;
                    piece.push(Chunk::new(taken, rows.len()));
                }
            }
        }
        Ok(pieces)
    }

    fn merged(&self, cx: &TaskContext<'_>) -> Result<Vec<Chunk>, OpError> {
        if self.spec.keys == 0 || self.rows < PARALLEL_ROWS {
            return Ok(vec![self.merge(&self.chunks)?]);
        }
        let pieces = self.pieces()?;
        cx.parallel_for(PIECES, |piece| {
            self.merge(&pieces[piece]).map_err(OpError::into_task_error)
        })
        .map_err(OpError::Input)
    }

    fn sorted(&self, chunks: &[Chunk]) -> Result<Chunk, OpError> {
        let columns: Vec<_> = chunks.iter().map(|chunk| chunk.columns.clone()).collect();
        let all = concat_columns(&columns)?;
        let keys: Vec<_> = (0..self.spec.keys).map(SortKey::ascending).collect();
        let order = sort_to_indices(&all, &keys)?;
        Ok(Chunk::new(take_columns(&all, &order)?, order.len()))
    }
}

impl Step for Running {
    fn push(
        &mut self,
        chunk: Chunk,
        cx: &TaskContext<'_>,
        _: &mut dyn Output,
    ) -> Result<Flow, OpError> {
        let chunk = chunk.compact()?;
        self.rows += chunk.rows;
        chunk.count_bytes(&mut self.held);
        resize(
            self.reserved
                .get_or_insert_with(|| cx.reserve("partial groups")),
            self.held.total(),
        )?;
        self.chunks.push(chunk);
        Ok(Flow::More)
    }

    fn finish(&mut self, cx: &TaskContext<'_>, out: &mut dyn Output) -> Result<(), OpError> {
        let mut merged = self.merged(cx)?;
        if self.spec.sort && self.spec.keys > 0 {
            merged = vec![self.sorted(&merged)?];
        }
        for chunk in merged {
            if out.push(chunk)? == Flow::Enough {
                break;
            }
        }
        Ok(())
    }
}
