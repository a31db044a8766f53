//! How a process turns into a worker.

use std::ffi::c_int;
use std::io;
use std::os::fd::{AsFd as _, AsRawFd as _, BorrowedFd};
use std::os::unix::net::UnixStream;
use std::sync::{Arc, mpsc};

use rustix::fs::{FileType, Mode, OFlags};
use swath_plugin_abi::{PluginError, code};

use super::super::frames::{Frames, Next, send};
use super::super::memory::Memory;
use super::super::program;
use super::super::protocol::{ASKED, Answer, Answered, Asked, Hello, Request, VERSION};
use super::instances::Instances;
use super::line::Line;

unsafe extern "C" {
    fn dup2(from: c_int, to: c_int) -> c_int;
    fn _exit(code: c_int) -> !;
}

/// What a worker exits with that cannot begin.
const NO_START: c_int = 69;

/// Turns this process into a worker for isolated plugins if it was started as one, and does not return then; else returns at once.
///
/// A program that calls this before anything else in its `main` needs no other program to run plugins apart from it: the same is
/// started once more. Nothing of `main` may come before, because it would run in every worker too.
///
/// ```
/// swath_plugin_host::run_worker_if_asked();
/// // The program.
/// ```
pub fn run_worker_if_asked() {
    program::has_hook();
    if std::env::var_os(ASKED).is_none() {
        return;
    }
    let stdin = io::stdin();
    let is_socket = rustix::fs::fstat(stdin.as_fd())
        .is_ok_and(|found| FileType::from_raw_mode(found.st_mode) == FileType::Socket);
    // What a plugin starts has the variable too, and no socket.
    if !is_socket {
        return;
    }
    let code = match serve(stdin.as_fd()) {
        Ok(()) => 0,
        Err(error) => {
            use io::Write as _;
            let _ = writeln!(
                io::stderr(),
                "a worker of swath cannot run plugins: {error}"
            );
            NO_START
        }
    };
    leave(code)
}

/// Ends the process, and runs nothing that a plugin left to be run at its end.
fn leave(code: c_int) -> ! {
    // SAFETY: it ends the process, and nothing runs after it.
    unsafe { _exit(code) }
}

/// Answers until there is nobody left who asks.
fn serve(stdin: BorrowedFd<'_>) -> io::Result<()> {
    let socket = UnixStream::from(stdin.try_clone_to_owned()?);
    let memory = Arc::new(Memory::of(io::stdout().as_fd().try_clone_to_owned()?)?);
    // What a plugin prints, reads or starts must not touch either.
    let nothing = rustix::fs::open("/dev/null", OFlags::RDWR | OFlags::CLOEXEC, Mode::empty())?;
    for (from, to) in [(nothing.as_raw_fd(), 0), (2, 1)] {
        // SAFETY: both are open, and what was at the second is kept by another number.
        if unsafe { dup2(from, to) } < 0 {
            return Err(io::Error::last_os_error());
        }
    }
    let hello = Hello {
        swath_plugin_worker: VERSION.to_owned(),
    };
    send(&socket, &hello)?;
    let (given, room) = mpsc::channel();
    let line = Line::new(socket.try_clone()?, room);
    let (asked, requests) = mpsc::channel();
    let listening = Arc::clone(&line);
    let listen = move || listen(Frames::new(socket), &listening, &asked, &given);
    std::thread::Builder::new()
        .name("swath-worker".to_owned())
        .spawn(listen)?;
    let mut instances = Instances::new(Arc::clone(&line), memory);
    for request in requests {
        if let Request::Forget { ids } = request {
            instances.forget(&ids);
            continue;
        }
        let answer = instances.answer(request);
        line.answer(answer.unwrap_or_else(Answer::from))?;
    }
    Ok(())
}

/// Hears what the host says, until it says nothing any more: then the process ends, whatever it is doing.
fn listen(
    mut frames: Frames,
    line: &Line,
    asked: &mpsc::Sender<Request>,
    given: &mpsc::Sender<bool>,
) {
    loop {
        let request = match frames.next::<Asked>() {
            Ok(Next::Message(Asked { level, request })) => match request {
                Request::Cancel => {
                    line.cancel();
                    continue;
                }
                Request::Reserved(is_given) => {
                    let _ = given.send(is_given);
                    continue;
                }
                request @ Request::Forget { .. } => request,
                request => {
                    line.begin(level);
                    request
                }
            },
            Ok(Next::Quiet) => continue,
            Ok(Next::Over) => leave(0),
            Err(error) => {
                let words = format!("its process was asked what makes no sense: {error}");
                let error = PluginError::new(code::CONTRACT, words);
                let answer = Answered {
                    freed: Vec::new(),
                    answer: error.into(),
                };
                let _ = line.send(&answer);
                leave(NO_START)
            }
        };
        if asked.send(request).is_err() {
            leave(NO_START)
        }
    }
}
