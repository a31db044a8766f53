//! What bad input gets: every message, and that it leaves nothing behind.
//!
//! Each test makes mistakes and collects what the user sees in one snapshot. After each mistake the session
//! answers as before, its memory is back to what it was, and no file is left that was not there.

#![expect(
    clippy::disallowed_methods,
    reason = "tests make and damage files as no part of swath would"
)]

use std::fmt::Write as _;
use std::fs::OpenOptions;
use std::io::{Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use arrow_array::{ArrayRef, Float64Array, RecordBatch};
use swath::prelude::*;
use swath::{ErrorKind, Head};
use swath_kernels::{Accumulator, Aggregate, AggregateTypes, Aggregates, KernelError, Sum};
use swath_meta::DType;
use swath_ops::{Env, Op};
use swath_scheduler::Local;
use tempfile::TempDir;

/// A session, a folder of files, and what was said so far.
struct Scene {
    session: Session,
    folder: TempDir,
    said: String,
}

impl Scene {
    fn new(session: Session) -> Self {
        Self {
            session,
            folder: tempfile::tempdir().expect("a temporary folder"),
            said: String::new(),
        }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// A frame of three columns in two partitions.
    fn sales(&self) -> DataFrame {
        let batch = |text: &str| Batch::from_csv(text).expect("rows");
        let sales = [
            batch("region,amount,qty\neu,10.5,1\nus,5.0,0\n"),
            batch("region,amount,qty\neu,2.25,3\n,4.0,9\n"),
        ];
        self.session.from_batches(sales).expect("a frame")
    }

    /// Files under `name`, one a partition of the sales.
    fn files(&self, name: &str) -> PathBuf {
        let folder = self.path(name);
        self.sales().to_parquet(&*folder).expect("written");
        folder
    }

    /// What a mistake must leave as it was: bytes in use, files, persisted frames.
    fn state(&self) -> (u64, Vec<PathBuf>, usize) {
        let persisted = self.session.persisted().frames().len();
        (
            self.session.memory_used(),
            listing(self.folder.path()),
            persisted,
        )
    }

    /// Makes one mistake, and checks that nothing but the message is left of it.
    #[track_caller]
    fn mistake<T>(
        &mut self,
        what: &str,
        make: impl FnOnce(&Self) -> swath::Result<T>,
    ) -> ErrorKind {
        let before = self.state();
        let error = make(self).err().expect(what);
        if let Some(origin) = error.location() {
            assert!(
                origin.to_string().contains("tests/errors.rs"),
                "{what}: at {origin}, not at the caller's line"
            );
        }
        assert_eq!(
            error.to_string(),
            format!("{error:?}"),
            "{what}: `main` prints another text"
        );
        let text = self.redacted(&error.to_string());
        writeln!(self.said, "## {what}\n{text}\n").expect("a text grows");
        let kind = error.kind().clone();
        drop(error);
        assert_eq!(
            before,
            self.state(),
            "{what}: memory, files or persisted frames are left behind"
        );
        let total: f64 = self
            .sales()
            .sum("amount")
            .and_then(|sum| sum.get())
            .expect("the session is usable");
        assert_eq!(total, 21.75, "{what}: the session answers otherwise");
        kind
    }

    /// The message without what changes from run to run: the folder, the lines of this file, hashes.
    fn redacted(&self, text: &str) -> String {
        let mut text = text.replace(&self.folder.path().display().to_string(), "[folder]");
        for (mark, shown) in [("errors.rs:", "[line]"), ("builtin:", "[line]")] {
            let mut from = 0;
            while let Some(at) = text[from..].find(mark) {
                let start = from + at + mark.len();
                let len = text[start..]
                    .find(|c: char| !c.is_ascii_digit() && c != ':')
                    .unwrap_or(text.len() - start);
                let len = text[start..start + len].trim_end_matches(':').len();
                text.replace_range(start..start + len, shown);
                from = start + shown.len();
            }
        }
        text
    }

    /// Everything that was said, as one snapshot.
    fn finish(self, name: &str) {
        insta::assert_snapshot!(name, self.said);
    }
}

/// All files below a folder.
fn listing(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            found.extend(listing(&path));
        }
        found.push(path);
    }
    found.sort();
    found
}

