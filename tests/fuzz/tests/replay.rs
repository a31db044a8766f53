//! The corpus, and what chance makes of it: no panic, no hang, no memory beyond the limit.
//!
//! An allocator that counts stands in this file, which therefore has one test.

#![expect(
    clippy::disallowed_methods,
    reason = "the corpus is no file of swath's formats"
)]

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::time::{Duration, Instant};

use peak_alloc::PeakAlloc;
use rand::rngs::SmallRng;
use rand::{Rng, SeedableRng};
use swath_fuzz::{TARGETS, Target};

#[global_allocator]
static ALLOCATOR: PeakAlloc = PeakAlloc;

/// Bytes that a target may have allocated at a time: what its session may use and the scratch of its thread, twice, since what it hands
/// over stands beside it for a moment.
const LIMIT: usize = 160 << 20;
/// How long a target may take, on a busy machine too.
const LONG: Duration = Duration::from_secs(10);
/// Inputs made by chance of each target; `SWATH_FUZZ_CASES` says more.
const CASES: usize = 100;

/// Inputs of a target, by name.
fn inputs(target: &Target) -> Vec<(String, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("corpus")
        .join(target.name);
    let mut inputs: Vec<(String, Vec<u8>)> = std::fs::read_dir(&folder)
        .into_iter()
        .flatten()
        .map(|entry| {
            let path = entry.expect("an entry").path();
            let name = path
                .file_name()
                .unwrap_or_default()
                .to_string_lossy()
                .into_owned();
            (name, std::fs::read(&path).expect("a file of the corpus"))
        })
        .collect();
    inputs.sort();
    let seeds = (target.seeds)().into_iter().enumerate();
    inputs.extend(seeds.map(|(at, bytes)| (format!("seed {at}"), bytes)));
    inputs
}

/// The bytes with a few changes that break formats.
fn mutated(bytes: &[u8], other: &[u8], random: &mut SmallRng) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    for _ in 0..random.random_range(1..=4) {
        if bytes.is_empty() {
            return bytes;
        }
        let at = random.random_range(0..bytes.len());
        match random.random_range(0..8) {
            0 => bytes[at] ^= 1 << random.random_range(0..8),
            1 => bytes[at] = [0, 1, 0x7f, 0x80, 0xff][random.random_range(0..5)],
            2 => bytes.truncate(at),
            3 => bytes.insert(at, random.random()),
            4 => {
                let end = (at + random.random_range(1..=8)).min(bytes.len());
                bytes.drain(at..end);
            }
            // Lengths and counts at their ends.
            5 => {
                let numbers = [0_u32, 0x7fff_ffff, 0x8000_0000, u32::MAX, 1 << 24];
                let number = numbers[random.random_range(0..numbers.len())];
                let number = if random.random() {
                    number.to_le_bytes()
                } else {
                    number.to_be_bytes()
                };
                for (to, from) in bytes[at..].iter_mut().zip(number) {
                    *to = from;
                }
            }
            6 => {
                let end = (at + random.random_range(1..=32)).min(bytes.len());
                let again = bytes[at..end].to_vec();
                bytes.splice(at..at, again);
            }
            _ if !other.is_empty() => {
                let from = random.random_range(0..other.len());
                let end = (from + random.random_range(1..=32)).min(other.len());
                bytes.splice(at..at, other[from..end].iter().copied());
            }
            _ => {}
        }
    }
    bytes
}

/// Runs one input; what was wrong with it, if anything.
fn run(target: &Target, bytes: &[u8]) -> Option<String> {
    let before = ALLOCATOR.current_usage();
    ALLOCATOR.reset_peak_usage();
    let start = Instant::now();
    let outcome = catch_unwind(AssertUnwindSafe(|| (target.run)(bytes)));
    let (took, peak) = (
        start.elapsed(),
        ALLOCATOR.peak_usage().saturating_sub(before),
    );
    if let Err(panic) = outcome {
        let text = panic.downcast_ref::<String>().cloned();
        let text = text.or_else(|| panic.downcast_ref::<&str>().map(|&text| text.to_owned()));
        return Some(format!("panicked: {}", text.unwrap_or_default()));
    }
    if took > LONG {
        return Some(format!("took {took:?}"));
    }
    (peak > LIMIT).then(|| format!("allocated {} MiB", peak >> 20))
}

#[test]
fn whatever_the_bytes_are_there_is_an_answer() {
    let cases = std::env::var("SWATH_FUZZ_CASES").ok();
    let cases = cases.and_then(|cases| cases.parse().ok()).unwrap_or(CASES);
    let mut failed = Vec::new();
    for target in TARGETS {
        let inputs = inputs(target);
        assert!(
            !inputs.is_empty(),
            "{} has nothing to begin from",
            target.name
        );
        for (name, bytes) in &inputs {
            if let Some(problem) = run(target, bytes) {
                failed.push(format!("{}: {name}: {problem}", target.name));
            }
        }
        for case in 0..cases {
            let mut random = SmallRng::seed_from_u64(case as u64);
            let (name, bytes) = &inputs[random.random_range(0..inputs.len())];
            let (_, other) = &inputs[random.random_range(0..inputs.len())];
            let bytes = mutated(bytes, other, &mut random);
            if let Some(problem) = run(target, &bytes) {
                failed.push(format!(
                    "{}: {name}, case {case}: {problem}\n  {bytes:02x?}",
                    target.name
                ));
            }
        }
    }
    assert!(
        failed.is_empty(),
        "{} failed:\n{}",
        failed.len(),
        failed.join("\n")
    );
}
