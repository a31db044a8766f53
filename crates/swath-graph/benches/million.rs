//! Does a graph of a million tasks build, order, cull, find and travel in well under a second each?

use std::hint::black_box;
use std::time::Instant;
use swath_graph::{
    DecodeError, Decoder, Dep, Encoder, Graph, GraphBuilder, Key, Name, TaskId, cull, decode_graph,
    encode_graph, order,
};

/// Builds a graph of so many tasks, and says which results are wanted of it.
type Build = fn(usize) -> (Graph<u32>, Vec<TaskId>);

/// Builds loads, maps of them, and a reduction by pairs: 1.5 million dependencies for a million tasks.
fn map_reduce(tasks: usize) -> (Graph<u32>, Vec<TaskId>) {
    let leaves = tasks / 3;
    let mut builder = GraphBuilder::with_capacity(tasks, tasks * 2);
    let stages = ["load", "map", "sum"].map(|kind| builder.stage(Name::of(kind, "x"), 0));
    let mut level: Vec<TaskId> = (0..leaves)
        .map(|_| {
            let load = builder.task(stages[0], &[]);
            builder.task(stages[1], &[load.port(0)])
        })
        .collect();
    while level.len() > 1 {
        level = level
            .chunks(2)
            .map(|pair| match pair {
                [a, b] => builder.task(stages[2], &[a.port(0), b.port(0)]),
                alone => alone[0],
            })
            .collect();
    }
    (builder.build().expect("keys differ"), level)
}

/// Builds stages of 1000 tasks in which every task reads ten of the stage before.
fn stencil(tasks: usize) -> (Graph<u32>, Vec<TaskId>) {
    let mut builder = GraphBuilder::with_capacity(tasks, tasks * 10);
    let mut level: Vec<TaskId> = Vec::new();
    for number in 0..tasks / 1000 {
        let stage = builder.stage(Name::of("step", &number), 0);
        let before = std::mem::take(&mut level);
        level = (0..1000)
            .map(|i| {
                let deps: Vec<Dep> = (0..10)
                    .filter_map(|near| before.get((i + near) % 1000))
                    .map(|id| id.port(0))
                    .collect();
                builder.task(stage, &deps)
            })
            .collect();
    }
    (builder.build().expect("keys differ"), level)
}

/// Builds one chain.
fn chain(tasks: usize) -> (Graph<u32>, Vec<TaskId>) {
    let mut builder = GraphBuilder::with_capacity(tasks, tasks);
    let stage = builder.stage(Name::of("link", "x"), 0);
    let mut last = builder.task(stage, &[]);
    for _ in 1..tasks {
        last = builder.task(stage, &[last.port(0)]);
    }
    (builder.build().expect("keys differ"), vec![last])
}

#[expect(
    clippy::print_stdout,
    reason = "a benchmark's answer is what it prints"
)]
fn time<T>(what: &str, run: impl FnOnce() -> T) -> T {
    let start = Instant::now();
    let answer = black_box(run());
    println!(
        "  {what:<10} {:>8.1} ms",
        start.elapsed().as_secs_f64() * 1e3
    );
    answer
}

#[expect(
    clippy::print_stdout,
    reason = "a benchmark's answer is what it prints"
)]
fn main() {
    const TASKS: usize = 1_000_000;
    let shapes: [(&str, Build); 3] = [
        ("map-reduce", map_reduce),
        ("stencil", stencil),
        ("chain", chain),
    ];
    for (shape, build) in shapes {
        println!("{shape}");
        let (graph, wanted) = time("build", || build(TASKS));
        println!("  {} tasks, {} dependencies", graph.len(), graph.n_deps());
        time("consumers", || graph.consumers().of_task(wanted[0]).len());
        time("order", || order(&graph, &wanted));
        let keys: Vec<Key> = wanted.iter().map(|id| graph.task(*id).key()).collect();
        time("cull", || {
            cull(&graph, &keys).expect("keys are of the graph")
        });
        time("find all", || {
            graph
                .tasks()
                .filter(|task| graph.find(&task.key()) == Some(task.id()))
                .count()
        });
        let bytes = time("encode", || {
            let mut encoder = Encoder::new();
            encode_graph(&graph, &mut encoder, |_, encoder| {
                encoder.object("unit", 1, |_| {});
            });
            encoder.into_bytes().expect("works encode")
        });
        println!("  {:.1} MB", bytes.len() as f64 / 1e6);
        time("decode", || {
            decode_graph(&Decoder::new(&bytes), |_| Ok::<u32, DecodeError>(0))
                .expect("just encoded")
                .len()
        });
        time("drop", || drop(graph));
    }
}
