//! A second process that runs tasks: this test binary, started once more.

use std::os::unix::net::{UnixListener, UnixStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;

use swath::prelude::*;
use swath::{Aggregation, DType, SessionBuilder};
use swath_kernels::{Aggregates, Custom};
use swath_ops::Env;
use swath_ops::testing::{Elsewhere, serve};
use swath_plugin_host::{Plugin, PluginCopies, Policy};

const SOCKET: &str = "SWATH_TEST_WORKER_SOCKET";
/// The library of a plugin that the worker has.
const PLUGIN: &str = "SWATH_TEST_WORKER_PLUGIN";

/// The shortest text, of several the first, with how many there are: `a (3)`. Its state goes through serde.
#[derive(Clone, Copy)]
pub(crate) struct Shortest;

impl Aggregation for Shortest {
    const NAME: &'static str = "shortest";
    type State = (Option<String>, u64);

    fn output(&self, input: &DType) -> Option<DType> {
        input.is_string().then_some(DType::String)
    }

    fn update(&self, state: &mut Self::State, value: Value) {
        let Value::String(text) = value else {
            return;
        };
        self.merge(state, (Some(text.to_string()), 1));
    }

    fn merge(&self, state: &mut Self::State, (text, count): Self::State) {
        state.1 += count;
        let length = |text: &Option<String>| text.as_ref().map_or(usize::MAX, String::len);
        if length(&text) < length(&state.0) {
            state.0 = text;
        }
    }

    fn finish(&self, (text, count): Self::State) -> Value {
        text.map_or(Value::Null, |text| Value::from(format!("{text} ({count})")))
    }
}

/// The worker: does nothing unless this test binary was started as one.
#[test]
fn serves() {
    if let Some(socket) = std::env::var_os(SOCKET) {
        let mut wire = UnixStream::connect(socket).expect("the test listens");
        let mut aggregates = Aggregates::standard();
        aggregates.register(Arc::new(Custom::new(Shortest)));
        let env = Env {
            aggregates: Arc::new(aggregates),
            ..Env::default()
        };
        if let Some(library) = std::env::var_os(PLUGIN) {
            let folder = tempfile::tempdir().expect("a temporary folder");
            let copies = PluginCopies::in_folder(folder.path().join("copies"));
            let plugin = Plugin::load(library, &Policy::default(), &copies);
            env.plugins.add(plugin.expect("a plugin"));
        }
        serve(&mut wire, &env).expect("the wire holds");
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

/// A session of which every task is encoded and runs in a process of its own, which has this plugin.
pub(crate) fn elsewhere(session: SessionBuilder, plugin: Option<&Path>) -> (Session, Worker) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let socket = folder.path().join("worker");
    let listener = UnixListener::bind(&socket).expect("a socket");
    let child = Command::new(std::env::current_exe().expect("this binary"))
        .args(["worker::serves", "--exact", "--nocapture"])
        .env(SOCKET, &socket)
        .envs(plugin.map(|library| (PLUGIN, library)))
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("a second process");
    let worker = Worker(child);
    let (wire, _) = listener.accept().expect("the worker connects");
    let backend = Elsewhere::new(wire, 2).expect("two threads");
    let session = session
        .threads(2)
        .aggregate(Shortest)
        .backend(Arc::new(backend))
        .build();
    (session.expect("a session"), worker)
}
