//! Second phase: partial states of equal groups become one.

use std::sync::{Arc, Mutex, PoisonError};

use swath_batch::Chunk;
use swath_graph::{Decoder, Encoder};
use swath_meta::{DType, Index, Meta};
use swath_scheduler::TaskContext;

use super::AggCall;
use super::counted::{Counted, Made};
use super::sorted::sorted;
use super::states::States;
use super::wave::{Scattered, Wave};
use crate::estimate::{Expected, Kept};
use crate::pipeline::Flow;
use crate::step::{Step, StepSpec};
use crate::{Env, OpError, Output};

/// Rows from which on the merge is cut into hash pieces that idle threads help with.
const PARALLEL_ROWS: usize = 1 << 17;
/// Rows that are scattered over the pieces at once.
const WAVE_ROWS: usize = 2 * PARALLEL_ROWS;
/// Rows that are looked at between two looks at whether to go on.
const CHUNK_ROWS: usize = 1 << 14;

/// Merges rows of partial states (keys first) and finishes them, or keeps them as states for a further merge.
///
/// The keys become the index of the result. Groups leave in an order that depends on the data alone, or
/// sorted by the keys.
///
/// Rows are merged as they come, so what is kept is the groups: reserved are their tables, one wave of rows and its copy,
/// and at the end the result beside the tables it is made of. Sorting takes the result twice.
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
            wave: None,
            merged: Merged::Nothing,
        }))
    }

    fn expected(&self, input: Expected) -> (Kept, Expected) {
        if self.keys == 0 {
            return (Kept::default(), input.at_most(1));
        }
        let kept = Kept {
            // The groups of one part are all different, and a table takes no less than its rows did; half of that, since
            // rows may share what tables do not.
            least: input.least / input.parts / 2,
            // Tables three times as large as rows of numbers, were all groups different.
            most: 3 * input.bytes,
        };
        (kept, input.or_fewer())
    }

    fn may_ask_again(&self) -> bool {
        self.calls.iter().any(AggCall::is_of_plugin)
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
    /// Rows that wait to be merged together.
    wave: Option<Wave>,
    merged: Merged,
}

/// The groups that were merged so far.
enum Merged {
    Nothing,
    Whole(Box<Counted>),
    /// By the hash of their keys.
    Pieces(Vec<Mutex<Counted>>),
}

impl Running {
    fn no_groups(&self, cx: &TaskContext<'_>) -> Result<Counted, OpError> {
        let states = States::try_new(&self.key_types, &self.spec.calls, &self.env)?;
        let states = states.in_task(&self.spec.calls, cx);
        Ok(Counted::new(states, cx.reserve("merged groups")))
    }

    /// Merges chunks into one table, as the only ones or after those before.
    fn merge_whole(&mut self, chunks: &[Chunk], cx: &TaskContext<'_>) -> Result<(), OpError> {
        if matches!(self.merged, Merged::Nothing) {
            self.merged = Merged::Whole(Box::new(self.no_groups(cx)?));
        }
        let Merged::Whole(groups) = &mut self.merged else {
            unreachable!("rows without keys, and few rows, are never cut into pieces")
        };
        for chunk in chunks {
            cx.check()?;
            groups.merge(&chunk.columns, &self.widths, chunk.rows)?;
        }
        Ok(())
    }

    /// Scatters the rows of a wave over the pieces, and merges each piece.
    fn merge_wave(&mut self, wave: Wave, cx: &TaskContext<'_>) -> Result<(), OpError> {
        if matches!(self.merged, Merged::Nothing) {
            let piece = |_| Ok(Mutex::new(self.no_groups(cx)?));
            self.merged = Merged::Pieces(
                (0..Wave::PIECES)
                    .map(piece)
                    .collect::<Result<_, OpError>>()?,
            );
        }
        let Merged::Pieces(pieces) = &self.merged else {
            unreachable!("many rows are cut into pieces from the first wave on")
        };
        let Scattered { chunks, reserved } = wave.scatter(self.spec.keys, cx)?;
        cx.parallel_for(pieces.len(), |piece| {
            let mut groups = pieces[piece].lock().unwrap_or_else(PoisonError::into_inner);
            for chunk in &chunks {
                cx.check()?;
                let (columns, rows) = chunk.piece(piece);
                if rows > 0 {
                    groups
                        .merge(&columns, &self.widths, rows)
                        .map_err(OpError::into_task_error)?;
                }
            }
            Ok(())
        })
        .map_err(OpError::Input)?;
        drop(reserved);
        Ok(())
    }

    /// The groups as rows, piece by piece.
    fn emit(&mut self, cx: &TaskContext<'_>) -> Result<Vec<Made>, OpError> {
        if let Some(wave) = self.wave.take() {
            if matches!(self.merged, Merged::Nothing) && wave.rows() < PARALLEL_ROWS {
                self.merge_whole(wave.chunks(), cx)?;
            } else {
                self.merge_wave(wave, cx)?;
            }
        }
        let (spec, names) = (&self.spec, &self.key_names);
        // One row a group; the tables are gone.
        let rows_of = |groups: Counted| {
            if spec.finish {
                groups.finish(&spec.calls, names)
            } else {
                groups.into_states()
            }
        };
        match std::mem::replace(&mut self.merged, Merged::Nothing) {
            Merged::Nothing => Ok(vec![rows_of(self.no_groups(cx)?)?]),
            Merged::Whole(groups) => Ok(vec![rows_of(*groups)?]),
            Merged::Pieces(pieces) => {
                let pieces: Vec<Mutex<Option<Counted>>> = pieces
                    .into_iter()
                    .map(|piece| Mutex::new(piece.into_inner().ok()))
                    .collect();
                let emit = |piece: usize| {
                    let groups = pieces[piece]
                        .lock()
                        .unwrap_or_else(PoisonError::into_inner)
                        .take()
                        .expect("each piece is emitted once, and no merge into it panicked");
                    rows_of(groups).map_err(OpError::into_task_error)
                };
                cx.parallel_for(pieces.len(), emit).map_err(OpError::Input)
            }
        }
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
        if self.spec.keys == 0 {
            self.merge_whole(&[chunk], cx)?;
            return Ok(Flow::More);
        }
        for first in (0..chunk.rows).step_by(CHUNK_ROWS) {
            let wave = self.wave.get_or_insert_with(|| Wave::new(cx));
            wave.push(chunk.slice(first, CHUNK_ROWS.min(chunk.rows - first)))?;
            if wave.rows() >= WAVE_ROWS
                && let Some(wave) = self.wave.take()
            {
                self.merge_wave(wave, cx)?;
            }
        }
        Ok(Flow::More)
    }

    fn finish(&mut self, cx: &TaskContext<'_>, out: &mut dyn Output) -> Result<(), OpError> {
        let mut made = self.emit(cx)?;
        if self.spec.sort && self.spec.keys > 0 {
            made = sorted(made, &self.key_types, cx)?;
        }
        for Made { chunk, reserved } in made {
            cx.check()?;
            // From here on whoever keeps the rows reserves them.
            drop(reserved);
            if out.push(chunk)? == Flow::Enough {
                break;
            }
        }
        Ok(())
    }
}
