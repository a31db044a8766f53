//! Partitions on their way through a function, of a source or to a sink.

use std::sync::Arc;

use swath_plugin_abi::abi_stable::std_types::RStr;
use swath_plugin_abi::{ArrowArray, PluginResult, Step, Wanted, step};

use super::super::bound::odd;
use super::super::packed::Packed;
use super::super::protocol::{Answer, At};
use super::instance::call;
use super::instances::{Instances, Open};
use crate::load::Guarded;

impl Instances {
    pub(super) fn open(
        &mut self,
        id: u64,
        place: &At,
        boundaries: Option<&Packed>,
    ) -> PluginResult<Answer> {
        // What a host that gave up left.
        self.open = None;
        let instance = self.instance(id)?;
        let travels = instance.travels()?;
        let (host, place) = (self.run, place.place());
        self.partition = Some(place.number as usize);
        let (table, of) = (instance.bound.table(), instance.bound.instance());
        self.open = Some(if travels.positions.is_some() {
            let boundaries = self.given_or_none(boundaries, &travels.boundaries)?;
            let begin = |out| {
                // SAFETY: the instance is that of the table; the host is valid as long as the process.
                unsafe { (table.open())(of, host, place, boundaries, out) }
            };
            // SAFETY: it writes what it gives.
            let run = Guarded::new(
                unsafe { call(&instance.name, self.partition, begin) }?,
                &instance.name,
            );
            Open::Partition(run, Arc::clone(&instance), instance.output(0)?)
        } else {
            let begin = |out| {
                // SAFETY: the instance is that of the table; the host is valid as long as the process.
                unsafe { (table.open_aggregate())(of, host, place, out) }
            };
            // SAFETY: it writes what it gives.
            Open::Groups(
                Guarded::new(
                    unsafe { call(&instance.name, self.partition, begin) }?,
                    &instance.name,
                ),
                Arc::clone(&instance),
            )
        });
        Ok(Answer::Done)
    }

    pub(super) fn read(
        &mut self,
        id: u64,
        place: &At,
        about: &str,
        wanted: &str,
    ) -> PluginResult<Answer> {
        // What a host that gave up left.
        self.open = None;
        let instance = self.instance(id)?;
        let (table, of) = (instance.bound.table(), instance.bound.instance());
        let open = table.open_read().flatten();
        let open = open.ok_or_else(|| odd("is a source, and its table has no `open_read`"))?;
        let read: Wanted = serde_json::from_str(wanted).map_err(odd)?;
        let names: Vec<&str> = read.columns.iter().map(String::as_str).collect();
        let output = instance.output(0)?.only(&names)?;
        let (host, place) = (self.run, place.place());
        self.partition = Some(place.number as usize);
        let (about, wanted) = (RStr::from_str(about), RStr::from_str(wanted));
        // SAFETY: the instance is that of the table; the host is valid as long as the process.
        let begin = |out| unsafe { open(of, host, place, about, wanted, out) };
        // SAFETY: it writes what it gives.
        let run = Guarded::new(
            unsafe { call(&instance.name, self.partition, begin) }?,
            &instance.name,
        );
        self.open = Some(Open::Partition(run, Arc::clone(&instance), output));
        Ok(Answer::Done)
    }

    pub(super) fn write(&mut self, id: u64, place: &At, write: &str) -> PluginResult<Answer> {
        // What a host that gave up left.
        self.open = None;
        let instance = self.instance(id)?;
        let (table, of) = (instance.bound.table(), instance.bound.instance());
        let open = table.open_write().flatten();
        let open = open.ok_or_else(|| odd("is a sink, and its table has no `open_write`"))?;
        let (host, place, write) = (self.run, place.place(), RStr::from_str(write));
        self.partition = Some(place.number as usize);
        // SAFETY: the instance is that of the table; the host is valid as long as the process.
        let begin = |out| unsafe { open(of, host, place, write, out) };
        // SAFETY: it writes what it gives.
        let run = unsafe { call(&instance.name, self.partition, begin) }?;
        let run = Guarded::new(run, &instance.name);
        let output = instance.output(0)?;
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
