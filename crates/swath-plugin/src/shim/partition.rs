//! Partition functions behind the boundary.

use std::ffi::c_void;
use std::marker::PhantomData;
use std::sync::Arc;

use swath_batch::{Batch, Cx, Value};
use swath_meta::{Field, Meta};
use swath_plugin_abi::abi_stable::prefix_type::WithMetadata;
use swath_plugin_abi::{
    ArrowArray, BindRequest, Bound, BoundTable, BoundTableRef, Host, NO_INPUT, Place, RowCount,
    Run, RunTable, RunTableRef, Scope, Status, Step, code, step,
};
use swath_plugin_data::{Columns, Crossing, give_batch, take_columns};

use super::bind::{Input, Takes, outputs, plain, read, written};
use super::guard;
use super::hosted::{Asking, Hosted};
use super::instance::{drop_owned, drop_shared, owned, shared, with_owned, with_shared};
use crate::{Contract, Error, FramesFn, Params, PartitionFn, Result};

/// How a function of frames is asked, of one or of several.
trait OfFrames: 'static {
    /// The author's function.
    type Function: Params;

    fn read(request: BindRequest<'_>) -> Result<(Self::Function, Vec<Input>)>;

    fn bind(function: &Self::Function, inputs: &[Meta]) -> Result<Contract>;

    fn prepare(function: &mut Self::Function, inputs: &[Meta]) -> Result<()>;

    fn call(function: &Self::Function, parts: Vec<Batch>, cx: &Cx) -> Result<Batch>;
}

/// A function of one frame.
struct One<F>(PhantomData<F>);

impl<F: PartitionFn> OfFrames for One<F> {
    type Function = F;

    fn read(request: BindRequest<'_>) -> Result<(F, Vec<Input>)> {
        read(request, &Takes::OneInput)
    }

    fn bind(function: &F, inputs: &[Meta]) -> Result<Contract> {
        function.bind(&inputs[0])
    }

    fn prepare(function: &mut F, inputs: &[Meta]) -> Result<()> {
        function.prepare(&inputs[0])
    }

    fn call(function: &F, mut parts: Vec<Batch>, cx: &Cx) -> Result<Batch> {
        function.call(parts.remove(0), cx)
    }
}

/// A function of several.
struct Several<F, const N: usize>(PhantomData<F>);

/// One of each frame: there are as many, or the function was not bound.
fn each<T, const N: usize>(all: impl IntoIterator<Item = T>) -> [T; N] {
    let mut all = all.into_iter();
    std::array::from_fn(|_| all.next().expect("it was bound to so many frames"))
}

impl<F: FramesFn<N>, const N: usize> OfFrames for Several<F, N> {
    type Function = F;

    fn read(request: BindRequest<'_>) -> Result<(F, Vec<Input>)> {
        read(request, &Takes::Frames(&F::FRAMES))
    }

    fn bind(function: &F, inputs: &[Meta]) -> Result<Contract> {
        function.bind(each(inputs))
    }

    fn prepare(function: &mut F, inputs: &[Meta]) -> Result<()> {
        function.prepare(each(inputs))
    }

    fn call(function: &F, parts: Vec<Batch>, cx: &Cx) -> Result<Batch> {
        function.call(each(parts), cx)
    }
}

/// Binds a function of the partitions of a frame.
pub(crate) unsafe extern "C" fn bind_partition<F: PartitionFn>(
    _: Host,
    request: BindRequest<'_>,
    out: *mut Bound,
) -> Status {
    // SAFETY: the caller's word.
    unsafe { bind::<One<F>>(request, out) }
}

/// Binds a function of the partitions of several frames.
pub(crate) unsafe extern "C" fn bind_frames<F: FramesFn<N>, const N: usize>(
    _: Host,
    request: BindRequest<'_>,
    out: *mut Bound,
) -> Status {
    // SAFETY: the caller's word.
    unsafe { bind::<Several<F, N>>(request, out) }
}

