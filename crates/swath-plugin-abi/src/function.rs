//! A function of a plugin, and what becomes of it when its parameters and inputs are known.

use crate::{
    AggregateRun, ArrowArray, ArrowSchema, Handed, Host, Listed, Place, PluginError, Run, Status,
    Text, code,
};
use abi_stable::StableAbi;
use abi_stable::std_types::RStr;
use std::ffi::c_void;

/// A function: its name, its kind, and how it is bound.
#[repr(C)]
#[derive(StableAbi)]
#[sabi(kind(Prefix(prefix_ref = FunctionRef)))]
#[sabi(missing_field(option))]
pub struct Function {
    /// Its name within the plugin.
    pub name: RStr<'static>,
    /// One of [`kind`]. A host that does not know it lists the function and does not offer it.
    pub kind: u32,
    /// Checks parameters and inputs, says what comes out, and makes the instance that will run. Touches no data. The host is valid
    /// until it returns.
    #[sabi(last_prefix_field)]
    pub bind: unsafe extern "C" fn(Host, BindRequest<'_>, *mut Bound) -> Status,
}

/// Kinds of functions as [`Function::kind`] has them.
pub mod kind {
    /// Frames to a frame, a partition or some rows at a time.
    pub const PARTITION: u32 = 1;
    /// Columns to a column, in any expression.
    pub const SCALAR: u32 = 2;
    /// Rows to one value a group.
    pub const AGGREGATE: u32 = 3;
    /// Rows to the number of the partition that they belong into.
    pub const PARTITIONER: u32 = 4;
    /// Nothing to a frame: what is read from elsewhere. Since 1.1.
    pub const SOURCE: u32 = 5;
    /// A frame to nothing: where rows go. Since 1.1.
    pub const SINK: u32 = 6;
}

/// Kinds of functions as texts name them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Frames to a frame.
    Partition,
    /// Columns to a column.
    Scalar,
    /// Rows to one value a group.
    Aggregate,
    /// Rows to partitions.
    Partitioner,
    /// Nothing to a frame.
    Source,
    /// A frame to nothing.
    Sink,
    /// Of a newer version than this one.
    #[serde(other)]
    Unknown,
}

impl Kind {
    /// The kind of this number.
    pub const fn from_number(number: u32) -> Self {
        match number {
            kind::PARTITION => Self::Partition,
            kind::SCALAR => Self::Scalar,
            kind::AGGREGATE => Self::Aggregate,
            kind::PARTITIONER => Self::Partitioner,
            kind::SOURCE => Self::Source,
            kind::SINK => Self::Sink,
            _ => Self::Unknown,
        }
    }

    /// As it is written in texts.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Partition => "partition",
            Self::Scalar => "scalar",
            Self::Aggregate => "aggregate",
            Self::Partitioner => "partitioner",
            Self::Source => "source",
            Self::Sink => "sink",
            Self::Unknown => "unknown",
        }
    }
}

/// What a function is bound to.
#[repr(C)]
#[derive(StableAbi)]
pub struct BindRequest<'a> {
    /// The columns of each input: a schema of format `+s`, with one field of format `+s` for each input. The metadata of a field say
    /// how many of its leading columns are the index (`swath:index`). Those of a scalar or an aggregate are its arguments. A source
    /// has no input.
    pub inputs: ArrowSchema,
    /// A JSON object of parameters.
    pub params: RStr<'a>,
    /// How many targets a partitioner has; else 0.
    pub targets: u64,
    /// A JSON object with more, or empty. What it has in a list `requires` and what the function does not know is a reason to refuse.
    pub context: RStr<'a>,
}

/// A function with its parameters and inputs, ready to run. Dropping it drops the plugin's instance.
#[repr(C)]
#[derive(StableAbi)]
pub struct Bound {
    instance: *mut c_void,
    table: BoundTableRef,
    /// The columns of each output, as inputs have them: one, but of an aggregate first the result, then its state.
    outputs: ArrowSchema,
    /// A [`Contract`](crate::Contract) as JSON; empty is one that promises and needs nothing.
    contract: Text,
}

// SAFETY: all calls of the table but `drop` may be made from any thread, several at once, and `drop` from any.
unsafe impl Send for Bound {}
// SAFETY: see above.
unsafe impl Sync for Bound {}

impl Bound {
    /// A function that is ready, with what can be done with it.
    ///
    /// # Safety
    /// The functions of the table may be called with the instance, from any thread, until `drop` was.
    pub const unsafe fn new(
        instance: *mut c_void,
        table: BoundTableRef,
        outputs: ArrowSchema,
        contract: Text,
    ) -> Self {
        Self {
            instance,
            table,
            outputs,
            contract,
        }
    }

    /// What the functions of the table are called with.
    pub const fn instance(&self) -> *mut c_void {
        self.instance
    }

    /// What can be done with it.
    pub const fn table(&self) -> BoundTableRef {
        self.table
    }

    /// Takes out the columns of each output.
    pub const fn take_outputs(&mut self) -> ArrowSchema {
        std::mem::replace(&mut self.outputs, ArrowSchema::released())
    }

