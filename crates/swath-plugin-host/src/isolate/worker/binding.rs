//! The plugin of a worker is loaded, and functions of it are bound.

use std::path::Path;
use std::sync::Arc;

use swath_meta::Meta;
use swath_plugin_abi::abi_stable::std_types::RStr;
use swath_plugin_abi::{BindRequest, Contract, Kind, PluginError, PluginResult, code};
use swath_plugin_data::{Columns, give_metas, take_metas};

use super::super::bound::odd;
use super::super::protocol::Answer;
use super::super::travels::Travels;
use super::instance::{Instance, broken, call};
use super::instances::Instances;
use crate::call::Entries;
use crate::load::{Guarded, with_causes};
use crate::{FileHash, LoadError, Plugin, PluginFile};

impl Instances {
    pub(super) fn load(&mut self, path: &Path, hash: &str) -> PluginResult<Answer> {
        let words = |error: &LoadError| PluginError::new(code::FUNCTION, with_causes(error));
        let hash: FileHash = hash.parse().map_err(odd)?;
        let file = PluginFile::read(path).map_err(|error| words(&error.into()))?;
        if file.hash() != hash {
            return Err(odd(format!(
                "`{}` has the hash {}, and was {} when it was checked",
                path.display(),
                file.hash().short(),
                hash.short()
            )));
        }
        let host = self.line.plugin();
        let plugin = Plugin::open(&file, file.path(), |_| host);
        self.plugin = Some(plugin.map_err(|error| words(&error))?);
        Ok(Answer::Done)
    }

    pub(super) fn bind(
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
            entries: Entries::of(kind, bound.table()).map_err(odd)?,
            bound,
            kind,
            travels,
            declared,
        };
        self.bound.insert(id, Arc::new(instance));
        Ok(Answer::Bound {
            outputs: metas,
            contract,
        })
    }
}
