//! Functions of partitions.

use std::fmt::{self, Debug, Formatter};
use std::sync::Arc;

use swath_batch::{Batch, Host, Value};
use swath_meta::Meta;
use swath_plugin_abi::{ArrowArray, Contract, NO_INPUT, RowCount, Run, Step, step};
use swath_plugin_data::{Columns, Crossing, Loan, give_columns, take_columns};

use super::bind::Parts;
use super::{CallError, Services, place};
use crate::load::Guarded;

/// A function of partitions, ready for columns that are known.
pub struct BoundPartition {
    parts: Parts,
    /// The columns of each frame.
    inputs: Vec<Arc<Meta>>,
    /// What a partition without a batch has.
    empty: Batch,
    output: Arc<Meta>,
    crossing: Crossing,
    /// What is sent of each frame.
    sent: Vec<Sent>,
    /// Of what comes back, in the encodings that the plugin declared.
    columns: Columns,
}

/// What crosses of a frame: the types of the columns, and where they are among all of the frame.
struct Sent {
    columns: Columns,
    from: Vec<usize>,
}

impl Sent {
    fn of(sent: &Meta, input: &Meta) -> Self {
        let from = sent.names().map(|name| input.position(name));
        Self {
            columns: Columns::of_meta(sent),
            from: from.flatten().collect(),
        }
    }
}

impl BoundPartition {
    pub(super) fn new(parts: Parts, inputs: &[&Meta]) -> Result<Self, CallError> {
        let (output, columns) = parts.output()?;
        let crossing = Crossing::new(inputs.iter().copied(), &output, &parts.contract);
        let crossing = crossing.map_err(|error| parts.broke(format!("cannot be used: {error}")))?;
        let kept: Vec<usize> = crossing.kept.iter().map(|(at, _)| *at).collect();
        let fields = columns.schema().fields().iter().enumerate();
        let returned = fields.filter(|(at, _)| !kept.contains(at));
        let returned: Vec<_> = returned.map(|(_, field)| Arc::clone(field)).collect();
        let sent = crossing.inputs.iter().zip(inputs);
        let sent = sent.map(|(sent, &input)| Sent::of(sent, input)).collect();
        let inputs: Vec<Arc<Meta>> = inputs.iter().map(|&meta| Arc::new(meta.clone())).collect();
        Ok(Self {
            empty: Batch::empty(&inputs[0]),
            inputs,
            output: Arc::new(output),
            sent,
            crossing,
            columns: Columns::new(arrow_schema::Schema::new(returned)),
            parts,
        })
    }

    /// The columns that come out.
    pub fn output(&self) -> &Arc<Meta> {
        &self.output
    }

    /// What it promises.
    pub fn contract(&self) -> &Contract {
        &self.parts.contract
    }

    /// The columns that it is handed of each frame: index columns and those that it reads.
    pub fn reads(&self) -> &[Meta] {
        &self.crossing.inputs
    }

    /// The columns that come out as they went in, without the function having seen them.
    pub fn passing(&self) -> impl Iterator<Item = &Arc<str>> {
        let kept = self.crossing.kept.iter();
        kept.map(|(at, _)| &self.output.fields()[*at].name)
    }

    /// Begins a partition: what `task` answers is what the function may ask, as long as the run lives.
    ///
    /// # Errors
    /// Its own.
    pub fn open(&self, task: Arc<dyn Host>) -> Result<PartitionRun<'_>, CallError> {
        let (number, _) = task.partition();
        let place = place(Some(&*task));
        let bounds = self.boundaries(&*task, number)?;
        let services = Services::new(&self.parts.name, Some(task));
        let bound = &self.parts.bound;
        let (table, instance) = (bound.table(), bound.instance());
        // SAFETY: the instance is that of `bound`, whose table it is; the services live as long as the run.
        let call = |out| unsafe { (table.open())(instance, services.host(), place, bounds, out) };
        // SAFETY: it writes what it gives, as the contract says.
        let run = unsafe { services.ask(call) }?;
        Ok(PartitionRun {
            run: Guarded::new(run, &self.parts.name),
            next: Next::More,
            of: self,
            loan: services.loan(),
            services,
        })
    }

    /// The boundaries of a partition as two rows of its index columns, where they are known.
    fn boundaries(&self, task: &dyn Host, number: usize) -> Result<ArrowArray, CallError> {
        let (Some(lower), Some(upper)) = (task.boundary(number), task.boundary(number + 1)) else {
            return Ok(ArrowArray::released());
        };
        let input = &self.inputs[0];
        let index = input.fields().iter().take(input.index().len());
        let names = index.clone().map(|field| &*field.name);
        let columns = Columns::of_meta(input).only(names);
        let values = index.zip(lower.iter().zip(upper));
        let arrays = values.map(|(field, (lower, upper))| {
            Value::column(&[lower.clone(), upper.clone()], &field.dtype)
        });
        let arrays = arrays.collect::<Result<Vec<_>, _>>();
        let arrays = arrays.map_err(|error| {
            self.parts.broke(format!(
                "cannot be told the boundaries of a partition: {error}"
            ))
        })?;
        give_columns(&arrays, &columns, 2).map_err(|source| self.parts.given(source))
    }
}

impl Debug for BoundPartition {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "BoundPartition({})", self.parts.name)
    }
}

/// One partition on its way through a function.
pub struct PartitionRun<'a> {
    // Dropped before the services that it may call.
    run: Guarded<Run>,
    next: Next,
    // Over when the run is.
    loan: Loan,
    services: Services,
    of: &'a BoundPartition,
}

