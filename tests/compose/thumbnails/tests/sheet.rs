//! The engine works: right answers, errors with their cause, results that stay, memory that comes back.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use swath_graph::{GraphBuilder, Key, Name};
use swath_scheduler::{Backend, Event, Inline, Local, RunError, RunOptions};
use thumbnails::{Image, ImageError, Step, contact_sheet};

/// Writes so many images into a folder of the test's own.
fn files(test: &str, n: usize) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(test);
    std::fs::create_dir_all(&folder).unwrap();
    (0..n)
        .map(|i| {
            let path = folder.join(format!("{i}.pgm"));
            image(i).save(&path).unwrap();
            path
        })
        .collect()
}

/// An image of a size and content of its own.
fn image(i: usize) -> Image {
    let (width, height) = (64 + i, 48 + 2 * i);
    Image::new(
        width,
        (0..width * height)
            .map(|at| (at * (i + 3) % 251) as u8)
            .collect::<Vec<_>>(),
    )
}

fn sheet_of(n: usize) -> Image {
    let thumbs: Vec<Image> = (0..n).map(|i| image(i).thumbnail(16)).collect();
    Image::side_by_side(&thumbs)
}

#[test]
fn the_sheet_is_what_plain_code_makes() {
    let files = files("plain", 20);
    let local = Local::<Step>::builder()
        .threads(3)
        .memory_limit(1 << 20)
        .build()
        .unwrap();
    let (graph, sheet) = contact_sheet(files.clone(), 16).unwrap();
    let held = local
        .submit(Arc::new(graph), &[sheet], RunOptions::default())
        .wait()
        .unwrap();
    assert_eq!(*local.fetch(&held[0]).unwrap(), sheet_of(20));
    assert!(local.budget().used() >= held[0].bytes());
    drop(held);
    assert_eq!(local.budget().used(), 0, "what is not held is not kept");
}

#[test]
fn every_order_of_tasks_gives_the_same_sheet() {
    let files = files("orders", 6);
    for seed in 0..20 {
        let local = Local::<Step>::builder()
            .executor(Inline::new(seed))
            .build()
            .unwrap();
        let (graph, sheet) = contact_sheet(files.clone(), 16).unwrap();
        let held = local
            .submit(Arc::new(graph), &[sheet], RunOptions::default())
            .wait()
            .unwrap();
        assert_eq!(*local.fetch(&held[0]).unwrap(), sheet_of(6), "seed {seed}");
    }
}

#[test]
fn an_error_names_its_task_and_keeps_its_cause() {
    let mut files = files("broken", 3);
    std::fs::write(&files[1], "not an image").unwrap();
    let local = Local::<Step>::builder().threads(2).build().unwrap();
    let run = |files: &[PathBuf]| {
        let (graph, sheet) = contact_sheet(files.to_vec(), 16).unwrap();
        local
            .submit(Arc::new(graph), &[sheet.clone()], RunOptions::default())
            .wait()
            .map(|_| sheet)
    };

    let error = run(&files).unwrap_err();
    let RunError::Task { key, chain, .. } = &error else {
        panic!("{error}")
    };
    assert_eq!((key.name.kind(), key.index), ("load", 1));
    assert_eq!(
        chain.iter().map(|key| key.name.kind()).collect::<Vec<_>>(),
        ["load", "thumb", "montage"]
    );
    assert!(matches!(error.downcast_ref(), Some(ImageError::Format { path }) if *path == files[1]));

    files[1].set_file_name("missing.pgm");
    let error = run(&files).unwrap_err();
    assert!(
        matches!(error.downcast_ref(), Some(ImageError::File { path, .. }) if *path == files[1])
    );

    files.remove(1);
    run(&files).expect("the backend goes on working");
}

#[test]
fn a_second_graph_reads_what_the_first_left_and_what_was_handed_in() {
    let computed = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&computed);
    let local = Local::<Step>::builder()
        .threads(2)
        .observer(move |event: &Event| {
            if matches!(event, Event::TaskFinished { .. }) {
                count.fetch_add(1, Ordering::Relaxed);
            }
        })
        .build()
        .unwrap();
    let (graph, sheet) = contact_sheet(files("again", 4), 16).unwrap();
    let held = local
        .submit(Arc::new(graph), &[sheet], RunOptions::default())
        .wait()
        .unwrap();
    let logo = local
        .hold(Key::new(Name::of("logo", "v1"), 0), image(0))
        .unwrap();
    assert_eq!(computed.load(Ordering::Relaxed), 4 + 4 + 1);

    let mut again = GraphBuilder::new();
    let parts = [
        again.held(held[0].key().clone()).dep(),
        again.held(logo.key().clone()).dep(),
    ];
    let name = Name::of("with-logo", &(held[0].key(), logo.key()));
    let stage = again.stage(name.clone(), Step::Montage);
    again.task(stage, &parts);
    let both = local.submit(
        Arc::new(again.build().unwrap()),
        &[Key::new(name, 0)],
        RunOptions::default(),
    );
    let both = both.wait().unwrap();
    assert_eq!(
        *local.fetch(&both[0]).unwrap(),
        Image::side_by_side([&sheet_of(4), &image(0)])
    );
    assert_eq!(
        computed.load(Ordering::Relaxed),
        4 + 4 + 1 + 1,
        "nothing was computed again"
    );
}

#[test]
fn the_plan_can_be_drawn() {
    let (graph, _) = contact_sheet(vec!["a.pgm".into(), "b.pgm".into()], 16).unwrap();
    assert_eq!(graph.mermaid().to_string().matches("-->").count(), 4);
}
