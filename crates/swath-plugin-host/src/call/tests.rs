//! Sinks that do not do what sinks do.

use std::error::Error;
use std::ffi::c_void;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use arrow_array::{ArrayRef, StringViewArray};
use swath_batch::{Batch, Host as InTask};
use swath_meta::Meta;
use swath_plugin_abi::abi_stable::prefix_type::WithMetadata;
use swath_plugin_abi::abi_stable::std_types::RStr;
use swath_plugin_abi::{
    ArrowArray, BindRequest, Bound, BoundTable, BoundTableRef, FunctionEntry, Host, Kind, Place,
    PluginError, Run, RunTable, RunTableRef, Status, Step, code, step,
};
use swath_plugin_data::{Columns, give_columns, give_metas};

use super::{BoundSink, CallError, Callee, Function};

/// What a sink does.
#[derive(Default)]
struct Does {
    lacks_abort: bool,
    /// How it goes on when it was given rows.
    next: u32,
    receipts: Vec<Option<&'static str>>,
    /// How often it was asked to go on.
    asked: AtomicU32,
}

fn receipts() -> Meta {
    Meta::of([("receipt", "string")]).expect("a meta")
}

impl Callee for &'static Does {
    unsafe fn bind(&self, _: Host, request: BindRequest<'_>, out: *mut Bound) -> Status {
        drop(request);
        let table = if self.lacks_abort { LACKING } else { WHOLE };
        let outputs = give_metas([&receipts()]).expect("a text crosses");
        let instance = std::ptr::from_ref::<Does>(self).cast_mut().cast();
        let contract = r#"{"is_deterministic":true}"#.to_owned().into();
        let table = BoundTableRef(table.static_as_prefix());
        // SAFETY: the table is that of such instances, which stay.
        let bound = unsafe { Bound::new(instance, table, outputs, contract) };
        // SAFETY: the caller's word.
        unsafe { Status::give(Ok(bound), out) }
    }
}

const WHOLE: &WithMetadata<BoundTable> = &WithMetadata::new(TABLE);
const LACKING: &WithMetadata<BoundTable> = &WithMetadata::new(BoundTable {
    abort: None,
    ..TABLE
});

const TABLE: BoundTable = BoundTable {
    open_write: Some(open_write),
    commit: Some(no_commit),
    abort: Some(no_abort),
    ..BoundTable::new(nothing)
};

const RUN: &WithMetadata<RunTable> = &WithMetadata::new(RunTable {
    drop: nothing,
    step: go_on,
});

fn none() -> Status {
    PluginError::new(code::UNSUPPORTED, "it has none").into()
}

unsafe extern "C" fn nothing(_: *mut c_void) {}

unsafe extern "C" fn no_commit(_: *const c_void, _: Host, _: RStr<'_>, _: RStr<'_>) -> Status {
    none()
}

unsafe extern "C" fn no_abort(_: *const c_void, _: Host, _: RStr<'_>) -> Status {
    none()
}

unsafe extern "C" fn open_write(
    instance: *const c_void,
    _: Host,
    _: Place<'_>,
    _: RStr<'_>,
    out: *mut Run,
) -> Status {
    let table = RunTableRef(RUN.static_as_prefix());
    // SAFETY: the table is that of such instances.
    let run = unsafe { Run::new(instance.cast_mut(), table) };
    // SAFETY: the caller's word.
    unsafe { Status::give(Ok(run), out) }
}

unsafe extern "C" fn go_on(
    instance: *mut c_void,
    _: u32,
    rows: ArrowArray,
    out: *mut Step,
) -> Status {
    // SAFETY: all instances are such.
    let does = unsafe { &*instance.cast::<Does>() };
    does.asked.fetch_add(1, Ordering::Relaxed);
    let is_end = rows.is_released();
    let (next, rows) = if is_end {
        let column: ArrayRef = Arc::new(StringViewArray::from(does.receipts.clone()));
        let columns = Columns::of_meta(&receipts());
        let given = give_columns(&[column], &columns, does.receipts.len());
        (step::OUTPUT, given.expect("a text crosses"))
    } else {
        (does.next, ArrowArray::released())
    };
    let output = 0;
    let step = Step { next, output, rows };
    // SAFETY: the caller's word.
    unsafe { Status::give(Ok(step), out) }
}

/// A task of the only partition.
struct Only;

impl InTask for Only {
    fn check(&self) -> Result<(), Box<dyn Error + Send + Sync>> {
        Ok(())
    }

    fn partition(&self) -> (usize, usize) {
        (0, 1)
    }
}

fn rows() -> Batch {
    Batch::from_columns([("x", vec![1_i64])]).expect("a column")
}

/// A sink that does that, and how it is asked how often it was.
fn sink(does: Does) -> (Result<Arc<BoundSink>, CallError>, &'static Does) {
    let does: &'static Does = Box::leak(Box::new(does));
    let entry = FunctionEntry {
        name: "sink".to_owned(),
        kind: Kind::Sink,
        doc: String::new(),
        deprecated: None,
        params: Vec::new(),
        frames: Vec::new(),
        example: None,
    };
    let function = Function::new("strange", entry, Arc::new(does));
    let bound = function.bind_sink("{}", rows().meta());
    (bound.map(Arc::new), does)
}

#[test]
fn one_that_lacks_an_entry_is_not_bound() {
    let (bound, _) = sink(Does {
        lacks_abort: true,
        ..Does::default()
    });
    let error = bound.expect_err("it has no `abort`");
    insta::assert_snapshot!(error, @"`strange.sink` is a sink, and its table has no `abort`");
}

/// What has broken its contract is not asked again: what it would say is nothing to go by.
#[test]
fn one_that_broke_its_contract_is_over() {
    let said = [step::DONE, step::OUTPUT, 77].map(|next| {
        let (bound, does) = sink(Does {
            next,
            receipts: vec![Some("7")],
            ..Does::default()
        });
        let bound = bound.expect("a sink");
        let mut run = bound.open("w", "a", Arc::new(Only)).expect("a run");
        let first = run.push(&rows()).expect_err("it wants more rows");
        let second = run.push(&rows()).expect_err("it is over");
        let last = run.finish().expect_err("it is over");
        assert_eq!(does.asked.load(Ordering::Relaxed), 1, "{first}");
        format!("{first}; {second}; {last}")
    });
    insta::assert_snapshot!(said.join("\n"), @r#"
        `strange.sink` wants no more rows, and there are some; `strange.sink` failed before, and cannot go on; `strange.sink` failed before, and cannot go on
        `strange.sink` gave a receipt before the end of its rows; `strange.sink` failed before, and cannot go on; `strange.sink` failed before, and cannot go on
        `strange.sink` went on with 77, which is no step; `strange.sink` failed before, and cannot go on; `strange.sink` failed before, and cannot go on
        "#);
}

#[test]
fn receipts_are_one_and_no_null() {
    let said = [vec![None], vec![], vec![Some("1"), Some("2")]].map(|receipts| {
        let (bound, _) = sink(Does {
            next: step::INPUT,
            receipts,
            ..Does::default()
        });
        let bound = bound.expect("a sink");
        let mut run = bound.open("w", "a", Arc::new(Only)).expect("a run");
        run.push(&rows()).expect("it takes them");
        run.finish().expect_err("no receipt").to_string()
    });
    insta::assert_snapshot!(said.join("\n"), @r#"
        `strange.sink` gave null for a receipt
        `strange.sink` gave 0 receipts where there is one
        `strange.sink` gave 2 receipts where there is one
        "#);
}
