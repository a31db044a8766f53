//! The plugin of a worker, and what is bound and open of it.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow_array::ArrayRef;
use arrow_cast::cast;
use swath_meta::Meta;
use swath_plugin_abi::abi_stable::std_types::RStr;
use swath_plugin_abi::{
    AggregateRun, ArrowArray, BindRequest, Contract, Host, Kind, Listed, Place, PluginError,
    PluginResult, Run, Step, Wanted, code, step,
};
use swath_plugin_data::{Columns, give_columns, give_metas, take_metas};

use super::super::bound::odd;
use super::super::memory::{Lane, Memory};
use super::super::packed::{Lying, Packed, Packing};
use super::super::protocol::{Answer, At, Request};
use super::super::travels::Travels;
use super::instance::{Instance, Output, broken, call};
use super::line::{Lease, Line};
use crate::load::{Guarded, Inside};
use crate::{FileHash, LoadError, Plugin, PluginFile};

/// What a worker has.
pub(super) struct Instances {
    // Dropped before what it came from.
    open: Option<Open>,
    bound: BTreeMap<u64, Arc<Instance>>,
    plugin: Option<Arc<Plugin>>,
    line: Arc<Line>,
    memory: Arc<Memory>,
    run: Host,
    /// The partition that something was opened for.
    partition: Option<usize>,
}

/// What is at work.
enum Open {
    /// With what comes out of it.
    Partition(Guarded<Run>, Arc<Instance>, Output),
    Groups(Guarded<AggregateRun>, Arc<Instance>),
}

impl Instances {
    pub(super) fn new(line: Arc<Line>, memory: Arc<Memory>) -> Self {
        Self {
            open: None,
            bound: BTreeMap::new(),
            plugin: None,
            run: line.run(),
            line,
            memory,
            partition: None,
        }
    }

    pub(super) fn forget(&mut self, ids: &[u64]) {
        self.bound.retain(|id, _| !ids.contains(id));
    }

    /// Does what is asked.
    pub(super) fn answer(&mut self, request: Request) -> PluginResult<Answer> {
        match request {
            Request::Load { path, hash } => self.load(&path, &hash),
            Request::Bind {
                id,
                function,
                params,
                inputs,
                targets,
            } => self.bind(id, &function, &params, &inputs, targets),
            Request::Call { id, place, rows } => self.call(id, &place, &rows),
            Request::Open {
                id,
                place,
                boundaries,
            } => self.open(id, &place, boundaries.as_ref()),
            Request::List { id } => self.list(id),
            Request::Read {
                id,
                place,
                about,
                wanted,
            } => self.read(id, &place, &about, &wanted),
            Request::Write { id, place, write } => self.write(id, &place, &write),
            Request::Commit {
                id,
                write,
                receipts,
            } => self.commit(id, &write, &receipts),
            Request::Abort { id, write } => self.abort(id, &write),
            Request::Step { input, rows } => self.step(input, rows.as_ref()),
            Request::Add {
                is_merge,
                rows,
                n_groups,
            } => self.add(is_merge, &rows, n_groups),
            Request::Take { is_state } => self.take(is_state),
            Request::Close => {
                self.open = None;
                Ok(Answer::Done)
            }
            Request::Forget { .. } | Request::Cancel | Request::Reserved(_) => {
                Err(odd("its process was asked what has no answer"))
            }
        }
    }

    fn load(&mut self, path: &str, hash: &str) -> PluginResult<Answer> {
        let words = |error: &LoadError| {
            let mut words = error.to_string();
            if let Some(cause) = std::error::Error::source(error) {
                words.push_str(": ");
                words.push_str(&cause.to_string());
            }
            PluginError::new(code::FUNCTION, words)
        };
        let hash: FileHash = hash.parse().map_err(odd)?;
        let file = PluginFile::read(path).map_err(|error| words(&error.into()))?;
        if file.hash() != hash {
            return Err(odd(format!(
                "`{path}` has the hash {}, and was {} when it was checked",
                file.hash().short(),
                hash.short()
            )));
        }
        let host = self.line.plugin();
        let plugin = Plugin::open(&file, file.path(), |_| host);
        self.plugin = Some(plugin.map_err(|error| words(&error))?);
        Ok(Answer::Done)
    }

