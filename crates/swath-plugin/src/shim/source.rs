//! Sources behind the boundary.

use std::ffi::c_void;
use std::sync::Arc;

use serde::Deserialize as _;
use swath_batch::{Batch, Value};
use swath_meta::{Field, Meta};
use swath_plugin_abi::abi_stable::prefix_type::WithMetadata;
use swath_plugin_abi::abi_stable::std_types::RStr;
use swath_plugin_abi::{
    ArrowArray, BindRequest, Bound, BoundTable, BoundTableRef, Host, Listed, ListedPart, NO_INPUT,
    Place, Run, RunTable, RunTableRef, Status, Step, Wanted as Asked, code, step,
};
use swath_plugin_data::{Columns, give_batch, give_columns};

use super::bind::{Takes, outputs, plain, read, written};
use super::guard;
use super::hosted::{Asking, Hosted};
use super::instance::{drop_owned, drop_shared, owned, shared, with_owned, with_shared};
use crate::source::Comparison;
use crate::{Error, Filter, Part, Parts, Result, Source, Wanted};

/// Rows of a batch where the host does not mind.
const BATCH_ROWS: usize = 8192;

/// A source with everything that its partitions share.
struct Ready<F> {
    function: F,
    meta: Arc<Meta>,
}

/// Binds a source.
pub(crate) unsafe extern "C" fn bind_source<F: Source>(
    _: Host,
    request: BindRequest<'_>,
    out: *mut Bound,
) -> Status {
    let bound = guard(|| {
        let (mut function, _) = read::<F>(request, &Takes::Nothing)?;
        let (meta, promises) = function.bind()?.declared(&Meta::empty())?;
        function.prepare()?;
        let table = BoundTableRef(Tables::<F>::BOUND.static_as_prefix());
        let (outputs, contract) = (outputs([&meta])?, written(&promises)?.into());
        let ready = Ready {
            function,
            meta: Arc::new(meta),
        };
        // SAFETY: the table's functions are those for a shared `Arc<Ready<F>>`.
        Ok(unsafe { Bound::new(shared(Arc::new(ready)), table, outputs, contract) })
    });
    // SAFETY: `out` is where the host wants it, as the contract says.
    unsafe { Status::give(bound, out) }
}

struct Tables<F>(std::marker::PhantomData<F>);

impl<F: Source> Tables<F> {
    const BOUND: &'static WithMetadata<BoundTable> = &WithMetadata::new(BoundTable {
        list: Some(list::<F>),
        open_read: Some(open_read::<F>),
        ..BoundTable::new(drop_shared::<Arc<Ready<F>>>)
    });
    const RUN: &'static WithMetadata<RunTable> = &WithMetadata::new(RunTable {
        drop: drop_owned::<Running<F>>,
        step: one_step::<F>,
    });
}

unsafe extern "C" fn list<F: Source>(
    instance: *const c_void,
    host: Host,
    out: *mut Listed,
) -> Status {
    let body = |ready: &Arc<Ready<F>>| -> Result<Listed> {
        let asking = Asking::new(Hosted::new(host, &Place::ONLY, None));
        let Parts { parts, bounds } = ready.function.parts(asking.cx())?;
        drop(asking);
        let n = parts.len();
        let listed = parts.into_iter().map(|part| {
            let Part {
                about,
                rows,
                is_exact,
                bytes,
            } = part;
            let about = serde_json::to_value(about)?;
            // What JSON has no word for, as a number that is not finite, is found here and not in a task.
            F::Part::deserialize(&about).map_err(|error| {
                Error::from(error).context("one of its parts cannot be read again")
            })?;
            Ok(ListedPart {
                about,
                rows,
                is_exact,
                bytes,
            })
        });
        let listed = listed.collect::<Result<Vec<_>>>()?;
        let bounds = match bounds {
            Some(bounds) => boundaries(&ready.meta, &bounds, n)?,
            None => ArrowArray::released(),
        };
        Ok(Listed {
            parts: serde_json::to_string(&listed)?.into(),
            bounds,
        })
    };
    // SAFETY: the instance is that of a source that was bound by this table, as the contract says.
    let listed = unsafe { with_shared(instance, body) };
    // SAFETY: `out` is where the host wants it, as the contract says.
    unsafe { Status::give(listed, out) }
}

/// Boundaries as they cross.
fn boundaries(meta: &Meta, bounds: &[Value], parts: usize) -> Result<ArrowArray> {
    let broken = |words: String| Error::of(code::CONTRACT, words);
    let [Field { name, dtype, .. }] = meta.index_fields() else {
        return Err(broken(format!(
            "gave boundaries, which are of one index column, and declared {} of them",
            meta.index_fields().len()
        )));
    };
    if bounds.len() != parts + 1 {
        return Err(broken(format!(
            "gave {} boundaries for {parts} partitions, which have one more",
            bounds.len()
        )));
    }
    let cast = |value: &Value| match value.cast(dtype) {
        Ok(Value::Null) => Err(broken(format!("gave a boundary of `{name}` that is null"))),
        Ok(value) => Ok(value),
        Err(error) => Err(broken(format!("gave a boundary of `{name}`: {error}"))),
    };
    let bounds = bounds.iter().map(cast).collect::<Result<Vec<_>>>()?;
    let column = Value::column(&bounds, dtype)?;
    let columns = Columns::of_meta(&plain([Field::new(&**name, dtype.clone(), false)])?);
    Ok(give_columns(&[column], &columns, bounds.len())?)
}

