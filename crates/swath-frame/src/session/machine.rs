//! What the machine, or the control group this process is in, has to give.

use std::num::NonZero;
use std::path::Path;

/// Threads this process may use; knows control groups and affinity.
pub(super) fn threads() -> usize {
    std::thread::available_parallelism().map_or(1, NonZero::get)
}

/// Bytes of memory this process may use: the machine's, or the least limit of the control groups it is in.
pub(super) fn memory() -> Option<u64> {
    let machine = text("/proc/meminfo").and_then(|info| total_of(&info));
    let groups = text("/proc/self/cgroup").unwrap_or_default();
    let groups = limits_of(&groups, Path::new("/sys/fs/cgroup"));
    machine.into_iter().chain(groups).min()
}

/// The memory limits of the control groups that `/proc/self/cgroup` names, and of those above them.
///
/// A container may see its own group as the root; what is named and not there has no limit.
fn limits_of(groups: &str, root: &Path) -> Vec<u64> {
    let mut files = Vec::new();
    for line in groups.lines() {
        let mut parts = line.splitn(3, ':').skip(1);
        let (Some(controllers), Some(path)) = (parts.next(), parts.next()) else {
            continue;
        };
        let (mount, file) = if controllers.is_empty() {
            (root.to_owned(), "memory.max")
        } else if controllers.split(',').any(|name| name == "memory") {
            (root.join("memory"), "memory.limit_in_bytes")
        } else {
            continue;
        };
        let path = Path::new(path.trim_start_matches('/'));
        files.extend(path.ancestors().map(|group| mount.join(group).join(file)));
    }
    files
        .into_iter()
        .filter_map(|file| text(file)?.trim().parse().ok())
        .collect()
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
    use std::fs;

    use super::{limits_of, total_of};

    #[test]
    fn memory_is_read_in_bytes() {
        assert_eq!(
            total_of("MemTotal:       24576 kB\nMemFree: 1 kB\n"),
            Some(24 << 20)
        );
        assert_eq!(total_of("MemFree: 1 kB\n"), None);
    }
    #[test]
    #[expect(clippy::disallowed_methods, reason = "a test makes the kernel's files")]
    fn limits_of_all_groups_above_count() {
        let root = tempfile::tempdir().unwrap();
        let files = [
            ("memory.max", "max\n"),
            ("user/memory.max", "3000\n"),
            ("user/job/memory.max", "max\n"),
            ("memory/memory.limit_in_bytes", "9223372036854771712\n"),
            ("memory/box/memory.limit_in_bytes", "2000\n"),
            ("other/memory.max", "1\n"),
        ];
        for (file, limit) in files {
            let file = root.path().join(file);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(file, limit).unwrap();
        }
        let cases: [(&str, &[u64]); 5] = [
            ("0::/user/job\n", &[3000]),
            ("0::/\n", &[]),
            ("0::/gone/job\n", &[]),
            (
                "4:cpu,memory:/box\n3:cpu:/other\n",
                &[2000, 9_223_372_036_854_771_712],
            ),
            ("no line of a group\n", &[]),
        ];
        for (groups, expected) in cases {
            assert_eq!(limits_of(groups, root.path()), expected, "{groups}");
        }
    }
}