fn two_threads() -> Session {
    Session::builder()
        .threads(2)
        .memory_limit("128MiB")
        .build()
        .expect("a session")
}

/// The only file in a folder whose name has `part`.
fn file_in(folder: &Path, part: &str) -> PathBuf {
    let named = |path: &PathBuf| {
        path.file_name()
            .is_some_and(|name| name.to_string_lossy().contains(part))
    };
    listing(folder)
        .into_iter()
        .find(named)
        .expect("a file of that name")
}

fn put(path: &Path, bytes: &[u8]) {
    std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
    std::fs::write(path, bytes).expect("written");
}

fn change(path: &Path) -> std::fs::File {
    OpenOptions::new()
        .read(true)
        .write(true)
        .open(path)
        .expect("a file to damage")
}

fn cut(path: &Path, len: impl Fn(u64) -> u64) {
    let file = change(path);
    let all = file.metadata().expect("its length").len();
    file.set_len(len(all)).expect("cut off");
}

fn overwrite(path: &Path, at: SeekFrom, bytes: &[u8]) {
    let mut file = change(path);
    file.seek(at).expect("a place");
    file.write_all(bytes).expect("overwritten");
}

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

#[test]
fn columns() {
    let mut scene = Scene::new(two_threads());
    let df = scene.sales();
    let kind = scene.mistake("misspelt in a filter", |_| df.filter(col("amuont").gt(5)));
    let nearest = Some("amount".to_owned());
    assert_eq!(
        kind,
        ErrorKind::Column {
            name: "amuont".to_owned(),
            nearest
        }
    );
    scene.mistake("like no other", |_| df.filter(col("temperature").gt(5)));
    scene.mistake("in another case", |_| df.select("Region"));
    scene.mistake("in a select of several", |_| {
        df.select(["region", "quantity", "amount"])
    });
    scene.mistake("in an assign", |_| {
        df.assign("total", col("amount") * col("qtty"))
    });
    scene.mistake("in a rename", |_| df.rename([("regoin", "area")]));
    scene.mistake("in a drop", |_| df.drop(["regions"]));
    scene.mistake("in a reduction", |_| df.sum("amounts"));
    scene.mistake("in nlargest", |_| df.nlargest(3, "amout"));
    scene.mistake("a group-by key, on another line", |_| {
        let groups = df.groupby("regin");
        groups.sum("amount")
    });
    scene.mistake("a column of a group-by", |_| {
        df.groupby("region").sum("ammount")
    });
    scene.mistake("in an aggregate, written elsewhere", |_| {
        let total = col("ammount").sum();
        df.groupby("region").agg([("total", total)])
    });
    scene.mistake("among many", |s| {
        let names: Vec<String> = (0..40).map(|n| format!("column_{n}")).collect();
        let columns = names.iter().map(|name| {
            (
                name.as_str(),
                Arc::new(Float64Array::from(vec![1.0])) as ArrayRef,
            )
        });
        let wide = s
            .session
            .from_record_batches([RecordBatch::try_from_iter(columns).expect("a batch")])?;
        wide.select("colum_7")
    });
    scene.mistake("an index column dropped", |_| {
        df.groupby("region").sum("amount")?.drop("region")
    });
    scene.mistake("two of one name, by rename", |_| {
        df.rename([("qty", "amount")])
    });
    scene.mistake("two of one name, by select", |_| df.select(["qty", "qty"]));
    scene.mistake("two of one name, by aggregates", |_| {
        df.groupby("region")
            .agg([("n", col("qty").sum()), ("n", Agg::size())])
    });
    scene.mistake("an aggregate named as a key", |_| {
        df.groupby("region").agg([("region", Agg::size())])
    });
    scene.mistake("an expression without a name", |_| df.select(lit(1) + 1));
    scene.mistake("an expression where a name is needed", |_| {
        df.nlargest(3, col("amount") * 2)
    });
    scene.finish("columns");
}

