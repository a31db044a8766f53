//! Files that cannot be read or written, and options of readers and writers.

use std::io::{Read as _, SeekFrom};
use std::time::Duration;

use swath::ErrorKind;
use swath::prelude::*;

use super::{Scene, change, cut, file_in, overwrite, put, two_threads};

#[test]
fn files_that_are_not_there() {
    let mut scene = Scene::new(two_threads());
    scene.files("sales");
    put(&scene.path("notes/readme.txt"), b"no data here");
    scene.mistake("a glob that matches nothing", |s| {
        s.session.read_parquet(s.path("sales/*.parq"))
    });
    scene.mistake("a folder that does not exist", |s| {
        s.session.read_parquet(s.path("sale"))
    });
    scene.mistake("a file that does not exist", |s| {
        s.session.read_parquet(s.path("sales/part.9.parquet"))
    });
    scene.mistake("a folder without such files", |s| {
        s.session.read_parquet(s.path("notes"))
    });
    scene.mistake("no path", |s| s.session.read_parquet(Vec::<String>::new()));
    scene.mistake("a pattern that is none", |s| {
        s.session.read_parquet(s.path("sales/[ab.parquet"))
    });
    scene.mistake("a store that is not there", |s| {
        s.session
            .read_parquet("ftp://me:secret@host/sales/?token=secret")
    });
    let kind = scene.mistake("a folder in a list that does not exist", |s| {
        s.session.read_parquet(vec![
            s.path("sales").display().to_string(),
            s.path("others").display().to_string(),
        ])
    });
    assert!(matches!(kind, ErrorKind::NotFound { .. }), "{kind:?}");
    scene.finish("files_that_are_not_there");
}

#[test]
fn files_that_are_damaged() {
    let mut scene = Scene::new(two_threads());
    put(&scene.path("empty/part.0.parquet"), b"");
    scene.mistake("an empty file", |s| s.session.read_parquet(s.path("empty")));
    put(
        &scene.path("text/part.0.parquet"),
        b"region,amount\neu,10\nus,5\n",
    );
    scene.mistake("a file of another format", |s| {
        s.session.read_parquet(s.path("text"))
    });
    put(&scene.path("short/part.0.parquet"), b"PAR1");
    scene.mistake("four bytes", |s| s.session.read_parquet(s.path("short")));

    let folder = scene.files("cut");
    cut(&file_in(&folder, "part.1"), |len| len * 2 / 3);
    scene.mistake("a truncated file", |s| {
        s.session.read_parquet(s.path("cut"))
    });
    let folder = scene.files("tail");
    cut(&file_in(&folder, "part.1"), |len| len - 1);
    scene.mistake("a file without its last byte", |s| {
        s.session.read_parquet(s.path("tail"))
    });

    let folder = scene.files("footer");
    overwrite(&file_in(&folder, "part.0"), SeekFrom::End(-40), &[0xff; 24]);
    scene.mistake("a footer that does not decode", |s| {
        s.session.read_parquet(s.path("footer"))
    });
    let folder = scene.files("length");
    overwrite(
        &file_in(&folder, "part.0"),
        SeekFrom::End(-8),
        &u32::MAX.to_le_bytes(),
    );
    scene.mistake("a footer longer than the file", |s| {
        s.session.read_parquet(s.path("length"))
    });

    // The footer is right and the pages are not: seen when rows are read.
    let folder = scene.files("pages");
    overwrite(&file_in(&folder, "part.1"), SeekFrom::Start(4), &[0xff; 48]);
    let kind = scene.mistake("pages that do not decode", |s| {
        s.session.read_parquet(s.path("pages"))?.compute()
    });
    assert!(
        matches!(kind, ErrorKind::File { path: Some(_) }),
        "{kind:?}"
    );
    scene.mistake("pages that do not decode, while persisting", |s| {
        s.session.read_parquet(s.path("pages"))?.persist()
    });
    scene.mistake("pages that do not decode, below a group-by", |s| {
        s.session
            .read_parquet(s.path("pages"))?
            .groupby("region")
            .sum("amount")?
            .compute()
    });
    scene.mistake("pages that do not decode, while streaming", |s| {
        s.session
            .read_parquet(s.path("pages"))?
            .batches()?
            .collect::<swath::Result<Vec<_>>>()
    });
    scene.mistake("pages that do not decode, while writing", |s| {
        s.session
            .read_parquet(s.path("pages"))?
            .to_parquet(s.path("copy"))
    });
    scene.finish("files_that_are_damaged");
}

#[test]
fn files_that_change_between_planning_and_reading() {
    let mut scene = Scene::new(two_threads());
    let folder = scene.files("sales");
    let part = file_in(&folder, "part.1");
    let mut bytes = Vec::new();
    change(&part).read_to_end(&mut bytes).expect("its bytes");

    let planned = scene.session.read_parquet(folder.clone()).expect("a frame");
    std::fs::write(&part, [&bytes[..], &[0]].concat()).expect("longer");
    scene.mistake("a file that grew", |_| planned.compute());

    std::fs::write(&part, &bytes).expect("as before");
    let planned = scene.session.read_parquet(folder.clone()).expect("a frame");
    let later = std::time::SystemTime::now() + Duration::from_secs(60);
    change(&part).set_modified(later).expect("another time");
    scene.mistake("a file written again, of the same length", |_| {
        planned.sum("amount")?.compute()
    });

    let planned = scene.session.read_parquet(folder).expect("a frame");
    std::fs::remove_file(&part).expect("removed");
    let kind = scene.mistake("a file that is gone", |_| planned.compute());
    assert!(
        matches!(kind, ErrorKind::NotFound { .. } | ErrorKind::File { .. }),
        "{kind:?}"
    );
    put(&part, &bytes);
    scene.finish("files_that_change_between_planning_and_reading");
}