/// What may follow.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Next {
    /// More rows.
    More,
    /// Nothing: it wants none.
    Nothing,
    /// Nothing: it failed.
    Failed,
}

impl PartitionRun<'_> {
    /// Takes rows: all of the partition, or some if the function may see chunks. What comes out is handed to `out`.
    ///
    /// # Errors
    /// Its own, rows that it did not promise, and those of `out`.
    pub fn push<E: From<CallError>>(
        &mut self,
        rows: &Batch,
        out: impl FnMut(Batch) -> Result<(), E>,
    ) -> Result<(), E> {
        self.push_frames(std::slice::from_ref(rows), out)
    }

    /// Takes a partition of each frame.
    ///
    /// # Errors
    /// As of [`push`](Self::push).
    pub fn push_frames<E: From<CallError>>(
        &mut self,
        parts: &[Batch],
        mut out: impl FnMut(Batch) -> Result<(), E>,
    ) -> Result<(), E> {
        if !parts.iter().map(Batch::meta).eq(&self.of.inputs) {
            return Err(self
                .of
                .parts
                .broke("was given other columns than it was bound to")
                .into());
        }
        let given = parts.iter().enumerate();
        let given = given.map(|(at, part)| self.of.given(at, part, &self.loan));
        let given: Vec<ArrowArray> = given.collect::<Result<_, _>>()?;
        self.drive(given, &parts[0], &mut out)
    }

    /// Says that there are no more rows.
    ///
    /// # Errors
    /// As of [`push`](Self::push).
    pub fn finish<E: From<CallError>>(
        mut self,
        mut out: impl FnMut(Batch) -> Result<(), E>,
    ) -> Result<(), E> {
        self.drive([ArrowArray::released()], &self.of.empty, &mut out)
    }

    /// Hands over to one input after the other, and takes what comes until the function wants more.
    fn drive<E: From<CallError>>(
        &mut self,
        given: impl IntoIterator<Item = ArrowArray>,
        of: &Batch,
        out: &mut dyn FnMut(Batch) -> Result<(), E>,
    ) -> Result<(), E> {
        let parts = &self.of.parts;
        let mut returned = 0;
        if self.next == Next::Failed {
            return Err(parts.broke("failed before, and cannot go on").into());
        }
        for (input, rows) in (0..).zip(given) {
            if self.next == Next::Nothing {
                break;
            }
            // Whatever ends this early ends the run.
            self.next = Next::Failed;
            self.next = self.steps(input, rows, of, &mut returned, out)?;
        }
        let given = of.num_rows();
        if parts.contract.rows == RowCount::Same && returned != given {
            return Err(parts
                .broke(format!(
                    "returned {returned} rows for {given}, and declared that it keeps them"
                ))
                .into());
        }
        Ok(())
    }

    /// What may follow; counts the rows that came out.
    fn steps<E: From<CallError>>(
        &self,
        mut input: u32,
        mut rows: ArrowArray,
        of: &Batch,
        returned: &mut usize,
        out: &mut dyn FnMut(Batch) -> Result<(), E>,
    ) -> Result<Next, E> {
        let parts = &self.of.parts;
        let (table, instance) = (self.run.table(), self.run.instance());
        loop {
            // SAFETY: the run is the caller's alone.
            let call = |out| unsafe { (table.step())(instance, input, rows, out) };
            // SAFETY: it writes what it gives, as the contract says.
            let found: Step = unsafe { self.services.ask(call) }?;
            match (found.next, found.output) {
                (step::OUTPUT, 0) => {
                    let rows = self.loan.take_back(found.rows, self.of.columns.len());
                    let batch = self.of.take(rows, of, *returned)?;
                    if batch.num_rows() == 0 {
                        // One that returns nothing for ever is stopped here.
                        self.services.check()?;
                    }
                    *returned += batch.num_rows();
                    out(batch)?;
                }
                (step::OUTPUT, other) => {
                    return Err(parts
                        .broke(format!("returned rows of output {other}, and has one"))
                        .into());
                }
                (step::INPUT, _) => return Ok(Next::More),
                (step::DONE, _) => return Ok(Next::Nothing),
                (other, _) => {
                    return Err(parts
                        .broke(format!("went on with {other}, which is no step"))
                        .into());
                }
            }
            (input, rows) = (NO_INPUT, ArrowArray::released());
        }
    }
}

impl BoundPartition {
    /// What crosses of a partition of the frame of this number.
    fn given(&self, at: usize, part: &Batch, loan: &Loan) -> Result<ArrowArray, CallError> {
        let Sent { columns, from } = &self.sent[at];
        let arrays = from
            .iter()
            .map(|at| Arc::clone(part.record_batch().column(*at)));
        let arrays: Vec<_> = arrays.collect();
        let given = give_columns(&arrays, columns, part.num_rows());
        let given = given.map_err(|source| self.parts.given(source))?;
        Ok(loan.lend(given, &arrays))
    }

    /// What came out after so many rows, with the columns that stayed here put back.
    fn take(&self, rows: ArrowArray, of: &Batch, after: usize) -> Result<Batch, CallError> {
        let returned = |source| self.parts.returned(source);
        let (columns, n) = take_columns(rows, &self.columns).map_err(returned)?;
        let all = if self.crossing.kept.is_empty() {
            columns
        } else {
            // Rows that keep what they were made of may come out in pieces, in order.
            let left = of.num_rows().saturating_sub(after);
            let of = of.slice(after.min(of.num_rows()), n.min(left));
            self.crossing.whole(columns, n, &of).map_err(returned)?
        };
        Batch::from_arrays(&self.output, all, n).map_err(|error| self.parts.unfit(&error))
    }
}
