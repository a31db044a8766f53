//! States of groups.

use std::sync::Arc;

use arrow_cast::cast;
use swath_plugin_abi::{AggregateRun, ArrowArray, PluginResult};
use swath_plugin_data::{Columns, give_columns};

use super::super::bound::odd;
use super::super::memory::Lane;
use super::super::packed::{Lying, Packed};
use super::super::protocol::Answer;
use super::instance::{Instance, call};
use super::instances::{Instances, Open};
use super::line::Lease;
use crate::load::{Guarded, Inside};

impl Instances {
    fn groups(&self) -> PluginResult<(&Guarded<AggregateRun>, &Instance)> {
        match &self.open {
            Some(Open::Groups(run, instance)) => Ok((run, instance)),
            _ => Err(odd("no groups were begun in this process")),
        }
    }

    pub(super) fn add(&self, is_merge: bool, rows: &Packed, n_groups: u64) -> PluginResult<Answer> {
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

    pub(super) fn take(&self, is_state: bool) -> PluginResult<Answer> {
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
