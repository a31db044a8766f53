//! A function of a plugin, and its parameters and inputs.

use std::sync::Arc;

use swath_meta::Meta;
use swath_plugin_abi::abi_stable::std_types::{RStr, RVec};
use swath_plugin_abi::{
    self as abi, BindContext, BindRequest, Contract, FunctionEntry, FunctionRef, Kind,
};
use swath_plugin_data::{Columns, DataError, give_meta, take_meta};

use super::{BoundAggregate, BoundPartition, BoundScalar, CallError, Services, settle};
use crate::load::Inside;

/// A function of a plugin that was loaded.
#[derive(Clone)]
pub struct Function {
    /// Plugin and function, `geo.haversine_km`.
    name: Arc<str>,
    entry: FunctionEntry,
    table: FunctionRef,
}

/// A function that is bound, by its kind.
#[derive(Debug)]
#[non_exhaustive]
pub enum Bound {
    /// Of partitions.
    Partition(BoundPartition),
    /// In expressions.
    Scalar(BoundScalar),
    /// Of groups.
    Aggregate(BoundAggregate),
}

/// What every kind has when it is bound.
pub(super) struct Parts {
    pub(super) name: Arc<str>,
    pub(super) bound: abi::Bound,
    pub(super) outputs: Vec<(Meta, Columns)>,
    pub(super) contract: Contract,
}

impl Parts {
    pub(super) fn broke(&self, reason: impl Into<String>) -> CallError {
        CallError::Broke {
            function: Arc::clone(&self.name),
            reason: reason.into(),
        }
    }

    pub(super) fn given(&self, source: DataError) -> CallError {
        CallError::Given {
            function: Arc::clone(&self.name),
            source,
        }
    }

    /// The only output.
    pub(super) fn output(&self) -> Result<(Meta, Columns), CallError> {
        match self.outputs.as_slice() {
            [output] => Ok(output.clone()),
            others => Err(self.broke(format!(
                "declared {} outputs where there is one",
                others.len()
            ))),
        }
    }
}

impl Function {
    pub(crate) fn new(plugin: &str, entry: FunctionEntry, table: FunctionRef) -> Self {
        Self {
            name: format!("{plugin}.{}", entry.name).into(),
            entry,
            table,
        }
    }

    /// Plugin and function, `geo.haversine_km`.
    pub fn name(&self) -> &Arc<str> {
        &self.name
    }

    /// What its manifest says of it: kind, words, parameters.
    pub fn entry(&self) -> &FunctionEntry {
        &self.entry
    }

    /// Checks parameters, a JSON object, and the columns of what it is called with, and makes it ready. Runs none of it on data.
    ///
    /// Costs some microseconds; what is bound may be called any number of times, from any thread.
    ///
    /// # Errors
    /// Parameters or columns that it does not take.
    pub fn bind(&self, params: &str, input: &Meta) -> Result<Bound, CallError> {
        if matches!(self.entry.kind, Kind::Partitioner | Kind::Unknown) {
            return Err(self.not_callable());
        }
        let given = |source| CallError::Given {
            function: Arc::clone(&self.name),
            source,
        };
        let returned = |source| CallError::Returned {
            function: Arc::clone(&self.name),
            source,
        };
        let context = BindContext {
            index: vec![input.index().len()],
            targets: 0,
        };
        // A list of numbers is JSON.
        let context = serde_json::to_string(&context).unwrap_or_default();
        let request = BindRequest {
            inputs: RVec::from(vec![give_meta(input).map_err(given)?]),
            params: RStr::from_str(params),
            context: RStr::from_str(&context),
        };
        let services = Services::new(&self.name, None);
        let inside = Inside::new();
        // SAFETY: the table is that of a plugin whose layout was checked; host and request are valid for the call.
        let bound = unsafe { (self.table.bind())(services.host(), request) };
        drop(inside);
        let mut bound = settle(&self.name, bound)?;
        let outputs = std::mem::take(&mut bound.outputs)
            .into_iter()
            .map(take_meta);
        let outputs = outputs.collect::<Result<Vec<_>, _>>().map_err(returned)?;
        let contract = serde_json::from_str(&bound.contract).map_err(|error| CallError::Broke {
            function: Arc::clone(&self.name),
            reason: format!("promised what cannot be read: {error}"),
        })?;
        let parts = Parts {
            name: Arc::clone(&self.name),
            bound,
            outputs,
            contract,
        };
        match self.entry.kind {
            Kind::Partition => BoundPartition::new(parts, input).map(Bound::Partition),
            Kind::Scalar => BoundScalar::new(parts, input).map(Bound::Scalar),
            Kind::Aggregate => BoundAggregate::new(parts, input).map(Bound::Aggregate),
            Kind::Partitioner | Kind::Unknown => Err(self.not_callable()),
        }
    }
}

impl Function {
    fn not_callable(&self) -> CallError {
        CallError::Kind {
            function: Arc::clone(&self.name),
            kind: self.entry.kind.as_str(),
        }
    }
}

impl std::fmt::Debug for Function {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Function({}, {})", self.name, self.entry.kind.as_str())
    }
}