    /// What it promises and needs, as JSON.
    pub const fn contract(&self) -> &Text {
        &self.contract
    }
}

// SAFETY: the table is where it is.
unsafe impl Handed for Bound {
    const TABLE: Option<(usize, u32)> = Some((std::mem::offset_of!(Self, table), 4));
}

impl Drop for Bound {
    fn drop(&mut self) {
        // SAFETY: the instance is the one that came with this table, and this is the last use of it.
        unsafe { (self.table.drop())(self.instance) }
    }
}

/// What can be done with a bound function. All but `drop` may be called from several threads at once. A call that a function of
/// its kind does not have is answered by [`code::UNSUPPORTED`](crate::code::UNSUPPORTED); of those that came after 1.0, it is nowhere.
#[repr(C)]
#[derive(StableAbi, Clone, Copy)]
#[sabi(kind(Prefix(prefix_ref = BoundTableRef)))]
#[sabi(missing_field(option))]
pub struct BoundTable {
    /// Drops the instance. Never fails.
    pub drop: unsafe extern "C" fn(*mut c_void),
    /// Of a scalar: arguments, all of the same length, to one array of that length. Of a partitioner: key columns to an array of
    /// `uint32`. Input and output are struct arrays without nulls of their own. The host is valid until it returns.
    /// The place says which partition the rows are of, where that is known.
    pub call:
        unsafe extern "C" fn(*const c_void, Host, Place<'_>, ArrowArray, *mut ArrowArray) -> Status,
    /// Of a partition function: begins one partition, at this place, between these boundaries: two rows of the index columns, or a
    /// released array where divisions are not known. The host is valid until the run is dropped.
    pub open: unsafe extern "C" fn(*const c_void, Host, Place<'_>, ArrowArray, *mut Run) -> Status,
    /// Of an aggregate: begins the states of no groups. The host is valid until they are dropped.
    #[sabi(last_prefix_field)]
    pub open_aggregate:
        unsafe extern "C" fn(*const c_void, Host, Place<'_>, *mut AggregateRun) -> Status,
    /// Of a source: its partitions, as they are now. The host is valid until it returns. Since 1.1.
    pub list: Option<unsafe extern "C" fn(*const c_void, Host, *mut Listed) -> Status>,
    /// Of a source: begins to read a partition, at this place: what it was [listed](crate::ListedPart::about) as, and what is
    /// [wanted](crate::Wanted) of it, both as JSON. The run takes no input: it is asked with [`NO_INPUT`](crate::NO_INPUT) until it is
    /// done. What comes out are the columns that are wanted. The host is valid until the run is dropped. Since 1.1.
    pub open_read: Option<
        unsafe extern "C" fn(
            *const c_void,
            Host,
            Place<'_>,
            RStr<'_>,
            RStr<'_>,
            *mut Run,
        ) -> Status,
    >,
    /// Of a sink: begins a partition, at this place, of the write of this name. The place says [which attempt](crate::PlaceMore::attempt)
    /// it is: a partition may be begun again, also while another attempt is under way, and one of them is committed. The run takes rows, or a released array for their
    /// end, and then gives one row of one column of text without nulls: a receipt, any JSON. One that is dropped before was given up.
    /// The host is valid until the run is dropped. Since 1.1.
    pub open_write:
        Option<unsafe extern "C" fn(*const c_void, Host, Place<'_>, RStr<'_>, *mut Run) -> Status>,
    /// Of a sink: makes the write of this name seen, called once: a JSON array of the receipts of its partitions, in their order. Where it
    /// fails, `abort` follows. The host is valid until it returns. Since 1.1.
    pub commit: Option<unsafe extern "C" fn(*const c_void, Host, RStr<'_>, RStr<'_>) -> Status>,
    /// Of a sink: clears away what there is of the write of this name, of which nothing may be seen. The host is valid until it returns.
    /// Since 1.1.
    pub abort: Option<unsafe extern "C" fn(*const c_void, Host, RStr<'_>) -> Status>,
}

impl BoundTable {
    /// A table of a function that can only be dropped: each kind adds what it is called by.
    pub const fn new(drop: unsafe extern "C" fn(*mut c_void)) -> Self {
        Self {
            drop,
            call: no_call,
            open: no_open,
            open_aggregate: no_open_aggregate,
            list: None,
            open_read: None,
            open_write: None,
            commit: None,
            abort: None,
        }
    }
}

fn unsupported() -> Status {
    let words = "a function of this kind has no such call";
    PluginError::new(code::UNSUPPORTED, words).into()
}

unsafe extern "C" fn no_call(
    _: *const c_void,
    _: Host,
    _: Place<'_>,
    _: ArrowArray,
    _: *mut ArrowArray,
) -> Status {
    unsupported()
}

unsafe extern "C" fn no_open(
    _: *const c_void,
    _: Host,
    _: Place<'_>,
    _: ArrowArray,
    _: *mut Run,
) -> Status {
    unsupported()
}

unsafe extern "C" fn no_open_aggregate(
    _: *const c_void,
    _: Host,
    _: Place<'_>,
    _: *mut AggregateRun,
) -> Status {
    unsupported()
}