/// A function with everything that its runs share.
struct Ready<F: OfFrames> {
    function: F::Function,
    inputs: Vec<(Arc<Meta>, Columns)>,
    /// The columns of the boundaries: those of the index.
    bounds: Columns,
    index: Vec<Field>,
    output: Arc<Meta>,
    /// Columns that stay with the host, and that it puts back.
    kept: Vec<Arc<str>>,
    rows: RowCount,
    scope: Scope,
}

/// Binds a partition function.
///
/// # Safety
/// `out` is where the host wants it.
unsafe fn bind<F: OfFrames>(request: BindRequest<'_>, out: *mut Bound) -> Status {
    let bound = guard(|| {
        let (mut function, given) = F::read(request)?;
        let (metas, columns): (Vec<Meta>, Vec<Columns>) = given.into_iter().unzip();
        let (output, promises) = F::bind(&function, &metas)?.declared(&metas[0])?;
        let crossing = Crossing::new(&metas, &output, &promises)
            .map_err(|error| Error::of(code::CONTRACT, error.to_string()))?;
        F::prepare(&mut function, &crossing.inputs)?;
        let kept = crossing.kept.iter();
        let kept = kept.map(|(at, _)| Arc::clone(&output.fields()[*at].name));
        let first = &metas[0];
        let index = first.fields().iter().take(first.index().len()).cloned();
        let ready = Ready::<F> {
            bounds: columns[0].only(first.names().take(first.index().len())),
            index: index.collect(),
            inputs: (crossing.inputs.into_iter().zip(columns))
                .map(|(input, columns)| {
                    let columns = columns.only(input.names());
                    (Arc::new(input), columns)
                })
                .collect(),
            function,
            kept: kept.collect(),
            output: Arc::new(crossing.output),
            rows: promises.rows,
            scope: promises.scope,
        };
        let table = BoundTableRef(Tables::<F>::BOUND.static_as_prefix());
        let (outputs, contract) = (outputs([&output])?, written(&promises)?.into());
        // SAFETY: the table's functions are those for a shared `Arc<Ready<F>>`.
        Ok(unsafe { Bound::new(shared(Arc::new(ready)), table, outputs, contract) })
    });
    // SAFETY: the caller's word.
    unsafe { Status::give(bound, out) }
}

struct Tables<F>(PhantomData<F>);

impl<F: OfFrames> Tables<F> {
    const BOUND: &'static WithMetadata<BoundTable> = &WithMetadata::new(BoundTable {
        open: open::<F>,
        ..BoundTable::new(drop_shared::<Arc<Ready<F>>>)
    });
    const RUN: &'static WithMetadata<RunTable> = &WithMetadata::new(RunTable {
        drop: drop_owned::<Running<F>>,
        step: one_step::<F>,
    });
}

/// One partition on its way.
struct Running<F: OfFrames> {
    ready: Arc<Ready<F>>,
    asking: Asking,
    /// What came of each input so far, until it is called.
    parts: Vec<Batch>,
    called: bool,
    done: bool,
}

unsafe extern "C" fn open<F: OfFrames>(
    instance: *const c_void,
    host: Host,
    place: Place<'_>,
    bounds: ArrowArray,
    out: *mut Run,
) -> Status {
    let body = |ready: &Arc<Ready<F>>| -> Result<Run> {
        let running = Running {
            asking: Asking::new(Hosted::new(host, &place, ready.boundaries(bounds)?)),
            ready: Arc::clone(ready),
            parts: Vec::new(),
            called: false,
            done: false,
        };
        let table = RunTableRef(Tables::<F>::RUN.static_as_prefix());
        // SAFETY: the table's functions are those for an owned `Running<F>`.
        Ok(unsafe { Run::new(owned(running), table) })
    };
    // SAFETY: the instance is that of a function that was bound by this table, as the contract says.
    let run = unsafe { with_shared(instance, body) };
    // SAFETY: `out` is where the host wants it, as the contract says.
    unsafe { Status::give(run, out) }
}

