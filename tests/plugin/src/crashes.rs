//! Ways to end a process that no language catches.

#![expect(unsafe_code, reason = "functions that crash are what is tried")]

use std::hint::black_box;

/// Crashes in the way of this name; of another name not at all. `once: PATH: segv` crashes if nothing is at the path yet, and puts
/// something there.
pub(crate) fn crash(how: &str) {
    if let Some((path, how)) = how
        .strip_prefix("once: ")
        .and_then(|how| how.split_once(": "))
    {
        let first = std::fs::OpenOptions::new()
            .write(true)
            .create_new(true)
            .open(path);
        if first.is_ok() {
            crash(how);
        }
        return;
    }
    match how {
        "segv" => {
            let nowhere = std::ptr::without_provenance_mut::<u8>(8);
            // SAFETY: there is none: nothing is there.
            unsafe { nowhere.write_volatile(1) }
        }
        "abort" => std::process::abort(),
        "overflow" => {
            black_box(deeper(black_box(1)));
        }
        "kill" => kill_this(),
        "fork" => {
            fork_one();
            crash("segv");
        }
        _ => {}
    }
}

fn deeper(at: u64) -> u64 {
    let room = black_box([at; 1024]);
    if at == 0 {
        return room[0];
    }
    deeper(at + 1) + room[1]
}

unsafe extern "C" {
    fn fork() -> i32;
    fn raise(signal: i32) -> i32;
}

/// Leaves a copy of this process behind, which holds all that this one has open.
fn fork_one() {
    // SAFETY: the copy does nothing but sleep, and ends without a look back.
    if unsafe { fork() } == 0 {
        std::thread::sleep(std::time::Duration::from_secs(100));
        std::process::abort();
    }
}

/// As the system kills a process that takes too much memory.
fn kill_this() {
    // SAFETY: it ends the process.
    let _ = unsafe { raise(9) };
}
