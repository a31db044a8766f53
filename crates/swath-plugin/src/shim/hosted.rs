//! The host, as functions of a plugin see it.

use std::error::Error;
use std::ffi::c_void;
use std::sync::{OnceLock, PoisonError, RwLock};

use swath_batch::{Host, Value};
use swath_plugin_abi as abi;
use swath_plugin_abi::abi_stable::prefix_type::WithMetadata;
use swath_plugin_abi::abi_stable::std_types::RStr;

use crate::Result;

/// The host of one run, at one partition. What a function keeps of it after the run answers as if everything was over.
pub(crate) struct Hosted {
    host: RwLock<Option<abi::Host>>,
    place: abi::Place,
    bounds: Option<[Vec<Value>; 2]>,
}

impl Hosted {
    /// At the place that this text describes.
    pub(crate) fn new(host: abi::Host, place: &str) -> Result<Self> {
        let mut place: abi::Place = serde_json::from_str(place)?;
        let values = |values: Vec<serde_json::Value>| {
            let values = values.into_iter().map(serde_json::from_value);
            values.collect::<serde_json::Result<Vec<Value>>>()
        };
        let bounds = match place.bounds.take() {
            Some([lower, upper]) => Some([values(lower)?, values(upper)?]),
            None => None,
        };
        Ok(Self {
            host: RwLock::new(Some(host)),
            place,
            bounds,
        })
    }

    /// At no partition: that of a call.
    pub(crate) fn nowhere(host: abi::Host) -> Self {
        Self {
            host: RwLock::new(Some(host)),
            place: abi::Place {
                count: 1,
                ..abi::Place::default()
            },
            bounds: None,
        }
    }

    /// Ends it: the host is not asked again.
    pub(crate) fn leave(&self) {
        *self.host.write().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// Asks the host, as long as there is one.
    fn ask<T>(&self, otherwise: T, body: impl FnOnce(abi::Host) -> T) -> T {
        // Held while the host is asked: `leave` waits for it.
        let host = self.host.read().unwrap_or_else(PoisonError::into_inner);
        host.map_or(otherwise, body)
    }
}

impl Host for Hosted {
    fn check(&self) -> std::result::Result<(), Box<dyn Error + Send + Sync>> {
        // SAFETY: the host is valid until the run or call ends, and `leave` is called before.
        let asked = |host: abi::Host| unsafe { (host.table.is_cancelled())(host.context) };
        if self.ask(true, asked) {
            Err("the run was cancelled".into())
        } else {
            Ok(())
        }
    }

    fn partition(&self) -> (usize, usize) {
        (self.place.number, self.place.count)
    }

    fn boundary(&self, at: usize) -> Option<&[Value]> {
        let [lower, upper] = self.bounds.as_ref()?;
        if at == self.place.number {
            Some(lower)
        } else if at == self.place.number + 1 {
            Some(upper)
        } else {
            None
        }
    }

    fn seed(&self) -> u64 {
        self.place.seed
    }

    fn reserve(&self, bytes: i64) -> bool {
        // SAFETY: as in `check`.
        self.ask(bytes <= 0, |host| unsafe {
            (host.table.reserve())(host.context, bytes)
        })
    }

    fn progress(&self, done: u64, total: u64) {
        // SAFETY: as in `check`.
        self.ask((), |host| unsafe {
            (host.table.progress())(host.context, done, total);
        });
    }
}

/// Logs of this library, on their way to the host.
struct ToHost(abi::Host);

impl log::Log for ToHost {
    fn enabled(&self, _: &log::Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &log::Record<'_>) {
        let level = match record.level() {
            log::Level::Error => abi::level::ERROR,
            log::Level::Warn => abi::level::WARN,
            log::Level::Info => abi::level::INFO,
            log::Level::Debug => abi::level::DEBUG,
            log::Level::Trace => abi::level::TRACE,
        };
        let words = record.args().to_string();
        let (target, words) = (RStr::from_str(record.target()), RStr::from_str(&words));
        // SAFETY: the host that a library is loaded with is valid until the process ends.
        unsafe { (self.0.table.log())(self.0.context, level, target, words) }
    }

    fn flush(&self) {}
}

/// Sends what this library logs to the host. Only for a library that is alone with its copy of `log`; a second call does nothing.
pub(crate) fn take_over_logs(host: abi::Host) {
    static LOGGER: OnceLock<ToHost> = OnceLock::new();
    if log::set_logger(LOGGER.get_or_init(|| ToHost(host))).is_ok() {
        log::set_max_level(log::LevelFilter::Trace);
    }
}

/// A host that never stops anything, refuses nothing and says nothing: what a function is run with in tests.
pub(crate) fn nobody() -> abi::Host {
    unsafe extern "C" fn log(_: *const c_void, _: u32, _: RStr<'_>, _: RStr<'_>) {}
    unsafe extern "C" fn is_cancelled(_: *const c_void) -> bool {
        false
    }
    unsafe extern "C" fn progress(_: *const c_void, _: u64, _: u64) {}
    unsafe extern "C" fn reserve(_: *const c_void, _: i64) -> bool {
        true
    }
    const TABLE: &WithMetadata<abi::HostTable> = &WithMetadata::new(abi::HostTable {
        log,
        is_cancelled,
        progress,
        reserve,
    });
    abi::Host {
        context: std::ptr::null(),
        table: abi::HostTableRef(TABLE.static_as_prefix()),
    }
}
