//! The same answers, and the same mistakes, as in this process.

use super::*;

#[test]
fn every_type_comes_back() {
    let (plugin, _folder) = apart();
    let behave = plugin.function("behave").expect("it is in the list");
    matrix::comes_back(behave, r#"{"how":"nothing"}"#);
}

#[test]
fn partitions_come_back_as_they_do_in_this_process() {
    let Both {
        here,
        apart,
        folder,
    } = both();
    assert!(apart.is_isolated() && !here.is_isolated());
    let long = vec!["a text that is longer than a view has room for"; 500];
    let texts = Batch::from_columns([("s", long)]).expect("a column");
    let texts = texts
        .with("n", (0..500_i64).collect::<Vec<_>>())
        .expect("a column");
    for part in [
        part(),
        part().head(1),
        part().slice(1, 1),
        part().head(0),
        texts.clone(),
        texts.slice(100, 50),
        texts.slice(499, 1),
    ] {
        let params = r#"{"how":"nothing"}"#;
        let parts = [part.clone()];
        let [expected, found] = [&here, &apart].map(|plugin| {
            let bound = partition_fn(plugin, "behave", params, part.meta()).expect("any columns");
            run(&bound, &Arc::default(), &parts).expect("an answer")
        });
        assert_eq!(found, expected, "{part}");
    }
    // Columns that it does not read pass by, in chunks, also where there are none.
    let chunks = [part(), part().slice(1, 2), part().head(0)];
    for chunks in [&chunks[..], &[]] {
        let [expected, found] = [&here, &apart].map(|plugin| {
            let params = r#"{"column":"x","factor":2}"#;
            let bound = partition_fn(plugin, "scale", params, part().meta()).expect("columns");
            run(&bound, &Arc::default(), chunks).expect("an answer")
        });
        assert_eq!(found, expected);
    }
    let [expected, found] =
        [&here, &apart].map(|plugin| behave(plugin, "place", &Arc::default()).expect("an answer"));
    assert_eq!(found, expected);
    assert!(!folder.path().join("crashes").exists());
}

#[test]
fn scalars_aggregates_and_partitioners_answer_the_same() {
    let Both {
        here,
        apart,
        folder: _folder,
    } = both();
    let numbers: ArrayRef = Arc::new(Float64Array::from(vec![Some(1.0), None, Some(-0.5)]));
    for rows in [0..3, 1..3, 0..0] {
        let column = numbers.slice(rows.start, rows.len());
        let [expected, found] = [&here, &apart].map(|plugin| {
            let column = Arc::clone(&column);
            scalar(plugin)
                .call(&[column], rows.len(), None)
                .expect("an answer")
        });
        assert_eq!(&found, &expected);
    }
    let [expected, found] = [&here, &apart].map(|plugin| {
        let bound = sum(plugin, "{}");
        let mut first = bound.open(None).expect("states");
        let rows = [Arc::clone(&numbers)];
        first.update(&rows, &[0, 1, 0], 2).expect("rows");
        assert!(first.size() >= 16);
        let mut all = bound.open(Some(Arc::<Task>::default())).expect("states");
        all.merge(&first.state().expect("states"), &[1, 0], 2)
            .expect("states");
        all.update(&rows, &[2, 2, 2], 3).expect("rows");
        all.update(&[numbers.slice(0, 0)], &[], 5).expect("no rows");
        all.finish().expect("results")
    });
    assert_eq!(&found, &expected);
    let keys = Meta::of([("k", "int64")]).expect("a meta");
    let whole: ArrayRef = Arc::new(Int64Array::from(vec![0, 6, -1]));
    let [expected, found] = [&here, &apart].map(|plugin| {
        let function = plugin.function("in_turn").expect("it is in the list");
        let bound = function
            .bind_partitioner(r#"{"from":1}"#, &keys, 4)
            .expect("keys");
        bound
            .call(&[Arc::clone(&whole)], 3, None)
            .expect("an answer")
    });
    assert_eq!(found, expected);
}

#[test]
fn sources_have_the_same_rows() {
    let Both {
        here,
        apart,
        folder: _folder,
    } = both();
    let [expected, found] = [&here, &apart].map(|plugin| {
        let function = plugin.function("numbers").expect("it is in the list");
        let bound = Arc::new(function.bind_source(r#"{"parts":3}"#).expect("parameters"));
        let listing = bound.list(None).expect("a list");
        let mut rows = vec![listing.bounds.expect("they are known")];
        for columns in [&["n", "half", "name"][..], &["name"]] {
            let wanted = Wanted {
                columns: columns.iter().map(ToString::to_string).collect(),
                ..Wanted::default()
            };
            for (at, part) in listing.parts.iter().enumerate() {
                let task = Arc::new(Third(at));
                let mut run = bound.read(part, &wanted, task).expect("a run");
                while let Some(batch) = run.next_batch().expect("rows") {
                    rows.push(batch);
                }
            }
        }
        (listing.parts, rows)
    });
    assert_eq!(found, expected);
    assert!(found.1.len() > 6);
}

#[test]
fn sinks_write_the_same() {
    let Both {
        here,
        apart,
        folder,
    } = both();
    let part = Batch::from_columns([("z", vec![1_i64, 2, 3])]).expect("a column");
    let [expected, found] = [(&here, "here"), (&apart, "apart")].map(|(plugin, name)| {
        let to = folder.path().join(name);
        let params = format!(r#"{{"folder":"{}"}}"#, to.display());
        let function = plugin.function("table").expect("it is in the list");
        let bound = Arc::new(function.bind_sink(&params, part.meta()).expect("columns"));
        let receipts: Vec<String> = (0..3)
            .map(|at| {
                let mut run = bound
                    .open("w", &at.to_string(), Arc::new(Third(at)))
                    .expect("a run");
                run.push(&part.slice(at, 1)).expect("rows");
                run.push(&part.head(at)).expect("rows");
                run.finish().expect("a receipt")
            })
            .collect();
        bound.commit("w", &receipts, None).expect("it is seen");
        // Of a write that is given up nothing is left.
        let mut run = bound.open("x", "0", Arc::new(Third(0))).expect("a run");
        run.push(&part).expect("rows");
        drop(run);
        bound.abort("x").expect("it is cleared away");
        let mut files: Vec<(String, String)> = std::fs::read_dir(&to)
            .expect("a folder")
            .map(|file| {
                let path = file.expect("a file").path();
                let name = path
                    .file_name()
                    .expect("a name")
                    .to_string_lossy()
                    .into_owned();
                (name, std::fs::read_to_string(path).expect("text"))
            })
            .collect();
        files.sort();
        files
    });
    assert_eq!(found, expected);
    assert_eq!(found.len(), 3);
}

#[test]
fn mistakes_read_the_same() {
    let Both {
        here,
        apart,
        folder,
    } = both();
    for how in [
        "panic",
        "panic in bind",
        "refuse",
        "rows",
        "error",
        "reserve",
    ] {
        let [expected, found] = [&here, &apart].map(|plugin| {
            let error = behave(plugin, how, &Arc::default()).expect_err(how);
            (failure(&error), words(&error, folder.path()))
        });
        assert_eq!(found, expected, "{how}");
    }
    let text = Meta::of([("0", "string")]).expect("a meta");
    let [expected, found] = [&here, &apart].map(|plugin| {
        let function = plugin.function("plus_one").expect("it is in the list");
        words(
            &function.bind("{}", &text).expect_err("a text"),
            folder.path(),
        )
    });
    assert_eq!(found, expected);
    behave(&apart, "nothing", &Arc::default()).expect("it goes on");
}

#[test]
fn what_a_function_asks_its_host_is_answered() {
    let (plugin, _folder) = apart();
    let task = Arc::<Task>::default();
    behave(&plugin, "progress", &task).expect("an answer");
    assert_eq!(task.done.load(Ordering::Relaxed), 308);
    let error = behave(&plugin, "reserve", &task).expect_err("there is no room");
    assert_eq!(failure(&error), Some(Failure::Memory));
    behave(&plugin, "reserve and crash", &task).expect_err("it crashes");
    assert_eq!(
        task.reserved.load(Ordering::Relaxed),
        0,
        "given back by who is left"
    );
    let bound = behaving(&plugin, "keep").expect("columns");
    for _ in 0..2 {
        run(&bound, &task, &[part()]).expect("an answer");
        assert_eq!(task.reserved.load(Ordering::Relaxed), 0);
    }
}

#[test]
fn several_threads_call_at_once() {
    let (plugin, _folder) = apart();
    let bound = scalar(&plugin);
    let rows: ArrayRef = Arc::new(Float64Array::from_iter_values((0..10_000).map(f64::from)));
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for _ in 0..20 {
                    let found = bound.call(&[Arc::clone(&rows)], rows.len(), None);
                    let found = found.expect("an answer");
                    assert_eq!(found.as_primitive::<Float64Type>().value(9_999), 10_000.0);
                }
            });
        }
    });
}

#[test]
fn large_batches_there_and_back() {
    let (plugin, _folder) = apart();
    let bound = scalar(&plugin);
    // More than stays memory between calls.
    let rows: ArrayRef = Arc::new(Float64Array::from_iter_values(
        (0..4_000_000).map(f64::from),
    ));
    for _ in 0..3 {
        let found = bound
            .call(&[Arc::clone(&rows)], rows.len(), None)
            .expect("an answer");
        assert_eq!(
            found.as_primitive::<Float64Type>().value(3_999_999),
            4_000_000.0
        );
    }
}
