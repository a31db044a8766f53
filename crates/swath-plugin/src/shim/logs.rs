//! What a library logs goes to its host.

use std::sync::OnceLock;

use swath_plugin_abi as abi;
use swath_plugin_abi::abi_stable::std_types::RStr;

fn number(level: log::Level) -> u32 {
    match level {
        log::Level::Error => abi::level::ERROR,
        log::Level::Warn => abi::level::WARN,
        log::Level::Info => abi::level::INFO,
        log::Level::Debug => abi::level::DEBUG,
        log::Level::Trace => abi::level::TRACE,
    }
}

/// Logs of this library, on their way to the host.
struct ToHost(abi::Host);

impl log::Log for ToHost {
    fn enabled(&self, of: &log::Metadata<'_>) -> bool {
        // SAFETY: the host that a library is loaded with is valid until the process ends.
        number(of.level()) <= unsafe { (self.0.table.max_level())(self.0.context) }
    }

    fn log(&self, record: &log::Record<'_>) {
        // Nobody asks before: words that nobody listens to are not even put together.
        if !self.enabled(record.metadata()) {
            return;
        }
        let level = number(record.level());
        let words = record.args().to_string();
        let (target, words) = (RStr::from_str(record.target()), RStr::from_str(&words));
        // SAFETY: as in `enabled`.
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