#[test]
fn dtypes() {
    let mut scene = Scene::new(two_threads());
    let df = scene
        .sales()
        .assign("day", lit("2024-02-29").cast("date"))
        .expect("a date");
    scene.mistake("a number against text", |_| df.filter(col("region").gt(5)));
    scene.mistake("text against a number", |_| {
        df.filter(col("amount").eq("10.5"))
    });
    scene.mistake("text against a number, two columns", |_| {
        df.filter(col("amount").lt(col("region")))
    });
    scene.mistake("text that is no date", |_| {
        df.filter(col("day").ge("last week"))
    });
    scene.mistake("a date against a number", |_| {
        df.filter(col("day").eq(20_240_229))
    });
    scene.mistake("a predicate that is a number", |_| df.filter(col("qty")));
    scene.mistake("a predicate that is text", |_| df.filter(col("region")));
    scene.mistake("`and` of numbers", |_| {
        df.filter(col("qty") & col("amount"))
    });
    scene.mistake("text plus text", |_| {
        df.assign("twice", col("region") + col("region"))
    });
    scene.mistake("an expression times text", |_| {
        df.assign("twice", (col("qty") + 1) * col("region"))
    });
    scene.mistake("text times a number", |_| {
        df.assign("twice", col("region") * 2)
    });
    scene.mistake("a fraction against integers", |_| {
        df.filter(col("qty").gt(2.5))
    });
    scene.mistake("a literal beyond the dtype", |_| {
        df.assign("small", col("qty").cast("int8"))?
            .filter(col("small").gt(300))
    });
    scene.mistake("a list of mixed literals", |_| {
        df.filter(col("qty").isin([Value::from(1), Value::from("one")]))
    });
    scene.mistake("fillna with another dtype", |_| {
        df.assign("region", col("region").fillna(0))
    });
    scene.mistake("a dtype that is misspelt", |_| {
        df.assign("x", col("qty").cast("flaot64"))
    });
    scene.mistake("a dtype of two meanings", |_| {
        df.assign("x", col("qty").cast("i8"))
    });
    scene.mistake("a cast that cannot be", |_| {
        df.assign("x", col("day").cast("bool"))
    });
    scene.mistake("the sum of text", |_| df.sum("region"));
    scene.mistake("the sum of text in groups", |_| {
        df.groupby("qty").sum(["amount", "region"])
    });
    scene.mistake("the mean of dates", |_| df.mean("day"));
    scene.mistake("the sum of dates", |_| df.sum("day"));
    scene.mistake("the sum of an expression that is text", |_| {
        df.groupby("qty")
            .agg([("t", col("region").fillna("none").sum())])
    });
    scene.mistake("an aggregate that is misspelt", |_| {
        df.groupby("region")
            .agg([("m", Agg::new("maen", &col("qty")))])
    });
    scene.mistake("a lazy scalar of another dtype", |_| {
        df.filter(col("amount").gt(&df.max("region")?))
    });
    scene.mistake("a lazy scalar of an expression, on the left", |_| {
        let most = Expr::from(df.max(col("amount") * 2)?);
        df.filter(most.lt(col("region")))
    });
    scene.mistake("the number of rows against text", |_| {
        df.filter(col("region").eq(df.len()))
    });
    scene.finish("dtypes");
}

#[test]
fn aggregates_and_lazy_scalars() {
    let mut scene = Scene::new(two_threads());
    let df = scene.sales();
    scene.mistake("a quantile beyond all values", |_| {
        df.groupby("region").quantile("qty", 1.5)
    });
    scene.mistake("a parameter that an aggregate does not have", |_| {
        df.agg(col("qty").sum().ddof(0))
    });
    scene.mistake("a parameter that is another's", |_| {
        df.agg(col("qty").var().param("bias", true))
    });
    scene.mistake("a parameter of another kind", |_| {
        df.agg(col("qty").skew().param("bias", 1))
    });
    scene.mistake("one column where two are needed", |_| {
        df.agg([("c", Agg::new("corr", &col("qty")))])
    });
    scene.mistake("the covariance with text", |_| df.cov("qty", "region"));
    scene.mistake("whether any number is", |_| df.any("qty"));
    scene.mistake("lazy scalars that do not go together", |_| {
        (df.max("region")? - df.len()).compute()
    });
    scene.mistake("such a scalar inside an expression", |_| {
        df.filter(col("amount").gt(df.max("region")? - df.len()))
    });
    scene.finish("aggregates_and_lazy_scalars");
}

