//! Partitions of a source that one task reads, as data.

use std::sync::{Arc, OnceLock};

use swath_divisions::Divisions;
use swath_expr::{Params, PluginName};
use swath_graph::{DecodeError, Decoder, Encoder};
use swath_io::{Format, IoContext, IoError, Part, Reader, ScanRequest, WriteOptions};
use swath_plugin_abi::ListedPart;
use swath_plugin_host::BoundSource;

use super::super::{PluginError, Plugins};
use super::Reading;

/// What parts of sources are known by.
pub(crate) const FORMAT: &str = "plugin";

/// Neighbouring partitions of a source: the function is named down to the hash of its plugin, and found in the process that runs the
/// task.
#[derive(Clone, Debug)]
pub(super) struct PluginPart {
    pub(super) name: PluginName,
    params: Params,
    plugins: Plugins,
    pub(super) seed: u64,
    /// Partitions that the source has.
    pub(super) count: u64,
    pub(super) units: Arc<[Unit]>,
    /// The source, once a task has found it.
    source: Arc<OnceLock<Arc<BoundSource>>>,
}

/// A partition of a source.
#[derive(Clone, Debug)]
pub(super) struct Unit {
    pub(super) number: u64,
    pub(super) part: ListedPart,
    /// Its own boundaries, and those of the next one.
    pub(super) between: Option<Divisions>,
}

impl PluginPart {
    /// Partitions of a source that is bound.
    pub(super) fn bound(
        name: PluginName,
        params: Params,
        plugins: Plugins,
        source: Arc<BoundSource>,
        seed: u64,
        count: u64,
        units: Vec<Unit>,
    ) -> Self {
        Self {
            name,
            params,
            plugins,
            seed,
            count,
            units: units.into(),
            source: Arc::new(source.into()),
        }
    }

    /// The source, in this process.
    pub(super) fn source(&self) -> Result<Arc<BoundSource>, PluginError> {
        if let Some(source) = self.source.get() {
            return Ok(Arc::clone(source));
        }
        let (_, source) = self.plugins.source(&self.name, &self.params)?;
        Ok(Arc::clone(self.source.get_or_init(|| Arc::new(source))))
    }
}

impl Part for PluginPart {
    fn format(&self) -> &'static str {
        FORMAT
    }

    fn open(&self, request: &ScanRequest, context: &IoContext) -> Result<Box<dyn Reader>, IoError> {
        Ok(Box::new(Reading::try_new(
            self.clone(),
            request,
            context.clone(),
        )?))
    }

    fn encode(&self, out: &mut Encoder) {
        out.object("plugin-part", 1, |o| {
            o.str("function", &self.name.marked());
            self.params.encode(o);
            o.u64("seed", self.seed);
            o.u64("count", self.count);
            o.list("units", self.units.iter(), |out, unit| {
                out.object("unit", 1, |o| {
                    o.u64("number", unit.number);
                    o.serde("part", &unit.part);
                    o.serde("between", &unit.between);
                });
            });
        });
    }
}

/// Partitions of sources of plugins.
#[derive(Clone, Debug)]
pub struct PluginFormat(Plugins);

impl PluginFormat {
    /// Those of sources of these plugins.
    pub fn new(plugins: Plugins) -> Self {
        Self(plugins)
    }
}

impl Format for PluginFormat {
    fn name(&self) -> &'static str {
        FORMAT
    }

    fn decode_part(&self, from: &Decoder<'_>) -> Result<Arc<dyn Part>, DecodeError> {
        let object = from.object()?;
        object.expect("plugin-part", 1)?;
        let name = PluginName::of_marked(object.str("function")?)
            .ok_or_else(|| object.invalid("function", "it is no function of a plugin"))?;
        let mut units = Vec::new();
        for item in object.list("units")? {
            let unit = item.object()?;
            unit.expect("unit", 1)?;
            units.push(Unit {
                number: unit.u64("number")?,
                part: unit.serde("part")?,
                between: unit.serde("between")?,
            });
        }
        Ok(Arc::new(PluginPart {
            name,
            params: Params::decode(&object)?,
            plugins: self.0.clone(),
            seed: object.u64("seed")?,
            count: object.u64("count")?,
            units: units.into(),
            source: Arc::default(),
        }))
    }

    fn decode_write(&self, from: &Decoder<'_>) -> Result<Arc<dyn WriteOptions>, DecodeError> {
        let object = from.object()?;
        Err(object.invalid("format", "plugins write no files"))
    }
}