unsafe extern "C" fn one_step<F: OfFrames>(
    instance: *mut c_void,
    input: u32,
    rows: ArrowArray,
    out: *mut Step,
) -> Status {
    let body = |running: &mut Running<F>| running.step(input, rows);
    // SAFETY: the instance is that of a run that was opened by this table, used by one thread at a time, as the contract says.
    let next = unsafe { with_owned(instance, body) };
    // SAFETY: `out` is where the host wants it, as the contract says.
    unsafe { Status::give(next, out) }
}

impl<F: OfFrames> Ready<F> {
    /// The values of two rows of index columns, if there are any.
    fn boundaries(&self, rows: ArrowArray) -> Result<Option<[Vec<Value>; 2]>> {
        if rows.is_released() {
            return Ok(None);
        }
        let (columns, rows) = take_columns(rows, &self.bounds)?;
        if rows != 2 {
            return Err(Error::of(
                code::CONTRACT,
                format!("a partition has two boundaries, and got {rows}"),
            ));
        }
        // In the encodings of this version.
        let meta = Arc::new(plain(self.index.iter().cloned())?);
        let rows = Batch::from_arrays(&meta, columns, rows)?;
        let columns = rows.record_batch().columns();
        Ok(Some([0, 1].map(|row| {
            columns
                .iter()
                .map(|column| Value::from_array(column, row))
                .collect()
        })))
    }
}

impl<F: OfFrames> Running<F> {
    fn step(&mut self, input: u32, rows: ArrowArray) -> Result<Step> {
        if self.done {
            return Ok(Step::next(step::DONE));
        }
        if input == NO_INPUT {
            return Ok(Step::next(step::INPUT));
        }
        let ready = Arc::clone(&self.ready);
        let next = self.parts.len();
        if input as usize != next {
            return Err(Error::of(
                code::CONTRACT,
                format!("it waits for rows of input {next}, and got rows of input {input}"),
            ));
        }
        let (meta, columns) = &ready.inputs[next];
        let batch = if !rows.is_released() {
            if self.called && ready.scope == Scope::Partition {
                return Err(Error::of(
                    code::CONTRACT,
                    "it sees a partition in one batch, and got another one",
                ));
            }
            let (columns, n_rows) = take_columns(rows, columns)?;
            Batch::from_arrays(meta, columns, n_rows)?
        } else if self.called || ready.scope == Scope::Chunk {
            self.done = true;
            return Ok(Step::next(step::DONE));
        } else {
            // A partition without a batch is one without rows.
            self.done = next + 1 == ready.inputs.len();
            Batch::empty(meta)
        };
        self.parts.push(batch);
        if self.parts.len() < ready.inputs.len() {
            return Ok(Step::next(step::INPUT));
        }
        self.call()
    }

    /// Calls it with what came.
    fn call(&mut self) -> Result<Step> {
        self.called = true;
        let parts = std::mem::take(&mut self.parts);
        let (ready, before) = (&self.ready, parts[0].num_rows());
        let returned = F::call(&ready.function, parts, self.asking.cx())?;
        let broken = |words: String| Error::of(code::CONTRACT, words);
        if ready.rows == RowCount::Same && returned.num_rows() != before {
            return Err(broken(format!(
                "returned {} rows for {before}, and declared that it keeps them",
                returned.num_rows()
            )));
        }
        let found = Arc::clone(returned.meta());
        let returned = returned.conform(&ready.output).map_err(|error| {
            let mut kept = ready.kept.iter();
            broken(match kept.find(|name| found.field(name).is_ok()) {
                Some(name) => format!(
                    "returned column `{name}`, which it does not read: the one that is there stays; `Contract::makes` says that it makes it"
                ),
                None => format!(
                    "returned other columns than it declared: {}",
                    Error::from(error)
                ),
            })
        })?;
        Ok(Step::output(give_batch(&returned)))
    }
}
