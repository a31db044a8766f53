//! Every task encoded, decoded and run in a second process gives the same answers.

use std::os::unix::net::{UnixListener, UnixStream};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;

use swath::prelude::*;
use swath_ops::Env;
use swath_ops::testing::{Elsewhere, serve};

const SOCKET: &str = "SWATH_TEST_WORKER_SOCKET";

/// The worker: does nothing unless this test binary was started as one.
#[test]
fn worker() {
    if let Some(socket) = std::env::var_os(SOCKET) {
        let mut wire = UnixStream::connect(socket).expect("the test listens");
        serve(&mut wire, &Env::default()).expect("the wire holds");
    }
}

/// A second process, ended with the test.
struct Worker(Child);

impl Drop for Worker {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn elsewhere(folder: &std::path::Path) -> (Session, Worker) {
    let socket = folder.join("worker");
    let listener = UnixListener::bind(&socket).expect("a socket");
    let child = Command::new(std::env::current_exe().expect("this binary"))
        .args(["worker", "--exact", "--nocapture"])
        .env(SOCKET, &socket)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("a second process");
    let worker = Worker(child);
    let (wire, _) = listener.accept().expect("the worker connects");
    let backend = Elsewhere::new(wire, 2).expect("two threads");
    let session = Session::builder()
        .threads(2)
        .backend(Arc::new(backend))
        .build();
    (session.expect("a session"), worker)
}

fn answers(session: &Session, files: &std::path::Path) -> swath::Result<Vec<String>> {
    let memory = session.from_batches([
        Batch::from_csv("k,g,v\na,1,1.5\nb,2,2.5\n,1,\na,1,4\n")?,
        Batch::from_csv("k,g,v\nc,2,0.25\nb,1,-7\na,2,8\nb,2,1\n")?,
    ])?;
    memory.to_parquet(ToParquet::new(files).overwrite())?;
    let read = session.read_parquet(files)?;
    let mut texts = Vec::new();
    for df in [&memory, &read] {
        let kept = df
            .filter(col("v").gt(0))?
            .assign("w", col("v") * 2 + 1)?
            .persist()?;
        let tables = swath::compute([
            &kept.groupby("k").sort(true).agg([
                ("sum", col("v").sum()),
                ("mean", col("w").mean()),
                ("n", Agg::size()),
            ])?,
            &kept.groupby(["k", "g"]).sort(true).max("w")?,
            &kept
                .groupby(["k", "g"])
                .split_out(3)
                .min("w")?
                .repartition(1)?,
            &kept.nlargest(3, "v")?,
            &kept.head(1)?,
            &kept.tail(1)?,
            &kept.repartition(3)?.select(["k", "w"])?,
            &kept.filter(col("v").ge(&kept.mean("v")?))?,
        ])?;
        texts.extend(tables.iter().map(ToString::to_string));
        texts.push(kept.len().compute()?.to_string());
        texts.push(df.max("v")?.compute()?.to_string());
    }
    Ok(texts)
}

#[test]
fn a_second_process_gives_the_same_answers() -> swath::Result<()> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (away, _worker) = elsewhere(folder.path());
    let here = Session::testing();
    let local = answers(&here, &folder.path().join("here"))?;
    let remote = answers(&away, &folder.path().join("away"))?;
    assert_eq!(local, remote);
    Ok(())
}