#[derive(Debug, serde::Deserialize)]
#[expect(dead_code, reason = "only its shape is looked at")]
struct Sale {
    region: String,
    amount: f64,
}

#[test]
fn values_that_do_not_fit() {
    let mut scene = Scene::new(Session::testing());
    let df = scene.sales();
    let overflow = scene.mistake("an overflow", |_| {
        df.assign("x", (col("qty") + 9_223_372_036_854_775_800_i64) * 2)?
            .compute()
    });
    assert_eq!(overflow, ErrorKind::Task);
    scene.mistake("a division by zero", |_| {
        df.assign("x", lit(7).floordiv(col("qty")))?.compute()
    });
    scene.mistake("a division by zero, while persisting", |_| {
        df.assign("x", lit(7).floordiv(col("qty")))?.persist()
    });
    scene.mistake("a division by zero in a filter", |_| {
        df.filter(lit(7).floordiv(col("qty")).gt(1))?
            .len()
            .compute()
    });
    scene.mistake("a cast of text", |_| {
        df.assign("x", col("region").cast("int64"))?.compute()
    });
    scene.mistake("a cast that loses digits", |_| {
        df.select(["amount"])?
            .assign("x", col("amount").cast("int64"))?
            .compute()
    });
    scene.mistake("a sum beyond its dtype", |_| {
        df.assign("x", col("qty") + 9_223_372_036_854_775_000_i64)?
            .sum("x")?
            .compute()
    });
    scene.mistake("a group's sum beyond its dtype", |_| {
        df.assign("x", col("qty") + 9_223_372_036_854_775_000_i64)?
            .groupby("region")
            .sum("x")?
            .compute()
    });
    scene.mistake("a sum of several keys beyond its dtype", |_| {
        df.assign("x", col("qty") + 9_223_372_036_854_775_000_i64)?
            .assign("half", col("amount").gt(0))?
            .groupby(["region", "half"])
            .dropna(false)
            .agg([("total", (col("x") - 1).sum())])?
            .compute()
    });
    scene.mistake("a sum of decimals beyond its dtype", |_| {
        let most = "9".repeat(37);
        df.assign("x", lit(most.as_str()).cast("decimal(38, 0)") * 9)?
            .sum("x")?
            .compute()
    });
    scene.mistake("a row that does not exist", |_| {
        df.compute()?.value("qty", 4)
    });
    scene.mistake("a column that does not exist", |_| {
        df.compute()?.value("quantity", 0)
    });
    scene.mistake("rows of too few columns", |_| {
        Ok(df.compute()?.rows::<(String, f64)>()?.count())
    });
    scene.mistake("rows of another type", |_| {
        Ok(df.compute()?.rows::<(Option<String>, i64, i64)>()?.count())
    });
    scene.mistake("a null without an option", |_| {
        Ok(df.compute()?.rows::<(String, f64, i64)>()?.count())
    });
    scene.mistake("a value that is too large", |_| {
        Ok(df
            .assign("qty", col("qty") * 100)?
            .compute()?
            .rows::<(Option<String>, f64, u8)>()?
            .count())
    });
    scene.mistake("a struct without the column", |_| {
        Ok(df.compute()?.rows::<Sale>()?.count())
    });
    scene.mistake("a null, in a struct", |_| {
        Ok(df
            .select(["region", "amount"])?
            .compute()?
            .rows::<Sale>()?
            .count())
    });
    scene.mistake("rows of nothing", |_| {
        Ok(Batch::from_rows(&[1, 2]).map(drop)?)
    });
    scene.mistake("a null as text", |_| {
        df.filter(col("qty").gt(100))?
            .max("region")?
            .get::<String>()
    });
    scene.mistake("a value of another type", |_| {
        df.max("region")?.get::<i64>()
    });
    scene.mistake("a null as a number", |_| {
        df.filter(col("qty").gt(100))?.max("qty")?.get::<i64>()
    });
    scene.finish("values_that_do_not_fit");
}

