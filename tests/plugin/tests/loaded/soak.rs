//! A plugin that is called for a long time.

use std::sync::{Arc, Barrier};

use super::{Task, in_child, is_child, loaded, partition_fn, run};

/// Threads that call at once.
const THREADS: usize = 40;
/// Calls of each, one of three of which panics; a variable has more.
const CALLS: usize = 90;
const VARIABLE: &str = "SWATH_SOAK_CALLS";
/// Bytes by which the process may grow meanwhile: what an allocator keeps.
const SLACK: u64 = 16 << 20;

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
    let calls = std::env::var(VARIABLE).map_or(CALLS, |calls| calls.parse().expect("a number"));
    let plugin = loaded();
    let bind = |name, params| partition_fn(&plugin, name, params).expect("columns that do");
    let works = bind("scale", r#"{"column":"x","factor":2}"#);
    let panics = bind("behave", r#"{"how":"panic"}"#);
    // Once all have begun, and once all are done.
    let (begun, done) = (Barrier::new(THREADS + 1), Barrier::new(THREADS + 1));
    let (before, after) = std::thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                let call = |number: usize| {
                    let (bound, expected) = match number % 3 {
                        0 => (&panics, false),
                        _ => (&works, true),
                    };
                    assert_eq!(run(bound, &Arc::<Task>::default()).is_ok(), expected);
                };
                (0..calls / 10).for_each(call);
                begun.wait();
                (calls / 10..calls).for_each(call);
                done.wait();
            });
        }
        begun.wait();
        let before = resident();
        done.wait();
        (before, resident())
    });
    assert!(after < before + SLACK, "from {before} to {after} bytes");
}
