//! One worker, as the host has it: a process, the socket to it, and the memory that both share.

use std::collections::BTreeSet;
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt as _;
use std::process::{Child, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use arrow_array::ArrayRef;
use swath_plugin_abi::abi_stable::std_types::RStr;
use swath_plugin_abi::{Host, PluginError, code};
use swath_plugin_data::Columns;

use super::WorkerProgram;
use super::ending::Ending;
use super::frames::{Frames, Next, send};
use super::memory::{Lane, Memory, Regions};
use super::packed::{Lying, Packed, Packing};
use super::protocol::{ASKED, Answer, Answered, Asked, Hello, Request, VERSION};

/// How often it is looked whether to stop.
const LOOK: Duration = Duration::from_millis(20);
/// How long a program may take until it says that it is a worker.
const START: Duration = Duration::from_secs(30);
/// How long one may take to end that was told to, or that ended.
const END: Duration = Duration::from_millis(500);

const SIGTERM: i32 = 15;

unsafe extern "C" {
    fn kill(process: i32, signal: i32) -> i32;
}

/// One worker.
pub(super) struct Worker {
    child: Child,
    to: UnixStream,
    frames: Frames,
    memory: Memory,
    /// What of the memory the plugin still looks at.
    regions: Regions,
    /// The functions that are bound in it.
    pub(super) bound: BTreeSet<u64>,
    /// Bytes that the host gave it, and that it has not given back.
    reserved: i64,
    grace: Duration,
}

/// Who answers a worker while it works.
#[derive(Clone, Copy)]
pub(super) struct Hosts {
    /// What a run asks.
    pub(super) run: Host,
    /// What the plugin as a whole says.
    pub(super) plugin: Host,
}

/// Why there is no answer.
#[derive(Debug)]
pub(super) enum Lost {
    /// The process ended.
    Ended(Ending),
    /// The run was cancelled, and the function did not stop by itself: its process was ended.
    Stopped(Duration),
    /// It was not asked.
    Refused(PluginError),
}

/// Why a program is no worker.
#[derive(Debug)]
pub(super) enum NoStart {
    /// The system does not start it.
    System(io::Error),
    /// It ended, or said nothing.
    Silent(Option<ExitStatus>),
    /// It is of another version.
    Version(String),
}

impl Worker {
    /// Starts a program, which says that it is a worker of this version.
    pub(super) fn start(program: &WorkerProgram, grace: Duration) -> Result<Self, NoStart> {
        let memory = Memory::new().map_err(NoStart::System)?;
        let (to, theirs) = UnixStream::pair().map_err(NoStart::System)?;
        let frames = Frames::new(to.try_clone().map_err(NoStart::System)?);
        let shared = memory.file().try_clone_to_owned();
        let child = program
            .command()
            .env(ASKED, VERSION)
            .stdin(Stdio::from(OwnedFd::from(theirs)))
            .stdout(Stdio::from(shared.map_err(NoStart::System)?))
            // What a terminal sends to all it started, the host alone decides about.
            .process_group(0)
            .spawn()
            .map_err(NoStart::System)?;
        let mut worker = Self {
            child,
            to,
            frames,
            memory,
            regions: Regions::default(),
            bound: BTreeSet::new(),
            reserved: 0,
            grace,
        };
        worker.hello()?;
        Ok(worker)
    }

    fn hello(&mut self) -> Result<(), NoStart> {
        self.frames.wait(Some(START)).map_err(NoStart::System)?;
        match self.frames.next::<Hello>() {
            Ok(Next::Message(hello)) if hello.swath_plugin_worker == VERSION => {}
            Ok(Next::Message(hello)) => return Err(NoStart::Version(hello.swath_plugin_worker)),
            Ok(Next::Over) => return Err(NoStart::Silent(self.ended())),
            Ok(Next::Quiet) | Err(_) => return Err(NoStart::Silent(None)),
        }
        self.frames.wait(Some(LOOK)).map_err(NoStart::System)
    }

    /// Copies rows to where it sees them.
    pub(super) fn pack(
        &mut self,
        columns: &[ArrayRef],
        rows: usize,
        groups: Option<&[u32]>,
    ) -> Result<Packed, Lost> {
        let refused = |words: String| Lost::Refused(PluginError::new(code::CONTRACT, words));
        let packing = Packing::new(columns, rows);
        let mut packing = packing.map_err(|error| refused(error.to_string()))?;
        if let Some(groups) = groups {
            packing = packing.with_groups(groups);
        }
        let at = self.regions.take(packing.size());
        let packed = at.and_then(|at| packing.write(&self.memory, Lane::There, at));
        packed.ok_or_else(|| {
            refused(format!(
                "{} bytes are more than can be handed to another process",
                packing.size()
            ))
        })
    }

    /// Copies out what it answered with.
    pub(super) fn unpack(
        &self,
        packed: &Packed,
        columns: &Columns,
    ) -> Result<Vec<ArrayRef>, PluginError> {
        let lying = Lying::new(&self.memory, Lane::Back, packed);
        let copied = lying.copied(columns).map_err(|error| {
            let words = format!("returned what it did not promise: {error}");
            PluginError::new(code::CONTRACT, words)
        });
        self.memory
            .forget(Lane::Back, packed.at, packed.at + packed.size);
        copied
    }

    /// Says something that is not answered.
    pub(super) fn tell(&self, request: Request) {
        // Where it is gone, the next request finds out.
        let _ = send(&self.to, &Asked { level: 0, request });
    }

    /// Asks, and does for it what it asks for until it answers.
    pub(super) fn ask(&mut self, hosts: Hosts, request: Request) -> Result<Answer, Lost> {
        // SAFETY: the hosts are valid as long as what is asked runs.
        let level = unsafe { (hosts.plugin.table.max_level())(hosts.plugin.context) };
        if send(&self.to, &Asked { level, request }).is_err() {
            return Err(self.lost(hosts, None));
        }
        let mut looked = Instant::now();
        let mut stopping = None;
        loop {
            match self.frames.next::<Answered>() {
                Ok(Next::Message(Answered { freed, answer })) => {
                    self.free(freed);
                    if answer.ends() {
                        return Ok(answer);
                    }
                    self.serve(hosts, answer);
                }
                Ok(Next::Quiet) => {}
                Ok(Next::Over) => return Err(self.lost(hosts, None)),
                Err(error) => return Err(self.lost(hosts, Some(error.to_string()))),
            }
            if looked.elapsed() >= LOOK {
                looked = Instant::now();
                self.look(hosts, &mut stopping)?;
            }
        }
    }

    /// Says that it is to stop where the run is, and ends it where it does not.
    fn look(&mut self, hosts: Hosts, stopping: &mut Option<Instant>) -> Result<(), Lost> {
        match stopping {
            None => {
                // SAFETY: the host is valid as long as what is asked runs.
                if unsafe { (hosts.run.table.is_cancelled())(hosts.run.context) } {
                    self.tell(Request::Cancel);
                    *stopping = Some(Instant::now());
                }
                Ok(())
            }
            Some(since) if since.elapsed() >= self.grace => {
                self.terminate();
                self.give_back(hosts);
                Err(Lost::Stopped(self.grace))
            }
            Some(_) => Ok(()),
        }
    }

    fn serve(&mut self, hosts: Hosts, answer: Answer) {
        match answer {
            Answer::Log {
                is_of_run,
                level,
                target,
                words,
            } => {
                let host = if is_of_run { hosts.run } else { hosts.plugin };
                let (target, words) = (RStr::from_str(&target), RStr::from_str(&words));
                // SAFETY: the host is valid as long as what is asked runs.
                unsafe { (host.table.log())(host.context, level, target, words) }
            }
            Answer::Progress { done, total } => {
                // SAFETY: see above.
                unsafe { (hosts.run.table.progress())(hosts.run.context, done, total) }
            }
            Answer::Reserve { bytes } => {
                // SAFETY: see above.
                let given = unsafe { (hosts.run.table.reserve())(hosts.run.context, bytes) };
                if given {
                    self.reserved += bytes;
                }
                self.tell(Request::Reserved(given));
            }
            _ => {}
        }
    }

    fn free(&mut self, freed: Vec<u64>) {
        for at in freed {
            if let Some((from, to)) = self.regions.free(at) {
                self.memory.forget(Lane::There, from, to);
            }
        }
    }

    /// How it ended, of which nothing comes any more.
    fn lost(&mut self, hosts: Hosts, nonsense: Option<String>) -> Lost {
        self.give_back(hosts);
        let ended = if nonsense.is_some() {
            None
        } else {
            self.ended()
        };
        Lost::Ended(match (nonsense, ended) {
            (Some(reason), _) => {
                self.terminate();
                Ending::Nonsense(reason)
            }
            (None, Some(status)) => status.into(),
            (None, None) => {
                self.terminate();
                Ending::Nonsense("it closed the connection".to_owned())
            }
        })
    }

    /// Gives back what a function cannot any more.
    fn give_back(&mut self, hosts: Hosts) {
        let kept = std::mem::take(&mut self.reserved);
        if kept > 0 {
            // SAFETY: the host is valid as long as what is asked runs.
            unsafe { (hosts.run.table.reserve())(hosts.run.context, -kept) };
        }
    }

    /// How the process ended, if it does soon.
    fn ended(&mut self) -> Option<ExitStatus> {
        let begin = Instant::now();
        loop {
            match self.child.try_wait() {
                Ok(Some(status)) => return Some(status),
                Ok(None) if begin.elapsed() < END => {
                    std::thread::sleep(Duration::from_millis(1));
                }
                _ => return None,
            }
        }
    }

    /// Ends the process.
    fn terminate(&mut self) {
        if let Ok(None) = self.child.try_wait() {
            let process = self.child.id().cast_signed();
            // SAFETY: it is a process that this one started and has not waited for, so its number is no other's.
            let _ = unsafe { kill(process, SIGTERM) };
        }
        if self.ended().is_none() {
            let _ = self.child.kill();
            let _ = self.child.wait();
        }
    }

    /// Says that nothing more will come, of which it ends.
    pub(super) fn close(&self) {
        let _ = self.to.shutdown(std::net::Shutdown::Both);
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.close();
        if self.ended().is_none() {
            self.terminate();
        }
    }
}