#[test]
fn options_of_calls() {
    let mut scene = Scene::new(two_threads());
    let df = scene.sales();
    scene.mistake("no threads", |_| {
        Session::builder().threads(0).memory_limit("1GiB").build()
    });
    scene.mistake("a limit that is no size", |_| {
        Session::builder().memory_limit("plenty").build()
    });
    scene.mistake("a limit of an unknown unit", |_| {
        Session::builder().memory_limit("4QB").build()
    });
    scene.mistake("a limit of nothing", |_| {
        Session::builder().memory_limit("0").build()
    });
    scene.mistake("a limit below the threads' scratch", |_| {
        Session::builder().threads(4).memory_limit("16MiB").build()
    });
    scene.mistake("a head of negative rows", |_| df.head(-1));
    scene.mistake("a tail of negative rows", |_| df.tail(-5));
    scene.mistake("the -3 largest", |_| df.nlargest(-3, "amount"));
    scene.mistake("the smallest by no column", |_| {
        df.nsmallest(3, Vec::<String>::new())
    });
    scene.mistake("the largest by no column", |_| {
        df.nlargest(3, Vec::<String>::new())
    });
    scene.mistake("a head of more partitions than there are", |_| {
        df.head(Head::new(5).npartitions(9))
    });
    scene.mistake("a head of no partition", |_| {
        df.head(Head::new(5).npartitions(0))
    });
    scene.mistake("no partitions", |_| df.repartition(0));
    scene.mistake("negative partitions", |_| df.repartition(-3));
    scene.mistake("partitions of a size that is none", |_| {
        df.repartition(Repartition::by_size("big"))
    });
    scene.mistake("partitions of no bytes", |_| {
        df.repartition(Repartition::by_size("0MiB"))
    });
    scene.mistake("a partition that does not exist", |_| df.partitions(7));
    scene.mistake("a choice of no partitions", |_| df.partitions(2..));
    scene.mistake("groups over no partition", |_| {
        df.groupby("region").split_out(0).sum("amount")
    });
    scene.mistake("merging one at a time", |_| {
        df.groupby("region").split_every(1).sum("amount")
    });
    scene.mistake("no keys", |_| {
        df.groupby(Vec::<String>::new()).sum("amount")
    });
    scene.mistake("aggregates of no columns", |_| {
        df.groupby("region").sum(Vec::<String>::new())
    });
    scene.mistake("a select of nothing that exists", |_| {
        df.select(Vec::<String>::new())?.sum("amount")
    });
    scene.mistake("a frame of no batches", |s| {
        s.session.from_batches(Vec::<Batch>::new())
    });
    scene.mistake("batches of different columns", |s| {
        s.session.from_batches([
            Batch::from_csv("a,b\n1,2\n")?,
            Batch::from_csv("a,c\n1,2\n")?,
        ])
    });
    scene.mistake("a batch with a column more", |s| {
        s.session.from_batches([
            Batch::from_csv("a\n1\n")?,
            Batch::from_csv("a\n2\n")?,
            Batch::from_csv("a,b\n1,2\n")?,
        ])
    });
    scene.mistake("a batch with a column less", |s| {
        s.session
            .from_batches([Batch::from_csv("a,b\n1,2\n")?, Batch::from_csv("a\n1\n")?])
    });
    scene.mistake("batches of different dtypes", |s| {
        s.session
            .from_batches([Batch::from_csv("a\n1\n")?, Batch::from_csv("a\nx\n")?])
    });
    let other = Scene::new(two_threads());
    scene.mistake("frames of two sessions", |_| {
        swath::compute((&df, &other.sales()))
    });
    scene.mistake("a scalar of another session", |_| {
        let far = other.session.from_batches([Batch::from_csv("v\n7\n")?])?;
        df.filter(col("amount").gt(&far.mean("v")?))?.compute()
    });
    scene.finish("options_of_calls");
}