    fn bind(
        &mut self,
        id: u64,
        name: &str,
        params: &str,
        inputs: &[Meta],
        targets: u64,
    ) -> PluginResult<Answer> {
        let plugin = self.plugin.as_ref();
        let function = plugin.and_then(|plugin| plugin.function(name));
        let function = function.ok_or_else(|| odd(format!("there is no function `{name}`")))?;
        let request = BindRequest {
            inputs: give_metas(inputs).map_err(odd)?,
            params: RStr::from_str(params),
            targets,
            context: RStr::empty(),
        };
        let host = self.run;
        // SAFETY: the host is valid as long as the process, the request for the call.
        let ask = |out| unsafe { function.callee().bind(host, request, out) };
        // SAFETY: it writes what it gives.
        let bound = unsafe { call(function.name(), None, ask) }?;
        let mut bound = Guarded::new(bound, function.name());
        let outputs = take_metas(bound.take_outputs()).map_err(broken)?;
        let contract = bound.contract().read().into_owned();
        let (metas, declared): (Vec<Meta>, Vec<Columns>) = outputs.into_iter().unzip();
        let kind: Kind = function.entry().kind;
        let read: Contract = serde_json::from_str(&contract).unwrap_or_default();
        let travels = Travels::new(kind, inputs, &metas, &read).ok();
        let only = |columns: &Columns, positions: &[usize]| {
            let fields = positions
                .iter()
                .map(|at| columns.schema().field(*at).clone());
            Columns::new(arrow_schema::Schema::new(fields.collect::<Vec<_>>()))
        };
        let positions = travels
            .as_ref()
            .and_then(|travels| travels.positions.as_ref());
        let declared = match (positions, declared.as_slice()) {
            (Some(positions), [columns]) => vec![only(columns, positions)],
            _ => declared,
        };
        let instance = Instance {
            name: Arc::clone(function.name()),
            bound,
            travels,
            declared,
        };
        self.bound.insert(id, Arc::new(instance));
        Ok(Answer::Bound {
            outputs: metas,
            contract,
        })
    }

    fn instance(&self, id: u64) -> PluginResult<Arc<Instance>> {
        let instance = self.bound.get(&id).map(Arc::clone);
        instance.ok_or_else(|| odd("it is not bound in this process"))
    }

    /// Rows where they lie, as a plugin gets them. The place is given back when nobody looks at them any more.
    fn given(&self, packed: &Packed, columns: &Columns) -> PluginResult<ArrowArray> {
        self.leased(packed, columns, &self.line.lease(packed.at))
    }

    fn given_or_none(
        &self,
        packed: Option<&Packed>,
        columns: &Columns,
    ) -> PluginResult<ArrowArray> {
        match packed {
            Some(packed) => self.given(packed, columns),
            None => Ok(ArrowArray::released()),
        }
    }

    fn leased(
        &self,
        packed: &Packed,
        columns: &Columns,
        lease: &Arc<Lease>,
    ) -> PluginResult<ArrowArray> {
        let lying = Lying::new(&self.memory, Lane::There, packed);
        let arrays = lying.in_place(columns, lease).map_err(odd)?;
        give_columns(&arrays, columns, packed.rows as usize).map_err(odd)
    }

    /// Rows on their way back.
    fn packed(&self, columns: &[ArrayRef], rows: usize) -> PluginResult<Packed> {
        let packing = Packing::new(columns, rows).map_err(odd)?;
        // The host has copied what lay there before.
        let packed = packing.write(&self.memory, Lane::Back, 0);
        packed.ok_or_else(|| {
            odd(format!(
                "{} bytes are more than can be handed to another process",
                packing.size()
            ))
        })
    }

    fn call(&self, id: u64, place: &At, rows: &Packed) -> PluginResult<Answer> {
        let instance = self.instance(id)?;
        let given = self.given(rows, &instance.travels()?.sent)?;
        let (host, place) = (self.run, place.place());
        let (table, of) = (instance.bound.table(), instance.bound.instance());
        // SAFETY: the instance is that of the table.
        let ask = |out| unsafe { (table.call())(of, host, place, given, out) };
        // SAFETY: it writes what it gives.
        let found = unsafe { call(&instance.name, Some(place.number as usize), ask) }?;
        let (columns, rows) = instance.output(0)?.taken(found)?;
        Ok(Answer::Rows(self.packed(&columns, rows)?))
    }

