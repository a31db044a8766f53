//! A plugin that is called for a long time.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Barrier};

use super::{Task, in_child, is_child, loaded, partition_fn, run};

/// Threads that call at once.
const THREADS: usize = 80;
/// Calls of each, one of three of which panics.
const CALLS: usize = 1_500;
/// Bytes by which the process may grow in the second half of all calls: what an allocator keeps. A leak of a hundred bytes a call is
/// more.
const SLACK: u64 = 4 << 20;
const _: () = assert!((THREADS * CALLS / 2 * 100) as u64 > SLACK);

/// Bytes of this process that are in memory.
fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("there is one");
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let number = line.and_then(|line| line.split_whitespace().next());
    let kilobytes: u64 = number.expect("a number").parse().expect("a number");
    kilobytes << 10
}

/// Neither answers nor panics leave anything behind.
#[test]
fn memory_does_not_grow_with_calls() {
    if !is_child() {
        return in_child("soak::memory_does_not_grow_with_calls");
    }
    let plugin = loaded();
    let bind = |name, params| partition_fn(&plugin, name, params).expect("columns that do");
    let works = bind("scale", r#"{"column":"x","factor":2}"#);
    let panics = bind("behave", r#"{"how":"panic"}"#);
    // Once half of it is over, and once all are done.
    let (half, done) = (Barrier::new(THREADS + 1), Barrier::new(THREADS + 1));
    let wrong = AtomicUsize::new(0);
    let (before, after) = std::thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                let call = |number: usize| {
                    let (bound, expected) = match number % 3 {
                        0 => (&panics, false),
                        _ => (&works, true),
                    };
                    // One that ended here would be waited for by all others.
                    let is_right = run(bound, &Arc::<Task>::default()).is_ok() == expected;
                    wrong.fetch_add(usize::from(!is_right), Ordering::Relaxed);
                };
                (0..CALLS / 2).for_each(call);
                half.wait();
                (CALLS / 2..CALLS).for_each(call);
                done.wait();
            });
        }
        half.wait();
        let before = resident();
        done.wait();
        (before, resident())
    });
    assert_eq!(wrong.into_inner(), 0);
    assert!(after < before + SLACK, "from {before} to {after} bytes");
}