#[test]
fn files_that_differ() {
    let mut scene = Scene::new(two_threads());
    let write = |scene: &Scene, folder: &str, csv: &[&str]| {
        for (number, text) in csv.iter().enumerate() {
            let one = scene.path("one");
            let df = scene
                .session
                .from_batches([Batch::from_csv(text).expect("rows")])
                .expect("a frame");
            df.to_parquet(ToParquet::new(&*one).overwrite())
                .expect("written");
            let mut bytes = Vec::new();
            change(&file_in(&one, "part.0"))
                .read_to_end(&mut bytes)
                .expect("its bytes");
            put(
                &scene.path(&format!("{folder}/part.{number}.parquet")),
                &bytes,
            );
        }
    };
    write(
        &scene,
        "dtype",
        &[
            "id,amount\n1,2.5\n",
            "id,amount\n2,3.5\n",
            "id,amount\n3,many\n",
        ],
    );
    scene.mistake("a column of another dtype", |s| {
        s.session.read_parquet(s.path("dtype"))
    });
    write(
        &scene,
        "missing",
        &["id,amount,region\n1,2.5,eu\n", "id,amount\n2,3.5\n"],
    );
    scene.mistake("a column that is missing", |s| {
        s.session.read_parquet(s.path("missing"))
    });
    write(
        &scene,
        "extra",
        &["id,amount\n1,2.5\n", "id,amount,note\n2,3.5,x\n"],
    );
    scene.mistake("a column too many", |s| {
        s.session.read_parquet(s.path("extra"))
    });
    write(
        &scene,
        "spelling",
        &["id,amount\n1,2.5\n", "id,Amount\n2,3.5\n"],
    );
    scene.mistake("a column spelt otherwise", |s| {
        s.session.read_parquet(s.path("spelling"))
    });
    scene.finish("files_that_differ");
}

#[test]
fn files_that_cannot_be_written() {
    let mut scene = Scene::new(two_threads());
    scene.files("sales");
    put(&scene.path("taken"), b"a file");
    scene.mistake("a folder that has files", |s| {
        s.sales().to_parquet(s.path("sales"))
    });
    scene.mistake("a path that is a file", |s| {
        s.sales().to_parquet(s.path("taken"))
    });
    scene.mistake("a folder below a file", |s| {
        s.sales().to_parquet(s.path("taken/below"))
    });
    scene.mistake("rows that fail on the way", |s| {
        s.sales()
            .assign("z", lit(1).floordiv(col("qty")))?
            .to_parquet(s.path("failed"))
    });
    scene.mistake(
        "rows that fail on the way, into a folder that has files",
        |s| {
            s.sales()
                .assign("z", lit(1).floordiv(col("qty")))?
                .to_parquet(ToParquet::new(s.path("sales")).overwrite())
        },
    );
    let kind = scene.mistake("over its own source", |s| {
        s.session
            .read_parquet(s.path("sales"))?
            .to_parquet(ToParquet::new(s.path("sales/../sales")).overwrite())
    });
    assert!(matches!(kind, ErrorKind::ReadAndWritten { .. }), "{kind:?}");
    scene.mistake("over the source of a lazy value", |s| {
        let read = s.session.read_parquet(s.path("sales"))?;
        s.sales()
            .filter(col("amount").lt(&read.max("amount")?))?
            .to_parquet(ToParquet::new(s.path("sales")).overwrite())
    });
    let kind = scene.mistake("twice into one folder", |s| {
        let one = s.sales().sink_parquet(s.path("new"))?;
        let other = s.sales().sink_parquet(s.path("./new"))?;
        swath::compute((&one, &other))
    });
    assert!(matches!(kind, ErrorKind::WrittenTwice { .. }), "{kind:?}");
    scene.mistake("twice, one folder in the other", |s| {
        let one = s.sales().sink_parquet(s.path("new"))?;
        let other = s.sales().sink_parquet(s.path("new/eu"))?;
        swath::compute((&one, &other))
    });
    std::fs::create_dir_all(scene.path("blocked/part.1.parquet")).expect("a folder");
    scene.mistake("a name that a folder has", |s| {
        s.sales().to_parquet(s.path("blocked"))
    });
    std::fs::create_dir_all(scene.path("sales/.swath-publish")).expect("a folder");
    put(&scene.path("sales/.swath-publish/1"), b"a file on its way");
    scene.mistake("files that are getting their names, to a reader", |s| {
        s.session.read_parquet(s.path("sales"))
    });
    scene.mistake("files that are getting their names, to a writer", |s| {
        s.sales()
            .to_parquet(ToParquet::new(s.path("sales")).overwrite())
    });
    scene.finish("files_that_cannot_be_written");
}

#[test]
fn options_of_readers_and_writers() {
    let mut scene = Scene::new(two_threads());
    scene.files("sales");
    let read = |s: &Scene| ReadParquet::new(s.path("sales"));
    scene.mistake("a column that is misspelt", |s| {
        s.session
            .read_parquet(read(s).columns(["region", "amuont"]))
    });
    scene.mistake("an index that is not there", |s| {
        s.session.read_parquet(read(s).index("time"))
    });
    scene.mistake("an option that is not there", |s| {
        s.session.read_parquet(read(s).option("page_indx", "off"))
    });
    scene.mistake("an option's value", |s| {
        s.session
            .read_parquet(read(s).option("filter", "sometimes"))
    });
    scene.mistake("a size that is none", |s| {
        s.session
            .read_parquet(read(s).partition_size("64 elephants"))
    });
    scene.mistake("row groups by none", |s| {
        s.session.read_parquet(read(s).split_row_groups(0))
    });
    scene.finish("options_of_readers_and_writers");
}
