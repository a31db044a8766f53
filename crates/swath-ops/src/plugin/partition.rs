//! Functions of partitions that plugins have.

use std::fmt::{self, Debug, Formatter};
use std::sync::Arc;

use swath_expr::{Params, PluginName};
use swath_meta::Meta;
pub use swath_plugin_abi::Halo as PluginHalo;
use swath_plugin_abi::{Contract, Divisions, Needs, Order, RowCount, Scope};
use swath_plugin_host::BoundPartition;

use super::values::json_of;
use super::{PluginError, Plugins, Use};

/// A function of partitions that is bound to parameters and to the columns of a frame.
#[derive(Clone)]
pub struct PluginPartition {
    name: PluginName,
    bound: Arc<BoundPartition>,
}

impl Plugins {
    /// The function of partitions of this name, bound to a frame, or to several. Runs none of it on data.
    ///
    /// # Errors
    /// There is none, there are several, it is of another kind, or it does not take these parameters or columns.
    pub fn partition(
        &self,
        name: &PluginName,
        params: &Params,
        inputs: &[&Meta],
    ) -> Result<PluginPartition, PluginError> {
        let found = self.find(name, Use::Partition)?;
        let function = found.function();
        let params = json_of(params, function.name())?;
        Ok(PluginPartition {
            name: found.name(),
            bound: Arc::new(function.bind_frames(&params, inputs)?),
        })
    }
}

impl PluginPartition {
    /// Its name, down to the hash of the plugin.
    pub fn name(&self) -> &PluginName {
        &self.name
    }

    /// The columns that come out as they went in, without the function having seen them.
    pub fn passing(&self) -> impl Iterator<Item = &Arc<str>> {
        self.bound.passing()
    }

    /// The columns that come out.
    pub fn output(&self) -> &Arc<Meta> {
        self.bound.output()
    }

    /// The data columns that it reads of the first frame; `None` is all.
    pub fn reads(&self) -> Option<&[String]> {
        self.needs().reads.as_deref()
    }

    /// The columns that it is handed of each frame: index columns and those that it reads.
    pub fn handed(&self) -> &[Meta] {
        self.bound.reads()
    }

    /// The columns that each partition of the first frame has to be sorted by.
    pub fn needs_order(&self) -> &[String] {
        self.needs_order_of(0)
    }

    /// The columns that each partition of the frame of this number has to be sorted by.
    pub fn needs_order_of(&self, frame: usize) -> &[String] {
        &self.contract().input(frame).needs_order
    }

    /// Whether it has to see all rows of the frame of this number.
    pub fn sees_whole(&self, frame: usize) -> bool {
        self.contract().input(frame).whole
    }

    /// What it has to see of the partitions in front and behind.
    pub fn halo(&self) -> (Option<PluginHalo>, Option<PluginHalo>) {
        (self.needs().before, self.needs().after)
    }

    /// Whether it has to see rows of neighbouring partitions.
    pub fn has_halo(&self) -> bool {
        self.halo() != (None, None)
    }

    /// Whether a row comes out for each that comes in, where it was.
    pub fn keeps_rows(&self) -> bool {
        self.contract().rows == RowCount::Same
    }

    /// Whether rows come out in the order in which they came in.
    pub fn keeps_order(&self) -> bool {
        self.contract().order == Order::Kept
    }

    /// Whether index columns come back first, and stay between the boundaries of their partition.
    pub fn keeps_divisions(&self) -> bool {
        self.contract().divisions == Divisions::Kept
    }

    /// Whether it may be called with some rows of a partition at a time.
    pub fn takes_chunks(&self) -> bool {
        self.contract().scope == Scope::Chunk && !self.has_halo()
    }

    /// Whether the same input may give another output.
    pub fn is_random(&self) -> bool {
        self.contract().is_random()
    }

    /// What it needs of its first frame.
    fn needs(&self) -> &Needs {
        self.contract().input(0)
    }

    /// What it promises and needs.
    pub fn contract(&self) -> &Contract {
        self.bound.contract()
    }

    pub(crate) fn bound(&self) -> &BoundPartition {
        &self.bound
    }
}

impl Debug for PluginPartition {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "PluginPartition({})", self.name)
    }
}
