//! A write never takes away what its computation reads.

use std::path::{Path, PathBuf};

use swath::prelude::*;

use super::{folder, found, is_source_error, listing, relative, rows, two_threads};

#[test]
fn a_source_is_not_overwritten_however_it_is_spelt() {
    let session = two_threads();
    let scene = folder();
    let data = scene.path().join("data");
    rows(&session, 1, 3)
        .to_parquet(&*data)
        .expect("the first data set");
    std::fs::create_dir(scene.path().join("beside")).expect("a folder");
    let link = scene.path().join("link");
    std::os::unix::fs::symlink(&data, &link).expect("a link");
    let file_link = scene.path().join("one.parquet");
    std::os::unix::fs::symlink(data.join("part.1.parquet"), &file_link).expect("a link");
    let spellings: Vec<PathBuf> = vec![
        data.clone(),
        scene.path().join("./data"),
        scene.path().join("data/."),
        scene.path().join("beside/../data"),
        scene.path().join("nowhere/../data"),
        relative(&data),
        Path::new(".").join(relative(&data)),
        link,
        PathBuf::from(format!("file://{}", data.display())),
    ];
    let sources = spellings
        .iter()
        // A folder that is not there cannot be listed.
        .filter(|path| !path.to_string_lossy().contains("nowhere"))
        .cloned()
        .chain([
            data.join("*.parquet"),
            relative(&data).join("part.[0-9].parquet"),
            file_link,
            // Below the folder above it.
            scene.path().join("**/part.0.parquet"),
        ]);
    for source in sources {
        for target in &spellings {
            let what = format!("from {} to {}", source.display(), target.display());
            let df = session
                .read_parquet(&*source)
                .and_then(|df| df.filter(col("row").gt(5)))
                .expect("a frame");
            let error = df
                .to_parquet(ToParquet::new(&**target).overwrite())
                .expect_err(&what);
            is_source_error(&error, &what);
        }
    }
    assert_eq!(found(&session, &data), (1, 30));
    let left = listing(&data);
    assert_eq!(left, ["part.0.parquet", "part.1.parquet", "part.2.parquet"]);

    let df = session.read_parquet(&data).expect("a frame");
    let error = df
        .to_parquet(ToParquet::new(&*data).overwrite())
        .expect_err("its source");
    let text = error
        .to_string()
        .replace(&scene.path().display().to_string(), "[folder]");
    insta::with_settings!({ filters => vec![(r"rs:\d+", "rs:[line]")] }, {
        insta::assert_snapshot!("a_source_that_would_be_overwritten", text);
    });
}

#[test]
fn what_another_item_reads_is_not_overwritten_either() {
    let session = two_threads();
    let scene = folder();
    let data = scene.path().join("data");
    rows(&session, 1, 3).to_parquet(&*data).expect("files");
    let read = session.read_parquet(&data).expect("a frame");
    let other = rows(&session, 2, 1);
    let sink = other
        .sink_parquet(ToParquet::new(&*data).overwrite())
        .expect("a sink");
    let error = swath::compute((&sink, &read)).expect_err("it is read");
    is_source_error(&error, "by another item");
    // And what only a lazy value reads.
    let filtered = other
        .filter(col("row").lt(read.max("row").expect("a value")))
        .expect("a frame");
    let error = filtered
        .to_parquet(ToParquet::new(&*data).overwrite())
        .expect_err("it is read");
    is_source_error(&error, "by a lazy value");
    assert_eq!(found(&session, &data), (1, 30));
}

#[test]
fn a_persisted_frame_may_overwrite_its_source() {
    let session = two_threads();
    let data = folder();
    rows(&session, 1, 3).to_parquet(data.path()).expect("files");
    let few = session
        .read_parquet(data.path())
        .and_then(|df| df.filter(col("row").ge(25)))
        .and_then(|df| df.persist())
        .expect("held");
    let written = few
        .to_parquet(ToParquet::new(data.path()).overwrite())
        .expect("nothing of it is read any more");
    assert_eq!(written.rows(), 5);
    assert_eq!(found(&session, data.path()), (1, 5));
    // Released it would have to be read again, and is not what it was.
    few.release();
    let error = few
        .to_parquet(ToParquet::new(data.path()).overwrite())
        .expect_err("it is read again");
    is_source_error(&error, "released");
}

#[test]
fn a_folder_beside_the_source_is_no_source() {
    let session = two_threads();
    let scene = folder();
    let data = scene.path().join("data");
    rows(&session, 1, 2).to_parquet(&*data).expect("files");
    let df = session.read_parquet(&data).expect("a frame");
    for target in ["data2", "copy", "data/sub", "data/../other"] {
        let target = ToParquet::new(scene.path().join(target)).overwrite();
        df.to_parquet(target).expect("written");
    }
    assert_eq!(found(&session, &scene.path().join("other")), (1, 20));
}
