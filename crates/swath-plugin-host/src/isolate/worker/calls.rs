//! What is asked at once: a scalar or a partitioner of rows, what a source has, what becomes of a write.

use swath_plugin_abi::abi_stable::std_types::RStr;
use swath_plugin_abi::{Listed, PluginResult};

use super::super::packed::Packed;
use super::super::protocol::{Answer, At};
use super::instance::call;
use super::instances::Instances;

impl Instances {
    pub(super) fn call(&self, id: u64, at: &At, rows: &Packed) -> PluginResult<Answer> {
        let instance = self.instance(id)?;
        let given = self.given(rows, &instance.travels()?.sent)?;
        let (host, place) = (self.run, at.place());
        let (table, of) = (instance.bound.table(), instance.bound.instance());
        // SAFETY: the instance is that of the table.
        let ask = |out| unsafe { (table.call())(of, host, place, given, out) };
        // SAFETY: it writes what it gives.
        let found = unsafe { call(&instance.name, at.number(), ask) }?;
        let (columns, rows) = instance.output(0)?.taken(found)?;
        Ok(Answer::Rows(self.packed(&columns, rows)?))
    }

    pub(super) fn list(&self, id: u64) -> PluginResult<Answer> {
        let instance = self.instance(id)?;
        let (list, of) = (instance.source()?.list, instance.bound.instance());
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

    pub(super) fn commit(&self, id: u64, write: &str, receipts: &str) -> PluginResult<Answer> {
        let instance = self.instance(id)?;
        let (commit, of) = (instance.sink()?.commit, instance.bound.instance());
        let (host, write) = (self.run, RStr::from_str(write));
        let receipts = RStr::from_str(receipts);
        // SAFETY: the instance is that of the table.
        let ask = |_: *mut ()| unsafe { commit(of, host, write, receipts) };
        // SAFETY: what is given is nothing.
        unsafe { call(&instance.name, None, ask) }?;
        Ok(Answer::Done)
    }

    pub(super) fn abort(&self, id: u64, write: &str) -> PluginResult<Answer> {
        let instance = self.instance(id)?;
        let (abort, of) = (instance.sink()?.abort, instance.bound.instance());
        let (host, write) = (self.run, RStr::from_str(write));
        // SAFETY: the instance is that of the table.
        let ask = |_: *mut ()| unsafe { abort(of, host, write) };
        // SAFETY: what is given is nothing.
        unsafe { call(&instance.name, None, ask) }?;
        Ok(Answer::Done)
    }
}
