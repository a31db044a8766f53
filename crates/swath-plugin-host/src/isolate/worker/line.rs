//! The line to the host, by which functions ask it what they would ask a host in their own process.

use std::ffi::c_void;
use std::io::{self, Write as _};
use std::os::unix::net::UnixStream;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError, mpsc};

use swath_plugin_abi::abi_stable::prefix_type::WithMetadata;
use swath_plugin_abi::abi_stable::std_types::RStr;
use swath_plugin_abi::{Host, HostTable, HostTableRef, read_lent};

use super::super::bound::odd;
use super::super::frames::{LONGEST, framed, framed_within};
use super::super::protocol::{Answer, Answered};

/// The line to the host.
pub(super) struct Line {
    to: Mutex<UnixStream>,
    is_cancelled: AtomicBool,
    level: AtomicU32,
    /// What the host says to [`Answer::Reserve`].
    room: Mutex<mpsc::Receiver<bool>>,
    /// Where rows lay that nobody looks at any more.
    freed: Arc<Mutex<Vec<u64>>>,
    /// Bytes of the longest message.
    longest: u32,
}

/// Rows that somebody looks at where they lie: dropping the last of it gives the place back.
pub(super) struct Lease {
    at: u64,
    freed: Arc<Mutex<Vec<u64>>>,
}

impl Drop for Lease {
    fn drop(&mut self) {
        let mut freed = self.freed.lock().unwrap_or_else(PoisonError::into_inner);
        freed.push(self.at);
    }
}

impl Line {
    pub(super) fn new(to: UnixStream, room: mpsc::Receiver<bool>) -> Arc<Self> {
        Self::within(LONGEST, to, room)
    }

    fn within(longest: u32, to: UnixStream, room: mpsc::Receiver<bool>) -> Arc<Self> {
        Arc::new(Self {
            longest,
            to: Mutex::new(to),
            is_cancelled: AtomicBool::new(false),
            level: AtomicU32::new(0),
            room: Mutex::new(room),
            freed: Arc::default(),
        })
    }

    /// Says something that ends no request; with it, what was let go of.
    fn say(&self, answer: Answer) -> io::Result<()> {
        self.answered(None, answer)
    }

    /// Ends the request of this number.
    pub(super) fn answer(&self, to: u64, answer: Answer) -> io::Result<()> {
        self.answered(Some(to), answer)
    }

    fn answered(&self, to: Option<u64>, answer: Answer) -> io::Result<()> {
        let freed = {
            let mut freed = self.freed.lock().unwrap_or_else(PoisonError::into_inner);
            std::mem::take(&mut *freed)
        };
        let mut answered = Answered { freed, to, answer };
        let frame = match framed_within(self.longest, &answered) {
            Ok(frame) => frame,
            // An answer there has to be: the host waits for it.
            Err(too_long) if to.is_some() => {
                answered.answer = odd(format!("answered with {too_long}")).into();
                framed(&answered)?
            }
            Err(too_long) => {
                // With the next.
                let mut freed = self.freed.lock().unwrap_or_else(PoisonError::into_inner);
                freed.extend(answered.freed);
                return Err(too_long);
            }
        };
        let mut to = self.to.lock().unwrap_or_else(PoisonError::into_inner);
        to.write_all(&frame)
    }

    /// A request begins: what was cancelled was another one.
    pub(super) fn begin(&self, level: u32) {
        self.level.store(level, Ordering::Relaxed);
        self.is_cancelled.store(false, Ordering::Release);
    }

    pub(super) fn cancel(&self) {
        self.is_cancelled.store(true, Ordering::Release);
    }

    /// Keeps rows where they lie.
    pub(super) fn lease(&self, at: u64) -> Arc<Lease> {
        Arc::new(Lease {
            at,
            freed: Arc::clone(&self.freed),
        })
    }

    /// As functions see it while they run, valid until the process ends.
    pub(super) fn run(self: &Arc<Self>) -> Host {
        self.host(true)
    }

