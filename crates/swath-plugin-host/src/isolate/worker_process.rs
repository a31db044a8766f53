//! One worker, as the host has it: a process, the connection to it, and the memory that both share.

use std::collections::BTreeSet;
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::process::Stdio;
use std::time::{Duration, Instant};

use arrow_array::ArrayRef;
use swath_plugin_abi::abi_stable::std_types::RStr;
use swath_plugin_abi::{Host, PluginError, code};
use swath_plugin_data::Columns;

use super::WorkerProgram;
use super::connection::{Connection, Next};
use super::ending::Ending;
use super::frames::framed;
use super::memory::{Lane, Memory};
use super::packed::{Lying, Packed, Packing};
use super::process::Process;
use super::protocol::{ASKED, Answer, Answered, Asked, Hello, Request, VERSION};
use super::regions::Regions;

/// How often it is looked whether to stop, and whether the process is there.
const LOOK: Duration = Duration::from_millis(20);
/// How long a program may take until it says that it is a worker.
const START: Duration = Duration::from_secs(30);

/// Bytes of what it was given that a plugin may keep in one process when its run is over, where a quarter of a lane is not less.
const MOST_KEPT: u64 = 256 << 20;

/// One worker.
pub(super) struct Worker {
    process: Process,
    line: Connection,
    memory: Memory,
    /// What of the memory the plugin still looks at.
    regions: Regions,
    /// The functions that are bound in it.
    pub(super) bound: BTreeSet<u64>,
    /// How often it was asked something.
    asked: u64,
    /// Bytes that the host gave what runs in it, and that were not given back.
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

impl Hosts {
    /// Whether the run is to stop.
    fn is_cancelled(self) -> bool {
        // SAFETY: the host is valid as long as what is asked runs.
        unsafe { (self.run.table.is_cancelled())(self.run.context) }
    }

    /// Asks for room, or gives it back.
    fn reserve(self, bytes: i64) -> bool {
        // SAFETY: the host is valid as long as what is asked runs.
        unsafe { (self.run.table.reserve())(self.run.context, bytes) }
    }
}

/// Why there is no answer.
#[derive(Debug)]
pub(super) enum Lost {
    /// The process ended.
    Ended(Ending),
    /// The run was cancelled, and the function did not stop by itself: its process was ended.
    Stopped(Duration),
    /// It said that it failed, or was not even asked; the process goes on.
    Failed(PluginError),
}

impl From<PluginError> for Lost {
    fn from(error: PluginError) -> Self {
        Self::Failed(error)
    }
}

/// Why a program is no worker.
#[derive(Debug)]
pub(super) enum NoStart {
    /// There is no memory to share with it.
    Memory(io::Error),
    /// The system does not start it.
    System(io::Error),
    /// It ended, or said nothing.
    Silent(Option<Ending>),
    /// It is of another version.
    Version(String),
    /// The run that it was started for was cancelled.
    Cancelled,
}

/// What was seen of one that is told to stop.
#[derive(Default)]
struct Looked {
    /// Since when it is told to.
    stopping: Option<Instant>,
    /// Whether its process was gone at the last look.
    is_gone: bool,
}

impl Worker {
    /// Starts a program, which says that it is a worker of this version.
    pub(super) fn start(
        program: &WorkerProgram,
        grace: Duration,
        hosts: Hosts,
    ) -> Result<Self, NoStart> {
        let memory = Memory::new().map_err(NoStart::Memory)?;
        let shared = memory.file().try_clone_to_owned();
        let shared = shared.map_err(NoStart::Memory)?;
        // Both ends close in whatever else this process starts.
        let (ours, theirs) = UnixStream::pair().map_err(NoStart::System)?;
        let mut command = program.command();
        command
            .env(ASKED, VERSION)
            .stdin(Stdio::from(OwnedFd::from(theirs)))
            .stdout(Stdio::from(shared));
        let mut worker = Self {
            line: Connection::new(ours).map_err(NoStart::System)?,
            process: Process::start(&mut command).map_err(NoStart::System)?,
            memory,
            regions: Regions::default(),
            bound: BTreeSet::new(),
            asked: 0,
            reserved: 0,
            grace,
        };
        // What else has the other end is dropped with it: when the worker ends, the connection does.
        drop(command);
        worker.hello(hosts)?;
        Ok(worker)
    }

    fn hello(&mut self, hosts: Hosts) -> Result<(), NoStart> {
        let begin = Instant::now();
        loop {
            match self.line.next::<Hello>(LOOK) {
                Ok(Next::Message(Hello {
                    swath_plugin_worker: found,
                })) => {
                    return if found == VERSION {
                        Ok(())
                    } else {
                        Err(NoStart::Version(found))
                    };
                }
                Ok(Next::Quiet) if hosts.is_cancelled() => {
                    self.process.end();
                    return Err(NoStart::Cancelled);
                }
                Ok(Next::Quiet) if begin.elapsed() < START && self.process.ending().is_none() => {}
                Ok(Next::Quiet | Next::Over) => {
                    return Err(NoStart::Silent(self.process.ending_soon()));
                }
                Err(_) => return Err(NoStart::Silent(None)),
            }
        }
    }

    /// Whether its process is there and listens.
    pub(super) fn is_there(&mut self) -> bool {
        self.process.ending().is_none() && !self.line.is_over()
    }

