//! How a process turns into a worker.

use std::ffi::c_int;
use std::io;
use std::os::fd::{AsFd as _, BorrowedFd};
use std::os::unix::net::UnixStream;
use std::sync::{Arc, mpsc};
use std::time::Duration;

use rustix::fs::{FileType, Mode, OFlags};
use rustix::process::{Signal, getpgrp, getpid, getppid, kill_current_process_group};

use super::super::frames::{Arrived, Came, receive, send};
use super::super::memory::Memory;
use super::super::program;
use super::super::protocol::{ASKED, Answer, Asked, Hello, Request, VERSION};
use super::instances::Instances;
use super::line::Line;
use crate::load::leave;

/// What a worker exits with that cannot begin.
const NO_START: c_int = 69;

/// How often it is looked whether whoever started this process is there.
const LOOK: Duration = Duration::from_secs(1);

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

/// Ends the process and all that it started, because there is nobody left who asks.
fn leave_with_all() -> ! {
    // What another program started in between leads the group otherwise, and may be in that of the host.
    if getpgrp() == getpid() {
        let _ = kill_current_process_group(Signal::KILL);
    }
    leave(0)
}

/// Answers until there is nobody left who asks.
fn serve(stdin: BorrowedFd<'_>) -> io::Result<()> {
    let socket = UnixStream::from(stdin.try_clone_to_owned()?);
    let memory = Arc::new(Memory::of(io::stdout().as_fd().try_clone_to_owned()?)?);
    // What a plugin prints, reads or starts must not touch either.
    let nothing = rustix::fs::open("/dev/null", OFlags::RDWR | OFlags::CLOEXEC, Mode::empty())?;
    rustix::stdio::dup2_stdin(&nothing)?;
    rustix::stdio::dup2_stdout(io::stderr().as_fd())?;
    let hello = Hello {
        swath_plugin_worker: VERSION.to_owned(),
    };
    send(&socket, &hello)?;
    let (given, room) = mpsc::channel();
    let line = Line::new(socket.try_clone()?, room);
    let (asked, requests) = mpsc::channel();
    let listening = Arc::clone(&line);
    socket.set_read_timeout(Some(LOOK))?;
    let listen = move || listen(&socket, &listening, &asked, &given);
    std::thread::Builder::new()
        .name("swath-worker".to_owned())
        .spawn(listen)?;
    let mut instances = Instances::new(Arc::clone(&line), memory);
    for (number, request) in requests {
        if let Request::Forget { ids } = request {
            instances.forget(&ids);
            continue;
        }
        let answer = instances.answer(request);
        line.answer(number, answer.unwrap_or_else(Answer::from))?;
    }
    Ok(())
}

/// Hears what the host says, until it says nothing any more: then the process ends, whatever it is doing.
fn listen(
    from: &UnixStream,
    line: &Line,
    asked: &mpsc::Sender<(u64, Request)>,
    given: &mpsc::Sender<bool>,
) {
    let host = getppid();
    let mut arrived = Arrived::default();
    loop {
        match arrived.next::<Asked>() {
            Ok(Some(Asked {
                number,
                level,
                request,
            })) => match request {
                Request::Cancel => line.cancel(),
                Request::Reserved(is_given) => drop(given.send(is_given)),
                request => {
                    if !matches!(request, Request::Forget { .. }) {
                        line.begin(level);
                    }
                    if asked.send((number, request)).is_err() {
                        leave(NO_START)
                    }
                }
            },
            Ok(None) => match receive(from, &mut arrived) {
                Ok(Came::Some) => {}
                // A copy of the host, made by `fork`, may hold the connection open after its end.
                Ok(Came::Nothing) if getppid() == host => {}
                Ok(Came::Nothing | Came::Over) => leave_with_all(),
                Err(error) => misheard(&error),
            },
            Err(error) => misheard(&error),
        }
    }
}

/// Ends the process, which cannot tell any more what it is asked.
fn misheard(error: &io::Error) -> ! {
    use io::Write as _;
    let _ = writeln!(
        io::stderr(),
        "a worker of swath was asked what makes no sense: {error}"
    );
    leave(NO_START)
}
