//! Rows on their way to the plugin and back.

use std::sync::Arc;

use arrow_array::ArrayRef;
use swath_plugin_abi::{ArrowArray, PluginResult};
use swath_plugin_data::{Columns, give_columns};

use super::super::bound::odd;
use super::super::memory::Lane;
use super::super::packed::{Lying, Packed, Packing};
use super::instances::Instances;
use super::line::Lease;

impl Instances {
    /// Rows where they lie, as a plugin gets them. The place is given back when nobody looks at them any more.
    pub(super) fn given(&self, packed: &Packed, columns: &Columns) -> PluginResult<ArrowArray> {
        self.leased(packed, columns, &self.line.lease(packed.at))
    }

    pub(super) fn given_or_none(
        &self,
        packed: Option<&Packed>,
        columns: &Columns,
    ) -> PluginResult<ArrowArray> {
        match packed {
            Some(packed) => self.given(packed, columns),
            None => Ok(ArrowArray::released()),
        }
    }

    pub(super) fn leased(
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
    pub(super) fn packed(&self, columns: &[ArrayRef], rows: usize) -> PluginResult<Packed> {
        let packing = Packing::new(columns, rows).map_err(odd)?;
        // The host has copied what lay there before.
        let packed = packing.write(&self.memory, Lane::Back, 0);
        packed.ok_or_else(|| self.memory.no_room(packing.size(), 0))
    }
}