#[test]
fn verbs_that_do_not_fit() {
    let mut scene = Scene::new(two_threads());
    let df = scene.sales();
    let by_region = df.groupby("region").sum("amount").expect("a column");
    let lists = df.groupby("region").list("qty").expect("a column");
    scene.mistake("a number exploded", |_| df.explode("amount"));
    scene.mistake("more than all of the rows", |_| df.sample(1.5));
    scene.mistake("a split by shares that make less", |_| {
        df.random_split([0.5, 0.2], 1).map(|[first, _]| first)
    });
    scene.mistake("a split by a share below zero", |_| {
        df.random_split([1.5, -0.5], 1).map(|[first, _]| first)
    });
    scene.mistake("an index made another dtype", |_| {
        by_region.astype([("region", "category")])
    });
    scene.mistake("a column made two dtypes", |_| {
        df.astype([("qty", "int8"), ("qty", "string")])
    });
    scene.mistake("sorted groups over two partitions", |_| {
        df.groupby("region").sort(true).split_out(2).sum("amount")
    });
    scene.mistake("rows of sorted groups", |_| {
        df.groupby("region").sort(true).head(1)
    });
    scene.mistake("rows of groups that are merged by four", |_| {
        df.groupby("region").split_every(4).tail(1)
    });
    scene.mistake("lists that are equal", |_| lists.drop_duplicates("qty"));
    scene.mistake("text behind numbers", |_| {
        let text = df.select([col("region").alias("amount")])?;
        swath::concat([&df, &text], swath::Join::Outer)
    });
    scene.finish("verbs_that_do_not_fit");
}

/// `rows` numbers in `partitions` partitions, 8 bytes each.
fn numbers(session: &Session, partitions: usize, rows: usize) -> swath::Result<DataFrame> {
    session.from_record_batches((0..partitions).map(|part| {
        let values: ArrayRef = Arc::new(Float64Array::from_iter_values(
            (0..rows).map(|row| (part * rows + row) as f64),
        ));
        RecordBatch::try_from_iter([("v", values)]).expect("a batch")
    }))
}

#[test]
fn the_memory_limit() {
    let session = Session::builder()
        .threads(1)
        .memory_limit("40MiB")
        .build()
        .expect("a session");
    let mut scene = Scene::new(session);
    let kind = scene.mistake("rows that do not fit", |s| numbers(&s.session, 8, 1 << 20));
    assert!(matches!(kind, ErrorKind::MemoryLimit { .. }), "{kind:?}");

    let df = numbers(&scene.session, 32, 1 << 15).expect("8 MiB");
    let wide = ["a", "b", "c", "d", "e"]
        .iter()
        .try_fold(df.clone(), |df, name| df.assign(name, col("v") + 1));
    let wide = wide.expect("48 MiB").label("wide");
    scene.mistake("a persist that does not fit", |_| wide.persist());
    scene.mistake("a result that does not fit", |_| wide.compute());

    let kept = df
        .select((col("v") * 2).alias("w"))
        .and_then(|df| df.label("kept").persist())
        .expect("8 MiB more");
    scene.mistake("a persist that does not fit beside another", |_| {
        wide.select(["a", "b"])?.persist()
    });
    let rows = wide
        .batches()
        .expect("a stream")
        .map(|batch| batch.expect("a batch").num_rows())
        .sum::<usize>();
    assert_eq!(rows, 1 << 20, "what streams needs no room for all");
    drop((kept, wide, df));
    assert_eq!(scene.session.memory_used(), 0);
    scene.finish("the_memory_limit");
}

/// `sum`, until it meets a row.
struct Faulty;

#[expect(clippy::panic, reason = "the panic is what is tested")]
impl Aggregate for Faulty {
    fn kind(&self) -> &'static str {
        "sum"
    }

    fn infer(&self, inputs: &[DType]) -> Result<AggregateTypes, KernelError> {
        Sum.infer(inputs)
    }

    fn accumulator(&self, _: &[DType]) -> Result<Box<dyn Accumulator>, KernelError> {
        panic!("out of fingers to count on")
    }
}

/// No call of the facade lets a user's code into a task yet, so the panic is an engine builder's aggregate's.
#[test]
fn a_task_that_panics() {
    let mut aggregates = Aggregates::standard();
    aggregates.register(Arc::new(Faulty));
    let env = Env {
        aggregates: Arc::new(aggregates),
        ..Env::default()
    };
    let backend = Local::<Op>::builder()
        .threads(2)
        .memory_limit(64 << 20)
        .env(env)
        .build()
        .expect("a backend");
    let session = Session::builder()
        .backend(Arc::new(backend))
        .build()
        .expect("a session");
    let df = session
        .from_batches([Batch::from_csv("k,v\na,1\nb,2\n").expect("rows")])
        .expect("a frame");

    let error = df
        .groupby("k")
        .sum("v")
        .and_then(|sums| sums.compute())
        .expect_err("it panics");
    assert_eq!(
        error.kind(),
        &ErrorKind::Panic {
            message: "out of fingers to count on".to_owned()
        }
    );
    let scene = Scene::new(two_threads());
    insta::assert_snapshot!("a_task_that_panics", scene.redacted(&error.to_string()));
    assert_eq!(
        df.groupby("k")
            .max("v")
            .and_then(|max| max.compute())
            .expect("still usable")
            .num_rows(),
        2
    );
}

