//! Processes that do not do what workers do: none of them keeps the host waiting, or is believed.

use std::error::Error;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::time::{Duration, Instant};

use swath_batch::Host;

use super::WorkerProgram;
use super::frames::framed;
use super::protocol::{Answer, Answered, Hello, Request, VERSION};
use super::worker_process::{Hosts, Lost, Worker};
use crate::call::Services;

const GRACE: Duration = Duration::from_millis(50);

/// A run, cancelled or not.
#[derive(Default)]
struct Run {
    is_cancelled: AtomicBool,
    reserved: AtomicI64,
}

impl Host for Run {
    fn check(&self) -> Result<(), Box<dyn Error + Send + Sync>> {
        if self.is_cancelled.load(Ordering::Relaxed) {
            return Err("cancelled".into());
        }
        Ok(())
    }

    fn partition(&self) -> (usize, usize) {
        (0, 1)
    }

    fn reserve(&self, bytes: i64) -> bool {
        self.reserved.fetch_add(bytes, Ordering::Relaxed);
        true
    }
}

fn services(run: &Arc<Run>) -> Services {
    Services::new(&"strange".into(), Some(Arc::<Run>::clone(run)))
}

fn hosts(services: &Services) -> Hosts {
    Hosts {
        run: services.host(),
        plugin: services.host(),
    }
}

/// A message as a shell prints it.
fn printed(message: &impl serde::Serialize) -> String {
    let frame = framed(message).expect("it is short");
    let bytes = frame.iter().map(|byte| format!("\\{byte:03o}"));
    format!("printf '{}' >&0; ", bytes.collect::<String>())
}

fn answered(to: Option<u64>, answer: Answer) -> String {
    let freed = vec![0, 7, u64::MAX];
    printed(&Answered { freed, to, answer })
}

/// A program that says that it is a worker, and then does this.
fn worker(does: &str, hosts: Hosts) -> Worker {
    let hello = printed(&Hello {
        swath_plugin_worker: VERSION.to_owned(),
    });
    let program = WorkerProgram::from("/bin/sh").arg("-c").arg(hello + does);
    Worker::start(&program, GRACE, hosts).expect("it says so")
}

/// Something to ask, of so many bytes.
fn request(bytes: usize) -> Request {
    Request::Load {
        path: "a".repeat(bytes).into(),
        hash: String::new(),
    }
}

/// What comes of asking something of so many bytes in a run that is cancelled a while later.
fn asked(does: &str, bytes: usize) -> Lost {
    let run = Arc::<Run>::default();
    let services = services(&run);
    let hosts = hosts(&services);
    let mut worker = worker(does, hosts);
    let request = request(bytes);
    let soon = Duration::from_millis(200);
    let begin = Instant::now();
    let stopper = std::thread::Builder::new().spawn(move || {
        std::thread::sleep(soon);
        run.is_cancelled.store(true, Ordering::Relaxed);
    });
    let lost = worker.ask(hosts, request, Answer::done);
    let took = begin.elapsed();
    stopper.expect("a thread").join().expect("no panic");
    // The process has to be ended too, and the machine may be busy.
    assert!(took < soon + GRACE + Duration::from_secs(1), "{took:?}");
    lost.expect_err("no answer")
}

#[track_caller]
fn check_stopped(does: &str, bytes: usize) {
    let lost = asked(does, bytes);
    assert!(matches!(lost, Lost::Stopped(GRACE)), "{lost:?}");
}

#[test]
fn cancelling_is_seen_while_a_process_says_nothing() {
    check_stopped("exec sleep 100", 1);
}

#[test]
fn cancelling_is_seen_while_an_answer_trickles_in() {
    check_stopped("while printf '\\001' >&0; do sleep 0.005; done", 1);
}

#[test]
fn cancelling_is_seen_while_a_process_reads_nothing() {
    // More than a socket takes.
    check_stopped("exec sleep 100", 1 << 20);
}

#[test]
fn cancelling_is_seen_while_a_process_says_a_lot() {
    let progress = answered(None, Answer::Progress { done: 1, total: 2 });
    check_stopped(&format!("while :; do {progress} done"), 1);
}

/// How a process ended that was asked something.
#[track_caller]
fn ended(does: &str) -> String {
    match asked(does, 1) {
        Lost::Ended(ending) => ending.to_string(),
        other => unreachable!("it ended: {other:?}"),
    }
}

#[test]
fn an_answer_to_another_question_is_none() {
    let said = [
        ended(&(answered(Some(7), Answer::Done) + "exec sleep 100")),
        ended(&(answered(None, Answer::Done) + "exec sleep 100")),
        ended(&(answered(Some(1), Answer::Added { size: 1 }) + "exec sleep 100")),
        ended("printf 'no message at all' >&0; exec sleep 100"),
        ended("exit 3"),
        ended("exec 0<&-; sleep 100"),
    ];
    insta::assert_snapshot!(said.join("\n"));
}

#[test]
fn an_answer_to_an_earlier_question_is_none() {
    let run = Arc::<Run>::default();
    let services = services(&run);
    let hosts = hosts(&services);
    let twice = answered(Some(1), Answer::Done).repeat(2);
    let mut worker = worker(&(twice + "exec sleep 100"), hosts);
    worker
        .ask(hosts, request(1), Answer::done)
        .expect("an answer");
    let lost = worker.ask(hosts, request(1), Answer::done);
    assert!(matches!(lost, Err(Lost::Ended(_))), "{lost:?}");
    assert!(!worker.is_there(), "it is not used any more");
}

#[test]
fn what_a_run_was_given_is_its_own() {
    let reserve = |bytes| answered(None, Answer::Reserve { bytes });
    let done = |to| answered(Some(to), Answer::Done);
    let does = [
        reserve(100),
        done(1),
        // More than it was given in this run.
        reserve(-70),
        reserve(5),
        reserve(-7),
        reserve(i64::MIN),
        done(2),
        reserve(11),
    ];
    let runs = [(); 3].map(|()| Arc::<Run>::default());
    let services = runs.each_ref().map(services);
    let [first, second, third] = services.each_ref().map(hosts);
    let mut worker = worker(&does.concat(), first);
    let reserved = || {
        runs.each_ref()
            .map(|run| run.reserved.load(Ordering::Relaxed))
    };
    worker
        .ask(first, request(1), Answer::done)
        .expect("an answer");
    assert_eq!(reserved(), [100, 0, 0]);
    worker.settle(first);
    assert_eq!(reserved(), [0, 0, 0]);
    worker
        .ask(second, request(1), Answer::done)
        .expect("an answer");
    worker.settle(second);
    assert_eq!(reserved(), [0, 0, 0]);
    // Its process ends there.
    worker
        .ask(third, request(1), Answer::done)
        .expect_err("no answer");
    assert_eq!(reserved(), [0, 0, 0]);
}

#[test]
fn a_process_that_ended_by_itself_is_not_there() {
    let run = Arc::<Run>::default();
    let services = services(&run);
    let mut worker = worker("exit 0", hosts(&services));
    let begin = Instant::now();
    while worker.is_there() {
        assert!(begin.elapsed() < Duration::from_secs(5));
        std::thread::sleep(Duration::from_millis(1));
    }
}
