//! Partitioners that plugins have.

use std::fmt::{self, Debug, Formatter};
use std::sync::Arc;

use arrow_array::ArrayRef;
use swath_batch::{Batch, Host};
use swath_expr::{Params, PluginName};
use swath_graph::{Canon, Decoder, Encoder, Fingerprint};
use swath_meta::Meta;
use swath_plugin_host::BoundPartitioner;
use swath_shuffle::{Partitioner, Rule, ShuffleError};

use super::values::json_of;
use super::{PluginError, Plugins, Use};
use crate::OpError;

/// Places rows where a function of a plugin says, given the values of some columns and the number of targets.
///
/// It is data: the function is named down to the hash of its plugin, and found in the process that runs the task.
#[derive(Clone)]
pub struct PluginPartitioner {
    name: PluginName,
    params: Params,
    keys: Arc<Meta>,
    columns: Arc<[Arc<str>]>,
    bound: Arc<BoundPartitioner>,
    /// What answers the function, while a task runs.
    task: Option<Arc<dyn Host>>,
}

impl Plugins {
    /// The partitioner of this name, bound to the columns of the keys, for so many targets. Runs none of it on data.
    ///
    /// # Errors
    /// There is none, there are several, it is of another kind, or it does not take these parameters, keys or number.
    pub fn partitioner(
        &self,
        name: &PluginName,
        params: &Params,
        keys: Arc<Meta>,
        targets: u32,
    ) -> Result<PluginPartitioner, PluginError> {
        let found = self.find(name, Use::Partitioner)?;
        let function = found.function();
        let json = json_of(params, function.name())?;
        Ok(PluginPartitioner {
            name: found.name(),
            params: params.clone(),
            columns: keys.names().map(Arc::from).collect(),
            bound: Arc::new(function.bind_partitioner(&json, &keys, targets)?),
            keys,
            task: None,
        })
    }
}

impl PluginPartitioner {
    /// What it is encoded under.
    pub(crate) const KIND: &'static str = "plugin-partitioner";

    /// Its name, down to the hash of the plugin.
    pub fn name(&self) -> &PluginName {
        &self.name
    }

    pub(crate) fn decode(from: &Decoder<'_>, plugins: &Plugins) -> Result<Self, OpError> {
        let object = from.object()?;
        object.expect(Self::KIND, 1)?;
        let name = PluginName::of_marked(object.str("function")?)
            .ok_or_else(|| object.invalid("function", "it is no function of a plugin"))?;
        let params = Params::decode(&object)?;
        let keys = Arc::new(object.serde("keys")?);
        Ok(plugins.partitioner(&name, &params, keys, object.u32("targets")?)?)
    }

    fn targets(
        &self,
        keys: &[ArrayRef],
        rows: usize,
        out: &mut Vec<u32>,
    ) -> Result<(), PluginError> {
        let targets = self.bound.call(keys, rows, self.task.clone())?;
        out.extend(targets);
        Ok(())
    }
}

impl Partitioner for PluginPartitioner {
    fn kind(&self) -> &'static str {
        Self::KIND
    }

    fn columns(&self) -> &[Arc<str>] {
        &self.columns
    }

    fn n_targets(&self) -> usize {
        self.bound.targets() as usize
    }

    fn rule(&self) -> Rule {
        Rule {
            nulls: "where the function says",
            outside: "there is none",
        }
    }

    fn assign(
        &self,
        keys: &[ArrayRef],
        rows: usize,
        out: &mut Vec<u32>,
    ) -> Result<(), ShuffleError> {
        // In the encodings that cross.
        let keys = Batch::from_arrays(&self.keys, keys.to_vec(), rows)?;
        let keys = keys.record_batch().columns();
        self.targets(keys, rows, out)
            .map_err(|error| ShuffleError::Function(Box::new(error)))
    }

    fn in_task(&self, task: Arc<dyn Host>) -> Option<Arc<dyn Partitioner>> {
        Some(Arc::new(Self {
            task: Some(task),
            ..self.clone()
        }))
    }

    fn encode(&self, out: &mut Encoder) {
        out.object(Self::KIND, 1, |o| {
            o.str("function", &self.name.marked());
            self.params.encode(o);
            o.serde("keys", &*self.keys);
            o.u64("targets", u64::from(self.bound.targets()));
        });
    }
}

impl Fingerprint for PluginPartitioner {
    fn feed(&self, out: &mut Canon) {
        out.object("plugin-partitioner", 1)
            .str(&self.name.marked())
            .feed(&self.params)
            .feed(&self.columns)
            .u64(u64::from(self.bound.targets()));
    }
}

impl Debug for PluginPartitioner {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "PluginPartitioner({}({}))", self.name, self.params)
    }
}
