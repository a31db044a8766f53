//! A source that was listed, as a data set.

use std::sync::Arc;

use swath_batch::Host;
use swath_divisions::{Bounds, Divisions, KeyOrder};
use swath_expr::{ColumnBounds, Params, PluginName};
use swath_graph::{Canon, Fingerprint, Name};
use swath_io::{Dataset, FileSet, Part, Statistics};
use swath_meta::{DType, Meta};
use swath_plugin_abi::ListedPart;
use swath_plugin_host::{BoundSource, Listing};

use super::super::values::json_of;
use super::super::{PluginError, Plugins, Use};
use super::{PluginPart, Unit};

/// Bytes of all partitions that are believed at most, a pebibyte: sums and multiples of them are far from any end.
const MOST: u64 = 1 << 50;

/// Bytes of a partition of which nothing is known.
const UNKNOWN: u64 = 16 << 20;

/// Bytes that a value takes that has no width of its own, about.
const WIDTH: u64 = 24;

/// The rows of a source, in the partitions that it had when it was listed.
#[derive(Clone, Debug)]
pub struct PluginRows {
    name: PluginName,
    params: Params,
    bound: Arc<BoundSource>,
    plugins: Plugins,
    set: FileSet,
    parts: Arc<[ListedPart]>,
    /// How many rows all of them have, where that is known.
    rows: Option<u64>,
    /// What its random numbers begin from.
    seed: u64,
    /// Where the same partition may have other rows the next time, no two are the same data set.
    only: Option<Name>,
}

impl Plugins {
    /// The source of this name, bound to parameters. Runs none of it on data.
    ///
    /// # Errors
    /// There is none, there are several, it is of another kind, or it does not take these parameters.
    pub(super) fn source(
        &self,
        name: &PluginName,
        params: &Params,
    ) -> Result<(PluginName, BoundSource), PluginError> {
        let found = self.find(name, Use::Source)?;
        let function = found.function();
        let json = json_of(params, function.name())?;
        Ok((found.name(), function.bind_source(&json)?))
    }
}

impl PluginRows {
    /// The source of this name, settled to the one that is meant now, with the partitions that it has now. `host` says whether to go on
    /// while it lists them.
    ///
    /// # Errors
    /// As of a function of any kind; a list of partitions that is none.
    pub fn list(
        plugins: &Plugins,
        name: &PluginName,
        params: Params,
        host: Arc<dyn Host>,
    ) -> Result<Self, PluginError> {
        let (name, bound) = plugins.source(name, &params)?;
        let Listing { parts, bounds } = bound.list(Some(host))?;
        let meta = bound.output();
        let divisions = match bounds {
            Some(bounds) if !parts.is_empty() => {
                let refused = |source| PluginError::Boundaries {
                    name: name.to_string(),
                    source,
                };
                let dtypes: Vec<DType> = (meta.index_fields().iter())
                    .map(|field| field.dtype.clone())
                    .collect();
                let order = KeyOrder::try_new(&dtypes).map_err(refused)?;
                let columns = bounds.record_batch().columns().to_vec();
                Divisions::Known(Bounds::with_order(&order, columns).map_err(refused)?)
            }
            _ => Divisions::unknown(parts.len().max(1)),
        };
        let mut canon = Canon::new("plugin-seed", 1);
        canon.str(&name.marked()).feed(&params);
        let seed = Name::from_canon("seed", canon);
        let only = bound.contract().is_random();
        Ok(Self {
            set: FileSet::without_files(Arc::clone(meta), divisions, parts.len()),
            bound: Arc::new(bound),
            plugins: plugins.clone(),
            rows: counted(&parts),
            parts: parts.into(),
            seed: (seed.print() >> 64) as u64,
            only: only.then(|| Name::unique("random")),
            name,
            params,
        })
    }

    fn unit(&self, at: usize) -> Unit {
        // With the next one: what is on the boundary between them belongs to that.
        let end = (at + 2).min(self.parts.len());
        Unit {
            number: at as u64,
            part: self.parts[at].clone(),
            between: self.set.divisions().slice(at..end).ok(),
        }
    }
}

/// Rows of all partitions, where each says how many it has: of more than there can be anywhere nothing is known, and whoever reads them
/// finds it out.
fn counted(parts: &[ListedPart]) -> Option<u64> {
    let rows = |part: &ListedPart| part.rows.filter(|_| part.is_exact);
    let all = parts
        .iter()
        .try_fold(0_u64, |all, part| all.checked_add(rows(part)?))?;
    i64::try_from(all).is_ok().then_some(all)
}

/// Bytes of some columns of a row.
fn width<'a>(fields: impl Iterator<Item = &'a DType>) -> u64 {
    fields
        .map(|dtype| dtype.byte_width().map_or(WIDTH, |width| width as u64))
        .sum()
}

impl Dataset for PluginRows {
    fn kind(&self) -> &'static str {
        "read"
    }

    fn set(&self) -> &FileSet {
        &self.set
    }

    fn unit_bytes(&self, unit: usize, columns: &[Arc<str>]) -> u64 {
        let meta: &Meta = self.bound.output();
        let wanted = columns.iter().filter_map(|name| meta.field(name).ok());
        let wanted = width(wanted.map(|field| &field.dtype));
        let all = width(meta.fields().iter().map(|field| &field.dtype)).max(1);
        let part = &self.parts[unit];
        let bytes = match (part.bytes, part.rows) {
            (Some(bytes), _) => (u128::from(bytes) * u128::from(wanted) / u128::from(all)) as u64,
            (None, Some(rows)) => rows.saturating_mul(wanted),
            (None, None) => UNKNOWN,
        };
        bytes.min(MOST / self.parts.len() as u64)
    }

    fn statistics(&self) -> Option<&dyn Statistics> {
        self.rows.is_some().then_some(self)
    }

    fn parts(&self, units: &[Vec<usize>]) -> Vec<Arc<dyn Part>> {
        let part = |units: &Vec<usize>| -> Arc<dyn Part> {
            Arc::new(PluginPart::bound(
                self.name.clone(),
                self.params.clone(),
                self.plugins.clone(),
                Arc::clone(&self.bound),
                self.seed,
                self.parts.len() as u64,
                units.iter().map(|unit| self.unit(*unit)).collect(),
            ))
        };
        units.iter().map(part).collect()
    }

    fn label(&self) -> String {
        let parts = match self.parts.len() {
            1 => "1 partition".to_owned(),
            n => format!("{n} partitions"),
        };
        format!("{}({}) ({parts})", self.name, self.params)
    }
}

impl Statistics for PluginRows {
    fn rows(&self) -> u64 {
        self.rows.unwrap_or_default()
    }

    fn unit_rows(&self, unit: usize) -> u64 {
        self.parts[unit].rows.unwrap_or_default()
    }

    fn unit_bounds(&self, _: usize, _: &str) -> Option<ColumnBounds> {
        None
    }

    fn column_bounds(&self, _: &str) -> Option<ColumnBounds> {
        None
    }
}

/// The function with its plugin, its parameters, and the partitions as they were listed.
impl Fingerprint for PluginRows {
    fn feed(&self, out: &mut Canon) {
        out.object("plugin-rows", 1)
            .str(&self.name.marked())
            .feed(&self.params)
            // What a source looks at to tell its columns may change while its partitions do not.
            .feed(&**self.set.meta())
            .feed(self.set.divisions())
            .seq(self.parts.len());
        for part in &*self.parts {
            out.str(&part.about.to_string());
        }
        if let Some(only) = &self.only {
            only.feed(out);
        }
    }
}
