//! A second process that runs tasks: this test binary, started once more.

use std::os::unix::net::{UnixListener, UnixStream};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;

use swath::prelude::*;
use swath_ops::Env;
use swath_ops::testing::{Elsewhere, serve};

const SOCKET: &str = "SWATH_TEST_WORKER_SOCKET";

/// The worker: does nothing unless this test binary was started as one.
#[test]
fn serves() {
    if let Some(socket) = std::env::var_os(SOCKET) {
        let mut wire = UnixStream::connect(socket).expect("the test listens");
        serve(&mut wire, &Env::default()).expect("the wire holds");
    }
}

/// A second process, ended with the test.
pub(crate) struct Worker(pub(crate) Child);

impl Drop for Worker {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A session of which every task is encoded and runs in a process of its own.
pub(crate) fn elsewhere() -> (Session, Worker) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let socket = folder.path().join("worker");
    let listener = UnixListener::bind(&socket).expect("a socket");
    let child = Command::new(std::env::current_exe().expect("this binary"))
        .args(["worker::serves", "--exact", "--nocapture"])
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