    /// Copies rows to where it sees them.
    pub(super) fn pack(
        &mut self,
        columns: &[ArrayRef],
        rows: usize,
        groups: Option<&[u32]>,
    ) -> Result<Packed, PluginError> {
        let packing = Packing::new(columns, rows);
        let mut packing =
            packing.map_err(|error| PluginError::new(code::CONTRACT, error.to_string()))?;
        if let Some(groups) = groups {
            packing = packing.with_groups(groups);
        }
        let at = self.regions.take(packing.size(), self.memory.lane());
        let packed = at.and_then(|at| packing.write(&self.memory, Lane::There, at));
        packed.ok_or_else(|| self.memory.no_room(packing.size(), self.regions.taken()))
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
            .forget(Lane::Back, packed.at, packed.at.saturating_add(packed.size));
        copied
    }

    /// Bytes of what was given in a run that is over and that the plugin did not let go of, told once.
    pub(super) fn kept(&mut self) -> Option<u64> {
        Some(self.regions.kept()).filter(|bytes| *bytes > 0)
    }

    /// Bytes that the plugin keeps, where they are too many for another run beside them.
    pub(super) fn keeps_too_much(&self) -> Option<u64> {
        let most = MOST_KEPT.min(self.memory.lane() / 4);
        Some(self.regions.taken()).filter(|bytes| *bytes > most)
    }

    /// Forgets functions that were bound.
    pub(super) fn forget(&mut self, functions: &[u64]) {
        if functions.is_empty() {
            return;
        }
        self.bound.retain(|number| !functions.contains(number));
        let ids = functions.to_vec();
        self.tell(Request::Forget { ids });
    }

    /// Says something that is not answered.
    pub(super) fn tell(&mut self, request: Request) {
        let asked = Asked {
            number: 0,
            level: 0,
            request,
        };
        // Where it is gone or hears nothing, the next request finds out.
        let _ = framed(&asked).and_then(|frame| self.line.say(&frame));
    }

    /// Asks, and does for it what it asks for until it answers with what is asked for.
    pub(super) fn ask<T>(
        &mut self,
        hosts: Hosts,
        request: Request,
        answered: impl FnOnce(Answer) -> Option<T>,
    ) -> Result<T, Lost> {
        self.asked += 1;
        // SAFETY: the hosts are valid as long as what is asked runs.
        let level = unsafe { (hosts.plugin.table.max_level())(hosts.plugin.context) };
        let asked = Asked {
            number: self.asked,
            level,
            request,
        };
        let frame =
            framed(&asked).map_err(|error| PluginError::new(code::CONTRACT, error.to_string()))?;
        if let Err(error) = self.line.say(&frame) {
            return Err(self.spoiled(hosts, error.to_string()));
        }
        match self.answer(hosts)? {
            Answer::Failed {
                code,
                is_retryable,
                message,
            } => Err(Lost::Failed(PluginError {
                code,
                is_retryable,
                message,
            })),
            answer => answered(answer)
                .ok_or_else(|| self.spoiled(hosts, "it answered another question".to_owned())),
        }
    }

    /// The answer to what was asked last.
    fn answer(&mut self, hosts: Hosts) -> Result<Answer, Lost> {
        let mut last = Instant::now();
        let mut looked = Looked::default();
        loop {
            match self.line.next::<Answered>(LOOK) {
                Ok(Next::Message(Answered { freed, to, answer })) => {
                    self.free(freed);
                    if !answer.ends() {
                        self.serve(hosts, answer);
                    } else if to == Some(self.asked) {
                        return Ok(answer);
                    } else {
                        let words = "it answered what was not asked";
                        return Err(self.spoiled(hosts, words.to_owned()));
                    }
                }
                Ok(Next::Quiet) => {}
                Ok(Next::Over) => return Err(self.lost(hosts)),
                Err(error) => return Err(self.spoiled(hosts, error.to_string())),
            }
            if last.elapsed() >= LOOK {
                last = Instant::now();
                self.look(hosts, &mut looked)?;
            }
        }
    }

    /// Says that it is to stop where the run is, and ends it where it does not.
    fn look(&mut self, hosts: Hosts, looked: &mut Looked) -> Result<(), Lost> {
        if looked.is_gone {
            return Err(self.lost(hosts));
        }
        // Its last words are heard until the next look.
        looked.is_gone = self.process.ending().is_some();
        match looked.stopping {
            None if hosts.is_cancelled() => {
                self.tell(Request::Cancel);
                looked.stopping = Some(Instant::now());
                Ok(())
            }
            Some(since) if since.elapsed() >= self.grace => {
                self.process.end();
                self.settle(hosts);
                Err(Lost::Stopped(self.grace))
            }
            _ => Ok(()),
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
                // It gives back what it was given: more would be others'.
                let bytes = bytes.max(-self.reserved);
                let given = bytes == 0 || hosts.reserve(bytes);
                if given {
                    self.reserved = self.reserved.saturating_add(bytes);
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
    fn lost(&mut self, hosts: Hosts) -> Lost {
        match self.process.ending_soon() {
            Some(ending) => {
                self.settle(hosts);
                Lost::Ended(ending)
            }
            None => self.spoiled(hosts, "it closed the connection".to_owned()),
        }
    }

    /// Ends one of which nothing can be believed any more.
    fn spoiled(&mut self, hosts: Hosts, reason: String) -> Lost {
        self.process.end();
        self.settle(hosts);
        Lost::Ended(Ending::Nonsense(reason))
    }

    /// Gives back what was given to what ran in it: it is over, or cannot do so any more.
    pub(super) fn settle(&mut self, hosts: Hosts) {
        let kept = std::mem::take(&mut self.reserved);
        if kept > 0 {
            hosts.reserve(-kept);
        }
    }

    /// Says that nothing more will come, of which it ends.
    pub(super) fn close(&self) {
        self.line.close();
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.close();
        if self.process.ending_soon().is_none() {
            self.process.end();
        }
    }
}
