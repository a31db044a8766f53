//! How errors read.

use std::{error::Error, panic::Location, sync::Arc};

use swath_graph::{GraphBuilder, Hint, Key, Name, Origin};
use swath_memory::Cancelled;
use swath_scheduler::{
    Backend, Local, RunError, RunOptions, TaskError, TaskErrorKind,
    testing::{self, Call, Number},
};

#[derive(Debug, thiserror::Error)]
#[error("row group 3 cannot be read")]
struct Outer(#[source] std::num::ParseIntError);

fn fail(work: Call) -> RunError {
    let mut graph = GraphBuilder::new();
    let scan = graph.stage_with(
        Name::of("scan", "x"),
        work,
        Hint::default().label("read sales"),
    );
    graph.origin(
        scan,
        Origin {
            file: "src/main.rs".into(),
            line: 7,
            column: 3,
        },
    );
    let sum = graph.stage(Name::of("sum", "x"), Call::sum_and_one());
    let mut last = graph.task(scan, &[]).port(0);
    for _ in 0..3 {
        last = graph.task(sum, &[last]).port(0);
    }
    let local = Local::builder().threads(1).build().expect("it is right");
    local
        .submit(
            Arc::new(graph.build().expect("it is right")),
            &[Key::new(Name::of("sum", "x"), 2)],
            RunOptions::default(),
        )
        .wait()
        .expect_err("it fails")
}

/// The error with everything below it, and what else it says.
fn report(error: &RunError) -> String {
    let mut lines = vec![error.to_string()];
    let mut source = error.source();
    while let Some(cause) = source {
        lines.push(format!("because {cause}"));
        source = cause.source();
    }
    if let RunError::Task {
        chain,
        origin,
        label,
        ..
    } = error
    {
        let chain: Vec<String> = chain.iter().map(|key| format!("{key:#}")).collect();
        lines.push(format!(
            "{label} at {}, for {}",
            origin.as_ref().expect("it is right"),
            chain.join(" < ")
        ));
    }
    lines.join("\n")
}

#[test]
fn an_error_of_a_task() {
    let error = fail(Call::new(|_, _, _| {
        Err(Outer("x".parse::<u64>().unwrap_err()).into())
    }));
    assert!(error.downcast_ref::<Outer>().is_some());
    assert!(error.downcast_ref::<std::num::ParseIntError>().is_some());
    insta::assert_snapshot!(report(&error));
}

#[test]
fn a_message_alone() {
    insta::assert_snapshot!(report(&fail(Call::new(|_, _, _| Err(TaskError::failed(
        "no such column"
    ))))));
}

#[test]
fn a_panic_says_where() {
    let line = Location::caller().line();
    let error = fail(Call::new(|_, _, _| {
        if 1 > 0 {
            panic!("boom {}", 7)
        } else {
            Ok(Number::from(0).into())
        }
    }));
    let Some(TaskErrorKind::Panicked {
        message,
        location: Some(location),
    }) = error.task_error().map(TaskError::kind)
    else {
        panic!("{error:?}")
    };
    assert_eq!(message, "boom 7");
    let here = location.strip_prefix("crates/swath-scheduler/tests/errors.rs:");
    let found: u32 = here
        .and_then(|here| here.split(':').next()?.parse().ok())
        .unwrap();
    assert!(
        (line..line + 6).contains(&found),
        "{location}, not after {line}"
    );
    let text = report(&error).replace(location.as_str(), "HERE");
    insta::assert_snapshot!(text);
}

#[test]
fn without_a_task() {
    let key = Key::new(Name::of("scan", "x"), 4);
    let lost = RunError::Lost {
        key: key.clone(),
        error: TaskError::failed("checksum"),
    };
    let all = [
        RunError::Cancelled,
        RunError::DeadlineExceeded,
        RunError::NotHeld { key },
        lost,
        RunError::Closed,
    ];
    let local = Local::<Call>::builder().threads(1).build().unwrap();
    let (graph, _) = testing::chain(3, Call::index()).unwrap();
    let unknown = local
        .submit(
            graph,
            &[Key::new(testing::name("link"), 9)],
            RunOptions::default(),
        )
        .wait()
        .unwrap_err();
    let text: Vec<String> = all.iter().chain([&unknown]).map(report).collect();
    insta::assert_snapshot!(text.join("\n"));
}

#[test]
fn kinds_are_found_below() {
    #[derive(Debug, thiserror::Error)]
    #[error("while reading")]
    struct Reading(#[source] Box<dyn Error + Send + Sync>);

    assert!(TaskError::from(Cancelled).is_cancelled());
    assert!(TaskError::from(Reading(Cancelled.into())).is_cancelled());
    let over = swath_memory::Budget::new(1)
        .reserve("table")
        .try_grow(2)
        .unwrap_err();
    let error = TaskError::from(Reading(over.clone().into()));
    assert_eq!(error.over_budget(), Some(&over));
    assert_eq!(
        TaskError::from(Reading("x".into())).kind(),
        &TaskErrorKind::Failed {
            message: "while reading".to_owned()
        }
    );
    // A run inside a task that was cancelled from outside is a failure of the task, not its cancellation.
    assert!(!TaskError::from(RunError::Cancelled).is_cancelled());
}
