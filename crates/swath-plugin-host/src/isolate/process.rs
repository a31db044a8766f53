//! The process of a worker, and those that its plugin has started.

use std::io;
use std::os::unix::process::CommandExt as _;
use std::process::{Child, Command};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process_group, waitid};

use super::ending::Ending;

/// How long one may take to end that was told to, or that ended.
const END: Duration = Duration::from_millis(500);

/// A process that leads a group: what it starts is in the group too, and ends with it, unless it leaves it (`setsid`, `setpgid`).
///
/// A group has the number of its leader, which is no other's as long as nobody has asked how the leader ended. So the group is told
/// to end first, and then that is asked.
pub(super) struct Process {
    child: Child,
    ended: Option<Ending>,
}

impl Process {
    /// Starts a program, at the head of a group of its own. So what a terminal sends to all it started does not reach it, and the
    /// host alone decides.
    pub(super) fn start(command: &mut Command) -> io::Result<Self> {
        let child = command.process_group(0).spawn()?;
        Ok(Self { child, ended: None })
    }

    /// How it ended, if it did; nothing is left of its group then.
    ///
    /// The connection does not say that for certain: a copy of the process, made by `fork`, holds it open.
    pub(super) fn ending(&mut self) -> Option<&Ending> {
        if self.ended.is_none() {
            self.ended = self.look();
        }
        self.ended.as_ref()
    }

    fn look(&mut self) -> Option<Ending> {
        // How it ended is not taken yet, so its number stays its own.
        let options = WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
        match waitid(WaitId::Pid(self.group()), options) {
            Ok(Some(_)) => {
                self.signal(Signal::KILL);
                Some(self.child.wait().map_or(Ending::Unknown, Ending::from))
            }
            // It ended, and its number may be another's already.
            Err(rustix::io::Errno::CHILD) => Some(Ending::Unknown),
            _ => None,
        }
    }

    /// How it ended, if it does soon.
    pub(super) fn ending_soon(&mut self) -> Option<Ending> {
        let begin = Instant::now();
        loop {
            if let Some(ending) = self.ending() {
                return Some(ending.clone());
            }
            if begin.elapsed() >= END {
                return None;
            }
            std::thread::sleep(Duration::from_millis(1));
        }
    }

    /// Ends it and its group: asked first, and without asking where that does not help.
    pub(super) fn end(&mut self) {
        if self.ending().is_some() {
            return;
        }
        self.signal(Signal::TERM);
        if self.ending_soon().is_some() {
            return;
        }
        self.signal(Signal::KILL);
        // It is not asked, and ends as soon as the system gets to it.
        let _ = self.child.wait();
        self.ended = Some(Ending::Signal(Signal::KILL.as_raw()));
    }

    /// Sends a signal to all of the group. Only while its number is its own.
    fn signal(&self, signal: Signal) {
        // Where nobody is left, there is nothing to end.
        let _ = kill_process_group(self.group(), signal);
    }

    fn group(&self) -> Pid {
        Pid::from_child(&self.child)
    }
}
