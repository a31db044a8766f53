//! Functions of partitions.

use std::fmt::{self, Debug, Formatter};
use std::sync::Arc;

use arrow_array::{ArrayRef, new_empty_array};
use swath_batch::{Batch, Host};
use swath_meta::Meta;
use swath_plugin_abi::abi_stable::std_types::RStr;
use swath_plugin_abi::{self as abi, ArrowArray, Contract, NO_INPUT, Place, RowCount, step};
use swath_plugin_data::{Columns, Crossing, give_columns, take_columns};

use super::bind::Parts;
use super::{CallError, Services, settle};
use crate::load::Inside;

/// A function of partitions, ready for columns that are known.
pub struct BoundPartition {
    parts: Parts,
    input: Meta,
    output: Arc<Meta>,
    crossing: Crossing,
    /// Of what is sent.
    sent: Columns,
    /// Of what comes back, in the encodings that the plugin declared.
    columns: Columns,
}

impl BoundPartition {
    pub(super) fn new(parts: Parts, input: &Meta) -> Result<Self, CallError> {
        let (output, columns) = parts.output()?;
        let contract = &parts.contract;
        let crossing = Crossing::new(input, &output, contract.reads.as_deref());
        let crossing =
            crossing.map_err(|error| parts.broke(format!("reads what is not there: {error}")))?;
        if !crossing.kept.is_empty() && contract.rows != RowCount::Same {
            return Err(parts.broke("passes columns by without keeping all rows"));
        }
        let kept: Vec<usize> = crossing.kept.iter().map(|(at, _)| *at).collect();
        let fields = columns.schema().fields().iter().enumerate();
        let returned = fields.filter(|(at, _)| !kept.contains(at));
        let returned: Vec<_> = returned.map(|(_, field)| Arc::clone(field)).collect();
        Ok(Self {
            input: input.clone(),
            output: Arc::new(output),
            sent: Columns::of_meta(&crossing.input),
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

    /// The columns that it is handed: index columns and those that it reads.
    pub fn reads(&self) -> &Meta {
        &self.crossing.input
    }

    /// Begins a partition: what `task` answers is what the function may ask, as long as the run lives.
    ///
    /// # Errors
    /// Its own.
    pub fn open(&self, task: Arc<dyn Host>) -> Result<PartitionRun<'_>, CallError> {
        let (number, count) = task.partition();
        let boundary = |at: usize| {
            let values = task.boundary(at)?.iter().map(serde_json::to_value);
            values.collect::<Result<Vec<_>, _>>().ok()
        };
        let place = Place {
            number,
            count,
            seed: task.seed(),
            bounds: boundary(number)
                .zip(boundary(number + 1))
                .map(<[_; 2]>::from),
        };
        // Numbers and values are JSON.
        let place = serde_json::to_string(&place).unwrap_or_default();
        let services = Services::new(&self.parts.name, Some(task));
        let bound = &self.parts.bound;
        let inside = Inside::new();
        // SAFETY: the instance is that of `bound`, whose table it is; the services live as long as the run.
        let run = unsafe {
            (bound.table.open())(bound.instance, services.host(), RStr::from_str(&place))
        };
        drop(inside);
        Ok(PartitionRun {
            run: settle(&self.parts.name, run)?,
            of: self,
            _services: services,
        })
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
    run: abi::Run,
    _services: Services,
    of: &'a BoundPartition,
}

impl PartitionRun<'_> {
    /// Takes rows: all of the partition, or some if the function may see chunks. What comes out is handed to `out`.
    ///
    /// # Errors
    /// Its own, rows that it did not promise, and those of `out`.
    pub fn push<E: From<CallError>>(
        &mut self,
        rows: &Batch,
        mut out: impl FnMut(Batch) -> Result<(), E>,
    ) -> Result<(), E> {
        if rows.meta().as_ref() != &self.of.input {
            return Err(self
                .of
                .parts
                .broke("was given other columns than it was bound to")
                .into());
        }
        let positions = self
            .of
            .crossing
            .input
            .names()
            .map(|name| self.of.input.position(name));
        let columns: Vec<ArrayRef> = positions
            .flatten()
            .map(|at| Arc::clone(rows.record_batch().column(at)))
            .collect();
        let given = give_columns(&columns, &self.of.sent, rows.num_rows());
        let given = given.map_err(|source| self.of.parts.given(source))?;
        self.drive(0, given, Some(rows), &mut out)
    }

    /// Says that there are no more rows.
    ///
    /// # Errors
    /// As of [`push`](Self::push).
    pub fn finish<E: From<CallError>>(
        mut self,
        mut out: impl FnMut(Batch) -> Result<(), E>,
    ) -> Result<(), E> {
        self.drive(0, ArrowArray::released(), None, &mut out)
    }

    /// Hands over, and takes what comes until the function wants more.
    fn drive<E: From<CallError>>(
        &mut self,
        mut input: u32,
        mut rows: ArrowArray,
        of: Option<&Batch>,
        out: &mut dyn FnMut(Batch) -> Result<(), E>,
    ) -> Result<(), E> {
        let parts = &self.of.parts;
        let mut returned = 0;
        loop {
            let inside = Inside::new();
            // SAFETY: the run is this one's alone.
            let found = unsafe { (self.run.table.step())(self.run.instance, input, rows) };
            drop(inside);
            let found = settle(&parts.name, found)?;
            match found.next {
                step::OUTPUT => {
                    let batch = self.take(found.rows, of)?;
                    returned += batch.num_rows();
                    out(batch)?;
                }
                step::INPUT | step::DONE => break,
                other => {
                    return Err(parts
                        .broke(format!("went on with {other}, which is no step"))
                        .into());
                }
            }
            (input, rows) = (NO_INPUT, ArrowArray::released());
        }
        let given = of.map_or(0, Batch::num_rows);
        if parts.contract.rows == RowCount::Same && returned != given {
            return Err(parts
                .broke(format!(
                    "returned {returned} rows for {given}, and declared that it keeps them"
                ))
                .into());
        }
        Ok(())
    }

    /// What came out, with the columns that stayed here put back.
    fn take(&self, rows: ArrowArray, of: Option<&Batch>) -> Result<Batch, CallError> {
        let parts = &self.of.parts;
        let taken = take_columns(rows, &self.of.columns);
        let (columns, n) = taken.map_err(|source| CallError::Returned {
            function: Arc::clone(&parts.name),
            source,
        })?;
        let mut columns = columns.into_iter();
        let mut all = Vec::with_capacity(self.of.output.len());
        for at in 0..self.of.output.len() {
            let kept = self.of.crossing.kept.iter().find(|(to, _)| *to == at);
            match (kept, of) {
                (Some((_, from)), Some(of)) if of.num_rows() == n => {
                    all.push(Arc::clone(of.record_batch().column(*from)));
                }
                (Some((_, from)), None) if n == 0 => {
                    let field = &self.of.input.fields()[*from];
                    all.push(new_empty_array(&field.dtype.border()));
                }
                (Some(_), _) => {
                    return Err(
                        parts.broke("returned other rows than those whose columns stayed here")
                    );
                }
                (None, _) => all.extend(columns.next()),
            }
        }
        Batch::from_arrays(&self.of.output, all, n)
            .map_err(|error| parts.broke(format!("returned {error}")))
    }
}