#[test]
fn a_run_that_is_cancelled() {
    let mut scene = Scene::new(two_threads());
    let df = numbers(&scene.session, 4, 1000).expect("a frame");
    scene.mistake("before it began to wait", |_| {
        let run = df.repartition(500)?.sum("v")?.submit()?;
        run.cancel();
        // A run that was done by then has its result, and is no mistake: ask for one that cannot be.
        run.wait().and_then(|_| {
            let run = df
                .repartition(2000)?
                .groupby("v")
                .split_out(500)
                .sum("v")?
                .submit()?;
            run.cancel();
            run.wait().map(drop)
        })
    });
    scene.finish("a_run_that_is_cancelled");
}

#[test]
fn rows_that_are_to_be_read_in_their_order() {
    let mut scene = Scene::new(two_threads());
    let shifted = || col("amount") - col("amount").shift(1);
    let kind = scene.mistake("neighbours in other partitions", |s| {
        s.sales().assign("change", shifted())
    });
    assert_eq!(kind, ErrorKind::Order);
    let kind = scene.mistake("groups in no order", |s| {
        let groups = s.sales().groupby("region").sum("amount")?;
        groups.assign("total", col("amount").cumsum())
    });
    assert_eq!(kind, ErrorKind::Order);
    scene.mistake("rows that are kept once, in no order", |s| {
        let once = s.sales().drop_duplicates("region")?.repartition(1)?;
        once.filter(col("amount").cumsum().lt(100))
    });
    scene.mistake("as a key", |s| {
        s.sales().groupby(shifted().alias("change")).size()
    });
    scene.mistake("inside an aggregate", |s| {
        s.sales().repartition(1)?.sum(shifted())
    });
    scene.mistake("a sum of text", |s| {
        s.sales()
            .repartition(1)?
            .assign("x", col("region").cumsum())
    });
    scene.mistake("a window of no rows", |s| {
        let one = s.sales().repartition(1)?;
        one.select(col("amount").rolling(0).mean())
    });
    scene.mistake("a column that is not there", |s| {
        s.sales()
            .repartition(1)?
            .assign("x", col("amuont").shift(1))
    });
    scene.mistake("a total that does not fit", |s| {
        let one = s.sales().repartition(1)?;
        let huge = col("qty").fillna(0) + (i64::MAX - 9);
        one.assign("x", huge.cumsum())?.compute()
    });
    scene.finish("rows_that_are_to_be_read_in_their_order");
}

#[test]
fn statistics_of_columns_that_have_none() {
    let mut scene = Scene::new(two_threads());
    scene.mistake("text described as numbers", |s| {
        s.sales().describe("region")
    });
    scene.mistake("numbers described as text", |s| {
        s.sales().describe(swath::Describe::new("qty").text())
    });
    scene.mistake("a column that is not there", |s| s.sales().describe("qtty"));
    scene.mistake("nothing to describe", |s| {
        s.sales().select("region")?.describe(..)
    });
    scene.mistake("percent for a share", |s| {
        s.sales()
            .describe(swath::Describe::new(..).percentiles([25.0]))
    });
    scene.mistake("quantiles of text", |s| s.sales().quantiles(.., [0.5]));
    scene.mistake("no quantiles", |s| s.sales().quantiles("qty", []));
    scene.mistake("correlations of text", |s| s.sales().corr_matrix(..));
    scene.mistake("a negative number of rows of each group", |s| {
        s.sales().groupby("region").head(-1)
    });
    scene.mistake("rows of groups by a key that is not there", |s| {
        s.sales().groupby("regoin").tail(1)
    });
    scene.finish("statistics_of_columns_that_have_none");
}
