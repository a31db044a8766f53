//! How much memory this process has, as its system counts.
#![expect(
    clippy::disallowed_methods,
    reason = "the system's own account of this process, whose absence is no error"
)]

/// Bytes in memory now; nothing where the system has no `/proc`.
pub fn resident() -> Option<u64> {
    status("VmRSS:")
}

/// The most bytes in memory at one time since the start or the last [`reset_peak`]; nothing where the system has no `/proc`.
pub fn peak() -> Option<u64> {
    status("VmHWM:")
}

/// Starts [`peak`] anew from what is in memory now. Where the system does not allow it, the peak stays that since the start.
pub fn reset_peak() {
    let _ = std::fs::write("/proc/self/clear_refs", "5");
}

fn status(field: &str) -> Option<u64> {
    let text = std::fs::read("/proc/self/status").ok()?;
    kibibytes(&String::from_utf8_lossy(&text), field)
}

/// A line such as `VmRSS:     1234 kB`, in bytes.
fn kibibytes(status: &str, field: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix(field))?;
    let number: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(number * 1024)
}

#[cfg(test)]
mod tests {
    use super::{kibibytes, peak, reset_peak, resident};

    #[test]
    fn fields_are_read_in_bytes() {
        let status = "VmPeak:\t  100 kB\nVmHWM:\t   12 kB\nVmRSS:\t    8 kB\n";
        assert_eq!(kibibytes(status, "VmHWM:"), Some(12 << 10));
        assert_eq!(kibibytes(status, "VmRSS:"), Some(8 << 10));
        assert_eq!(kibibytes(status, "VmNone:"), None);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn the_peak_follows_what_is_in_memory() {
        reset_peak();
        let before = peak().unwrap();
        let rows = vec![1_u8; 64 << 20];
        assert!(peak().unwrap() >= before + (60 << 20));
        assert!(resident().unwrap() > rows.len() as u64);
    }
}
