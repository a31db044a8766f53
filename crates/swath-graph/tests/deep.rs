//! Nothing recurses: a chain of 100,000 tasks goes through everything on a stack of 64 KiB.

use swath_graph::{
    DecodeError, Decoder, Encoder, Graph, GraphBuilder, Key, KeyedTask, Name, StageId, TaskId,
    cull, decode_graph, encode_graph, fuse, order,
};

const LINKS: u32 = 100_000;
const STACK: usize = 64 << 10;

fn chain() -> (Graph<u32>, TaskId) {
    let mut builder = GraphBuilder::new();
    let stage = builder.stage(Name::of("link", "x"), 0);
    let mut last = builder.task(stage, &[]);
    for _ in 1..LINKS {
        last = builder.task(stage, &[last.port(0)]);
    }
    (builder.build().expect("one stage"), last)
}

fn everything() {
    let (graph, last) = chain();
    assert_eq!(graph.len(), LINKS as usize);
    assert_eq!(
        graph.consumers().of_task(TaskId::from_index(0)),
        [TaskId::from_index(1)]
    );
    assert!(order(&graph, &[last]).into_iter().eq(0..LINKS));

    let key = graph.task(last).key();
    assert_eq!(
        cull(&graph, std::slice::from_ref(&key))
            .expect("a chain is a graph")
            .len(),
        graph.len()
    );
    assert_eq!(
        fuse(&graph, &[], |_, _| None)
            .expect("a chain is a graph")
            .len(),
        graph.len()
    );
    assert_eq!(
        graph
            .dot()
            .limit(usize::MAX)
            .to_string()
            .matches("->")
            .count(),
        graph.len() - 1
    );
    assert!(graph.mermaid().to_string().contains("99999"));

    let mut encoder = Encoder::new();
    encode_graph(&graph, &mut encoder, |_, encoder| {
        encoder.object("unit", 1, |_| {});
    });
    let bytes = encoder.into_bytes().expect("a chain is a graph");
    let decoded = decode_graph(&Decoder::new(&bytes), |_| Ok::<u32, DecodeError>(0))
        .expect("a chain is a graph");
    assert_eq!(decoded.find(&key), Some(last));

    // From its end to its beginning, so that every task comes before what it reads.
    let name = Name::of("link", "x");
    let backwards = (0..LINKS).rev().map(|index| KeyedTask {
        stage: StageId::from_index(0),
        index,
        deps: index
            .checked_sub(1)
            .map(|before| Key::new(name.clone(), before).into())
            .into_iter()
            .collect(),
    });
    let imported =
        Graph::from_keys(graph.stages().to_vec(), backwards, []).expect("a chain is a graph");
    assert_eq!(imported.find(&key), Some(last));
    drop((graph, decoded, imported));
}

#[test]
fn a_long_chain_needs_no_stack() {
    let thread = std::thread::Builder::new()
        .stack_size(STACK)
        .spawn(everything)
        .unwrap();
    thread.join().unwrap();
}

/// The same computation has the same name in every process: this test runs itself in another one and compares.
#[test]
fn names_are_the_same_in_another_process() {
    const CHILD: &str = "SWATH_GRAPH_TEST_CHILD";
    let name = Name::of(
        "sum",
        &(
            Name::of("load", "a.csv"),
            ["amount", "price"],
            1.5,
            Some(-3),
            std::path::Path::new("/x"),
        ),
    );
    if std::env::var_os(CHILD).is_some() {
        println!("name={name} unique={}", Name::unique("f"));
        return;
    }
    let texts: Vec<String> = (0..2)
        .map(|_| {
            let output = std::process::Command::new(std::env::current_exe().unwrap())
                .args([
                    "--exact",
                    "names_are_the_same_in_another_process",
                    "--nocapture",
                ])
                .env(CHILD, "1")
                .output()
                .unwrap();
            String::from_utf8(output.stdout).unwrap()
        })
        .collect();
    let find = |text: &str, field: &str| -> Name {
        let rest = text
            .split_once(&format!("{field}="))
            .unwrap_or_else(|| panic!("no {field} in {text}"))
            .1;
        rest.split_whitespace().next().unwrap().parse().unwrap()
    };
    assert_eq!(find(&texts[0], "name"), name);
    assert_eq!(find(&texts[1], "name"), name);
    assert_ne!(find(&texts[0], "unique"), find(&texts[1], "unique"));
}
