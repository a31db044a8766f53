//! Partitions on their way through a function, of a source or to a sink.

use std::sync::Arc;

use swath_plugin_abi::abi_stable::std_types::RStr;
use swath_plugin_abi::{ArrowArray, Handed, Kind, PluginResult, Status, Step, Wanted, step};

use super::super::bound::odd;
use super::super::packed::Packed;
use super::super::protocol::{Answer, At};
use super::instance::{Instance, call};
use super::instances::{Instances, Open};
use crate::load::Guarded;

impl Instances {
    /// What is bound, of which something begins at this place.
    fn begins(&mut self, id: u64, at: &At) -> PluginResult<Arc<Instance>> {
        // What a host that gave up left.
        self.open = None;
        self.partition = at.number();
        self.instance(id)
    }

    /// Begins it.
    ///
    /// # Safety
    /// As of [`Status::take`].
    unsafe fn begun<T: Handed>(
        &self,
        of: &Instance,
        begin: impl FnOnce(*mut T) -> Status,
    ) -> PluginResult<Guarded<T>> {
        // SAFETY: the caller's word.
        let run = unsafe { call(&of.name, self.partition, begin) }?;
        Ok(Guarded::new(run, &of.name))
    }

    pub(super) fn open(
        &mut self,
        id: u64,
        at: &At,
        boundaries: Option<&Packed>,
    ) -> PluginResult<Answer> {
        let instance = self.begins(id, at)?;
        let travels = instance.travels()?;
        let (host, place) = (self.run, at.place());
        let (table, of) = (instance.bound.table(), instance.bound.instance());
        let open = if instance.kind == Kind::Aggregate {
            // SAFETY: the instance is that of the table; the host is valid as long as the process.
            let begin = |out| unsafe { (table.open_aggregate())(of, host, place, out) };
            // SAFETY: it writes what it gives.
            let run = unsafe { self.begun(&instance, begin) }?;
            Open::Groups(run, instance)
        } else {
            let boundaries = self.given_or_none(boundaries, &travels.boundaries)?;
            // SAFETY: the instance is that of the table; the host is valid as long as the process.
            let begin = |out| unsafe { (table.open())(of, host, place, boundaries, out) };
            // SAFETY: it writes what it gives.
            let run = unsafe { self.begun(&instance, begin) }?;
            let output = instance.output(0)?;
            Open::Partition(run, instance, output)
        };
        self.open = Some(open);
        Ok(Answer::Done)
    }

    pub(super) fn read(
        &mut self,
        id: u64,
        at: &At,
        about: &str,
        wanted: &str,
    ) -> PluginResult<Answer> {
        let instance = self.begins(id, at)?;
        let open = instance.source()?.open_read;
        let read: Wanted = serde_json::from_str(wanted).map_err(odd)?;
        let names: Vec<&str> = read.columns.iter().map(String::as_str).collect();
        let output = instance.output(0)?.only(&names)?;
        let (host, place, of) = (self.run, at.place(), instance.bound.instance());
        let (about, wanted) = (RStr::from_str(about), RStr::from_str(wanted));
        // SAFETY: the instance is that of the table; the host is valid as long as the process.
        let begin = |out| unsafe { open(of, host, place, about, wanted, out) };
        // SAFETY: it writes what it gives.
        let run = unsafe { self.begun(&instance, begin) }?;
        self.open = Some(Open::Partition(run, instance, output));
        Ok(Answer::Done)
    }

    pub(super) fn write(&mut self, id: u64, at: &At, write: &str) -> PluginResult<Answer> {
        let instance = self.begins(id, at)?;
        let open = instance.sink()?.open_write;
        let output = instance.output(0)?;
        let (host, place, of) = (self.run, at.place(), instance.bound.instance());
        let write = RStr::from_str(write);
        // SAFETY: the instance is that of the table; the host is valid as long as the process.
        let begin = |out| unsafe { open(of, host, place, write, out) };
        // SAFETY: it writes what it gives.
        let run = unsafe { self.begun(&instance, begin) }?;
        self.open = Some(Open::Partition(run, instance, output));
        Ok(Answer::Done)
    }

    pub(super) fn step(&self, input: u32, rows: Option<&Packed>) -> PluginResult<Answer> {
        let Some(Open::Partition(run, instance, output)) = &self.open else {
            return Err(odd("no partition was begun in this process"));
        };
        let given = match rows {
            None => ArrowArray::released(),
            Some(rows) => self.given(rows, instance.travels()?.of(input)?)?,
        };
        let (table, of) = (run.table(), run.instance());
        // SAFETY: the run is this thread's alone.
        let ask = |out| unsafe { (table.step())(of, input, given, out) };
        // SAFETY: it writes what it gives.
        let found: Step = unsafe { call(&instance.name, self.partition, ask) }?;
        let rows = if found.next == step::OUTPUT {
            let (columns, rows) = output.taken(found.rows)?;
            Some(self.packed(&columns, rows)?)
        } else {
            None
        };
        Ok(Answer::Step {
            next: found.next,
            output: found.output,
            rows,
        })
    }
}
