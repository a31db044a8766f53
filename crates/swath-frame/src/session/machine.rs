//! What the machine, or the control group this process is in, has to give.

use std::num::NonZero;
use std::path::Path;

/// Threads this process may use; knows control groups and affinity.
pub(super) fn threads() -> usize {
    std::thread::available_parallelism().map_or(1, NonZero::get)
}

/// Bytes of memory this process may use: the machine's, or the control group's limit if that is less.
pub(super) fn memory() -> Option<u64> {
    let machine = text("/proc/meminfo").and_then(|info| total_of(&info));
    let group = [
        "/sys/fs/cgroup/memory.max",
        "/sys/fs/cgroup/memory/memory.limit_in_bytes",
    ];
    let group = group
        .iter()
        .filter_map(|file| text(file)?.trim().parse::<u64>().ok())
        .min();
    machine.into_iter().chain(group).min()
}

#[expect(
    clippy::disallowed_methods,
    reason = "kernel files of this process, whose absence is no error"
)]
fn text(file: impl AsRef<Path>) -> Option<String> {
    String::from_utf8(std::fs::read(file).ok()?).ok()
}

/// `MemTotal` of `/proc/meminfo`, which counts in KiB.
fn total_of(info: &str) -> Option<u64> {
    let line = info
        .lines()
        .find_map(|line| line.strip_prefix("MemTotal:"))?;
    let kib: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kib * 1024)
}

#[cfg(test)]
mod tests {
    use super::total_of;

    #[test]
    fn memory_is_read_in_bytes() {
        assert_eq!(
            total_of("MemTotal:       24576 kB\nMemFree: 1 kB\n"),
            Some(24 << 20)
        );
        assert_eq!(total_of("MemFree: 1 kB\n"), None);
    }
}