/// A partition on its way.
struct Running<F: Source> {
    ready: Arc<Ready<F>>,
    reading: F::Reading,
    wanted: Wanted,
    asking: Asking,
    done: bool,
}

unsafe extern "C" fn open_read<F: Source>(
    instance: *const c_void,
    host: Host,
    place: Place<'_>,
    part: RStr<'_>,
    wanted: RStr<'_>,
    out: *mut Run,
) -> Status {
    let body = |ready: &Arc<Ready<F>>| -> Result<Run> {
        let about: F::Part = serde_json::from_str(&part).map_err(|error| {
            let words = format!("cannot read what it wrote of a partition: {error}");
            Error::of(code::CONTRACT, words)
        })?;
        let wanted = read_wanted(&wanted, &ready.meta)?;
        let asking = Asking::new(Hosted::new(host, &place, None));
        let running = Running {
            reading: ready.function.open(about, &wanted, asking.cx())?,
            ready: Arc::clone(ready),
            wanted,
            asking,
            done: false,
        };
        let table = RunTableRef(Tables::<F>::RUN.static_as_prefix());
        // SAFETY: the table's functions are those for an owned `Running<F>`.
        Ok(unsafe { Run::new(owned(running), table) })
    };
    // SAFETY: as in `list`.
    let run = unsafe { with_shared(instance, body) };
    // SAFETY: `out` is where the host wants it, as the contract says.
    unsafe { Status::give(run, out) }
}

/// What a host wants, in the words of this version.
fn read_wanted(text: &str, meta: &Meta) -> Result<Wanted> {
    let asked: Asked = serde_json::from_str(text)?;
    if let Some(word) = asked.requires.first() {
        return Err(Error::of(
            code::UNSUPPORTED,
            format!(
                "the host needs it to understand `{word}`; build the plugin with a newer swath-plugin"
            ),
        ));
    }
    // What this version does not know, or what is no value of the column here, leaves out no rows.
    let filters = asked.filters.into_iter().filter_map(|filter| {
        let dtype = &meta.field(&filter.column).ok()?.dtype;
        let value = match filter.value {
            serde_json::Value::Bool(truth) => Value::Bool(truth),
            serde_json::Value::Number(number) => number
                .as_i64()
                .map(Value::Int)
                .or_else(|| number.as_u64().map(Value::UInt))
                .or_else(|| number.as_f64().map(Value::Float))?,
            serde_json::Value::String(text) => Value::from(text),
            _ => return None,
        };
        Some(Filter {
            value: value.cast(dtype).ok()?,
            is: Comparison::of(filter.is)?,
            column: filter.column,
        })
    });
    Ok(Wanted {
        filters: filters.collect(),
        meta: Arc::new(meta.some_of(&asked.columns)?),
        // To whoever asks for none in particular, some.
        batch_rows: match asked.batch_rows {
            0 => BATCH_ROWS,
            rows => rows as usize,
        },
    })
}

unsafe extern "C" fn one_step<F: Source>(
    instance: *mut c_void,
    input: u32,
    rows: ArrowArray,
    out: *mut Step,
) -> Status {
    drop(rows);
    let body = |running: &mut Running<F>| running.step(input);
    // SAFETY: the instance is that of a run that was opened by this table, used by one thread at a time, as the contract says.
    let next = unsafe { with_owned(instance, body) };
    // SAFETY: `out` is where the host wants it, as the contract says.
    unsafe { Status::give(next, out) }
}

impl<F: Source> Running<F> {
    fn step(&mut self, input: u32) -> Result<Step> {
        if input != NO_INPUT {
            return Err(Error::of(
                code::CONTRACT,
                format!("it has no input, and got rows of input {input}"),
            ));
        }
        if self.done {
            return Ok(Step::next(step::DONE));
        }
        let cx = self.asking.cx();
        cx.check()?;
        let Some(rows) = self.ready.function.next(&mut self.reading, cx)? else {
            self.done = true;
            return Ok(Step::next(step::DONE));
        };
        Ok(Step::output(give_batch(&self.wanted(rows)?)))
    }

    /// The columns that are wanted, after a look at whether they are those declared.
    fn wanted(&self, rows: Batch) -> Result<Batch> {
        let wanted = &self.wanted.meta;
        let has_all = wanted
            .names()
            .all(|name| rows.meta().position(name).is_ok());
        let has_others = !rows.meta().names().eq(wanted.names());
        let n = rows.num_rows();
        let rows = if has_all && has_others {
            let columns = wanted.names().map(|name| rows.column(name).cloned());
            let columns = columns.collect::<std::result::Result<Vec<_>, _>>()?;
            let fields = wanted.names().map(|name| rows.meta().field(name).cloned());
            let fields = fields.collect::<std::result::Result<Vec<_>, _>>()?;
            Batch::from_arrays(&Arc::new(plain(fields)?), columns, n)?
        } else {
            rows
        };
        rows.conform(wanted).map_err(|error| {
            let words = Error::from(error);
            let words = format!("returned other columns than it declared: {words}");
            Error::of(code::CONTRACT, words)
        })
    }
}
