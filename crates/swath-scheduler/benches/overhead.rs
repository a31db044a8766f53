//! What does the scheduler itself cost for each task, from `submit` to the result, when the task does nothing?
//!
//! `cargo bench -p swath-scheduler` prints nanoseconds a task (best of several runs) for five graphs, or those
//! whose name contains an argument. The time includes
//! laying the graph out and its static order; building the graph is not included.

#![expect(clippy::print_stdout, reason = "a benchmark prints its table")]

use std::{sync::Arc, time::Instant};

use swath_graph::{Graph, Key};
use swath_scheduler::{
    At, Backend, Footprint, Inputs, Local, Outputs, RunOptions, TaskContext, TaskError, Work,
    testing,
};

/// Work that does nothing.
#[derive(Clone)]
struct Nothing;

/// A result of eight bytes, which are charged.
struct Small;

impl Footprint for Small {
    fn bytes(&self) -> u64 {
        8
    }
}

impl Work for Nothing {
    type Value = Small;
    type Env = ();

    fn run(
        &self,
        _: At<'_>,
        _: &dyn Inputs<Small>,
        (): &(),
        _: &TaskContext<'_>,
    ) -> Result<Outputs<Small>, TaskError> {
        Ok(Small.into())
    }
}

type Case = (Arc<Graph<Nothing>>, Vec<Key>);

fn nanos_a_task(
    local: &Local<Nothing>,
    (graph, wanted): &Case,
    rounds: usize,
) -> Result<f64, swath_scheduler::RunError> {
    let mut best = f64::INFINITY;
    for _ in 0..rounds {
        let begin = Instant::now();
        let held = local
            .submit(Arc::clone(graph), wanted, RunOptions::default())
            .wait()?;
        best = best.min(begin.elapsed().as_nanos() as f64 / graph.len() as f64);
        drop(held);
    }
    Ok(best)
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let n = if std::env::args().any(|arg| arg == "--test") {
        1_000
    } else {
        100_000
    };
    let rounds = if n > 1_000 { 7 } else { 1 };
    let cases: [(&str, Case); 5] = [
        ("independent", testing::independent(n, Nothing, Nothing)?),
        ("chain", testing::chain(n, Nothing)?),
        ("tree", testing::tree(n / 2, Nothing, Nothing)?),
        ("dense 64x64", testing::dense(n / 64, 64, &Nothing)?),
        ("a million", testing::tree(n * 5, Nothing, Nothing)?),
    ];
    let only = std::env::args().skip(1).find(|arg| !arg.starts_with("--"));
    println!("nanoseconds a task      tasks  1 thread  2 threads");
    let chosen = cases.iter().filter(|(shape, _)| {
        only.as_ref()
            .is_none_or(|only| shape.contains(only.as_str()))
    });
    for (shape, case) in chosen {
        print!("{shape:<20} {:>8}", case.0.len());
        for threads in [1, 2] {
            let local = Local::builder()
                .threads(threads)
                .memory_limit(1 << 30)
                .build()?;
            print!("  {:>8.0}", nanos_a_task(&local, case, rounds)?);
        }
        println!();
    }
    Ok(())
}