    fn open(&mut self, id: u64, place: &At, boundaries: Option<&Packed>) -> PluginResult<Answer> {
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

    fn step(&self, input: u32, rows: Option<&Packed>) -> PluginResult<Answer> {
        let Some(Open::Partition(run, instance, output)) = &self.open else {
            return Err(odd("no partition was begun in this process"));
        };
        let given = match rows {
            None => ArrowArray::released(),
            Some(rows) => {
                let columns = instance.travels()?.of(input);
                let none = || odd(format!("it has no input {input}"));
                self.given(rows, columns.ok_or_else(none)?)?
            }
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

    fn list(&self, id: u64) -> PluginResult<Answer> {
        let instance = self.instance(id)?;
        let (table, of) = (instance.bound.table(), instance.bound.instance());
        let list = table.list().flatten();
        let list = list.ok_or_else(|| odd("is a source, and its table has no `list`"))?;
        let host = self.run;
        // SAFETY: the instance is that of the table.
        let ask = |out| unsafe { list(of, host, out) };
        // SAFETY: it writes what it gives.
        let found: Listed = unsafe { call(&instance.name, None, ask) }?;
        let boundaries = if found.bounds.is_released() {
            None
        } else {
            let output = instance.output(0)?;
            let index = output.meta.index_fields().iter();
            let names: Vec<&str> = index.map(|field| &*field.name).collect();
            let (columns, rows) = output.only(&names)?.taken(found.bounds)?;
            Some(self.packed(&columns, rows)?)
        };
        Ok(Answer::Listed {
            parts: found.parts.read().into_owned(),
            boundaries,
        })
    }

    fn read(&mut self, id: u64, place: &At, about: &str, wanted: &str) -> PluginResult<Answer> {
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

    fn write(&mut self, id: u64, place: &At, write: &str) -> PluginResult<Answer> {
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

    fn commit(&self, id: u64, write: &str, receipts: &str) -> PluginResult<Answer> {
        let instance = self.instance(id)?;
        let (table, of) = (instance.bound.table(), instance.bound.instance());
        let commit = table.commit().flatten();
        let commit = commit.ok_or_else(|| odd("is a sink, and its table has no `commit`"))?;
        let (host, write) = (self.run, RStr::from_str(write));
        let receipts = RStr::from_str(receipts);
        // SAFETY: the instance is that of the table.
        let ask = |_: *mut ()| unsafe { commit(of, host, write, receipts) };
        // SAFETY: what is given is nothing.
        unsafe { call(&instance.name, None, ask) }?;
        Ok(Answer::Done)
    }

    fn abort(&self, id: u64, write: &str) -> PluginResult<Answer> {
        let instance = self.instance(id)?;
        let (table, of) = (instance.bound.table(), instance.bound.instance());
        let abort = table.abort().flatten();
        let abort = abort.ok_or_else(|| odd("is a sink, and its table has no `abort`"))?;
        let (host, write) = (self.run, RStr::from_str(write));
        // SAFETY: the instance is that of the table.
        let ask = |_: *mut ()| unsafe { abort(of, host, write) };
        // SAFETY: what is given is nothing.
        unsafe { call(&instance.name, None, ask) }?;
        Ok(Answer::Done)
    }

    fn groups(&self) -> PluginResult<(&Guarded<AggregateRun>, &Instance)> {
        match &self.open {
            Some(Open::Groups(run, instance)) => Ok((run, instance)),
            _ => Err(odd("no groups were begun in this process")),
        }
    }

    fn add(&self, is_merge: bool, rows: &Packed, n_groups: u64) -> PluginResult<Answer> {
        let (run, instance) = self.groups()?;
        let travels = instance.travels()?;
        // Also for the groups, until the call is over.
        let lease = self.line.lease(rows.at);
        let given = if is_merge {
            self.states(rows, instance, &lease)?
        } else {
            self.leased(rows, &travels.sent, &lease)?
        };
        let lying = Lying::new(&self.memory, Lane::There, rows);
        let groups = lying.groups().ok_or_else(|| odd("rows without groups"))?;
        let (table, of) = (run.table(), run.instance());
        let add = if is_merge {
            table.merge()
        } else {
            table.update()
        };
        // SAFETY: the run is this thread's alone, and there is a group for each row.
        let ask = |_: *mut ()| unsafe { add(of, given, groups.as_ptr(), n_groups) };
        // SAFETY: what is given is nothing.
        let added = unsafe { call(&instance.name, self.partition, ask) };
        drop(lease);
        added?;
        let _inside = Inside::new(&instance.name, self.partition);
        // SAFETY: the run is this thread's alone.
        let size = unsafe { (table.size())(of) };
        Ok(Answer::Added { size })
    }

    /// States as the plugin declared them: what travelled is in other encodings.
    fn states(
        &self,
        packed: &Packed,
        instance: &Instance,
        lease: &Arc<Lease>,
    ) -> PluginResult<ArrowArray> {
        let state = instance.travels()?.returned.get(1);
        let (Some(meta), Some(declared)) = (state, instance.declared.get(1)) else {
            return Err(odd("there are no states"));
        };
        let lying = Lying::new(&self.memory, Lane::There, packed);
        let arrays = lying
            .in_place(&Columns::of_meta(meta), lease)
            .map_err(odd)?;
        let fields = declared.schema().fields().iter();
        let states = arrays.iter().zip(fields);
        let states = states.map(|(state, field)| cast(state, field.data_type()));
        let states = states.collect::<Result<Vec<_>, _>>().map_err(odd)?;
        give_columns(&states, declared, packed.rows as usize).map_err(odd)
    }

    fn take(&self, is_state: bool) -> PluginResult<Answer> {
        let (run, instance) = self.groups()?;
        let (table, of) = (run.table(), run.instance());
        let take = if is_state {
            table.state()
        } else {
            table.finish()
        };
        // SAFETY: the run is this thread's alone.
        let ask = |out| unsafe { take(of, out) };
        // SAFETY: it writes what it gives.
        let found = unsafe { call(&instance.name, self.partition, ask) }?;
        let (columns, rows) = instance.output(usize::from(is_state))?.taken(found)?;
        Ok(Answer::Rows(self.packed(&columns, rows)?))
    }
}

impl At {
    /// As a plugin sees it.
    fn place(&self) -> Place<'_> {
        Place {
            number: self.number,
            count: self.count,
            before: self.before,
            after: self.after,
            seed: self.seed,
            more: RStr::from_str(&self.more),
        }
    }
}