    /// As a plugin sees it as a whole, valid until the process ends.
    pub(super) fn plugin(self: &Arc<Self>) -> Host {
        self.host(false)
    }

    fn host(self: &Arc<Self>, is_of_run: bool) -> Host {
        let end = Box::leak(Box::new(End {
            line: Arc::clone(self),
            is_of_run,
        }));
        Host {
            context: std::ptr::from_ref(end).cast(),
            table: HostTableRef(TABLE.static_as_prefix()),
        }
    }
}

/// What a plugin holds a pointer to.
struct End {
    line: Arc<Line>,
    is_of_run: bool,
}

const TABLE: &WithMetadata<HostTable> = &WithMetadata::new(HostTable {
    log,
    max_level,
    is_cancelled,
    progress,
    reserve,
});

fn end<'a>(context: *const c_void) -> &'a End {
    // SAFETY: it is the context of a host that was made here, and none of them is ever freed.
    unsafe { &*context.cast::<End>() }
}

unsafe extern "C" fn log(context: *const c_void, level: u32, target: RStr<'_>, words: RStr<'_>) {
    let end = end(context);
    let said = Answer::Log {
        is_of_run: end.is_of_run,
        level,
        target: read_lent(target).into_owned(),
        words: read_lent(words).into_owned(),
    };
    // Where nobody listens any more, the process is about to end.
    let _ = end.line.say(said);
}

unsafe extern "C" fn max_level(context: *const c_void) -> u32 {
    end(context).line.level.load(Ordering::Relaxed)
}

unsafe extern "C" fn is_cancelled(context: *const c_void) -> bool {
    end(context).line.is_cancelled.load(Ordering::Acquire)
}

unsafe extern "C" fn progress(context: *const c_void, done: u64, total: u64) {
    let _ = end(context).line.say(Answer::Progress { done, total });
}

unsafe extern "C" fn reserve(context: *const c_void, bytes: i64) -> bool {
    let End { line, is_of_run } = end(context);
    // As in the process of the host, what no run asks for is counted nowhere.
    if !is_of_run {
        return true;
    }
    // Held until the answer is there: answers come in the order of questions.
    let room = line.room.lock().unwrap_or_else(PoisonError::into_inner);
    line.say(Answer::Reserve { bytes }).is_ok() && room.recv().unwrap_or(false)
}

#[cfg(test)]
mod tests {
    use super::super::super::frames::{Arrived, Came, receive};
    use super::*;

    /// What the host hears next.
    fn heard(host: &UnixStream, arrived: &mut Arrived) -> Answered {
        loop {
            if let Some(answered) = arrived.next().expect("messages") {
                return answered;
            }
            let came = receive(host, arrived).expect("it is open");
            assert_eq!(came, Came::Some);
        }
    }

    #[test]
    fn an_answer_that_is_too_long_is_an_error() {
        let (here, host) = UnixStream::pair().expect("a pair");
        let (_given, room) = mpsc::channel();
        let line = Line::within(1 << 20, here, room);
        let words = "a".repeat(1 << 20);
        drop(line.lease(64));
        let said = Answer::Log {
            is_of_run: true,
            level: 1,
            target: String::new(),
            words: words.clone(),
        };
        line.say(said).expect_err("nobody waits for it");
        let listed = Answer::Listed {
            parts: words,
            boundaries: None,
        };
        line.answer(7, listed).expect("the process goes on");
        line.answer(8, Answer::Done).expect("it does");
        let mut arrived = Arrived::default();
        let first = heard(&host, &mut arrived);
        assert_eq!((first.to, first.freed), (Some(7), vec![64]));
        let Answer::Failed { message, .. } = first.answer else {
            unreachable!("it failed: {:?}", first.answer);
        };
        insta::assert_snapshot!(message, @"answered with a message of more than 1 MiB");
        assert_eq!(heard(&host, &mut arrived).to, Some(8));
    }
}
