//! A function of a plugin, and its parameters and inputs.

use std::sync::Arc;

use swath_batch::BatchError;
use swath_meta::Meta;
use swath_plugin_abi::abi_stable::std_types::RStr;
use swath_plugin_abi::{self as abi, BindRequest, Contract, FunctionEntry, Kind};
use swath_plugin_data::{Columns, DataError, give_metas, take_metas};

use super::{
    BoundAggregate, BoundPartition, BoundPartitioner, BoundScalar, BoundSink, BoundSource,
    CallError, Callee, Services,
};
use crate::load::{Guarded, with_causes};

/// A function of a plugin that was loaded.
#[derive(Clone)]
pub struct Function {
    /// Plugin and function, `geo.haversine_km`.
    name: Arc<str>,
    entry: FunctionEntry,
    callee: Arc<dyn Callee>,
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
    pub(super) bound: Guarded<abi::Bound>,
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

    /// Rows that cannot be had in the encodings of this version.
    pub(super) fn unfit(&self, error: &BatchError) -> CallError {
        self.broke(format!(
            "returned rows that do not fit: {}",
            with_causes(error)
        ))
    }

    pub(super) fn given(&self, source: DataError) -> CallError {
        CallError::Given {
            function: Arc::clone(&self.name),
            source,
        }
    }

    pub(super) fn returned(&self, source: DataError) -> CallError {
        CallError::Returned {
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
    pub(crate) fn new(plugin: &str, entry: FunctionEntry, callee: Arc<dyn Callee>) -> Self {
        Self {
            name: format!("{plugin}.{}", entry.name).into(),
            entry,
            callee,
        }
    }

    /// Plugin and function, `geo.haversine_km`.
    pub fn name(&self) -> &Arc<str> {
        &self.name
    }

    /// What binds it.
    pub(crate) fn callee(&self) -> &dyn Callee {
        &*self.callee
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
        match self.entry.kind {
            Kind::Partition => self.bind_frames(params, &[input]).map(Bound::Partition),
            Kind::Scalar => {
                BoundScalar::new(self.parts(params, &[input], 0)?, input).map(Bound::Scalar)
            }
            Kind::Aggregate => {
                BoundAggregate::new(self.parts(params, &[input], 0)?, input).map(Bound::Aggregate)
            }
            Kind::Partitioner | Kind::Source | Kind::Sink => {
                Err(self.used_as("a function of rows"))
            }
            Kind::Unknown => Err(self.newer()),
        }
    }

    /// As [`bind`](Self::bind), for a function of the partitions of one or of several frames.
    ///
    /// # Errors
    /// Parameters, columns or a number of frames that it does not take, and a function of another kind.
    pub fn bind_frames(&self, params: &str, inputs: &[&Meta]) -> Result<BoundPartition, CallError> {
        match self.entry.kind {
            Kind::Partition => {}
            Kind::Unknown => return Err(self.newer()),
            _ => return Err(self.used_as("a function of partitions")),
        }
        let frames = &self.entry.frames;
        if frames.len().max(1) != inputs.len() && !(frames.is_empty() && inputs.len() > 1) {
            return Err(CallError::Frames {
                function: Arc::clone(&self.name),
                frames: frames.clone(),
                given: inputs.len(),
            });
        }
        BoundPartition::new(self.parts(params, inputs, 0)?, inputs)
    }

    /// As [`bind`](Self::bind), for a function that says which of so many partitions a row with these keys belongs into.
    ///
    /// # Errors
    /// Parameters, keys or a number of partitions that it does not take, and a function of another kind.
    pub fn bind_partitioner(
        &self,
        params: &str,
        keys: &Meta,
        targets: u32,
    ) -> Result<BoundPartitioner, CallError> {
        match self.entry.kind {
            Kind::Partitioner => {
                BoundPartitioner::new(self.parts(params, &[keys], targets)?, keys, targets)
            }
            Kind::Unknown => Err(self.newer()),
            _ => Err(self.used_as("a partitioner")),
        }
    }

    /// As [`bind`](Self::bind), for what is read from elsewhere: it has no input.
    ///
    /// # Errors
    /// Parameters that it does not take, and a function of another kind.
    pub fn bind_source(&self, params: &str) -> Result<BoundSource, CallError> {
        match self.entry.kind {
            Kind::Source => BoundSource::new(self.parts(params, &[], 0)?),
            Kind::Unknown => Err(self.newer()),
            _ => Err(self.used_as("a source")),
        }
    }

    /// As [`bind`](Self::bind), for where rows of these columns go.
    ///
    /// # Errors
    /// Parameters or columns that it does not take, and a function of another kind.
    pub fn bind_sink(&self, params: &str, input: &Meta) -> Result<BoundSink, CallError> {
        match self.entry.kind {
            Kind::Sink => BoundSink::new(self.parts(params, &[input], 0)?, input),
            Kind::Unknown => Err(self.newer()),
            _ => Err(self.used_as("a sink")),
        }
    }

    fn parts(&self, params: &str, inputs: &[&Meta], targets: u32) -> Result<Parts, CallError> {
        let given = |source| CallError::Given {
            function: Arc::clone(&self.name),
            source,
        };
        let returned = |source| CallError::Returned {
            function: Arc::clone(&self.name),
            source,
        };
        let broke = |reason: String| CallError::Broke {
            function: Arc::clone(&self.name),
            reason,
        };
        let request = BindRequest {
            inputs: give_metas(inputs.iter().copied()).map_err(given)?,
            params: RStr::from_str(params),
            targets: targets.into(),
            context: RStr::empty(),
        };
        let services = Services::new(&self.name, None);
        // SAFETY: host and request are valid for the call.
        let call = |out| unsafe { self.callee.bind(services.host(), request, out) };
        // SAFETY: it writes what it gives, as the contract says.
        let bound = unsafe { services.ask(call) }.map_err(CallError::when_bound)?;
        let mut bound = Guarded::new(bound, &self.name);
        let outputs = take_metas(bound.take_outputs()).map_err(returned)?;
        let contract = bound.contract().read();
        let contract: Contract = match &*contract {
            "" => Contract::default(),
            text => serde_json::from_str(text)
                .map_err(|error| broke(format!("promised what cannot be read: {error}")))?,
        };
        if let Some(word) = contract.requires.first() {
            return Err(broke(format!(
                "needs a host that understands `{word}`, which this version of swath does not; a newer one may"
            )));
        }
        let may_be_random = matches!(self.entry.kind, Kind::Partition | Kind::Source | Kind::Sink);
        if contract.is_random() && !may_be_random {
            return Err(broke(format!(
                "does not say that it is deterministic, which a function of the kind `{}` must be",
                self.entry.kind.as_str()
            )));
        }
        Ok(Parts {
            name: Arc::clone(&self.name),
            bound,
            outputs,
            contract,
        })
    }
}

impl Function {
    fn used_as(&self, used: &'static str) -> CallError {
        CallError::Kind {
            function: Arc::clone(&self.name),
            kind: self.entry.kind.as_str(),
            used,
        }
    }

    fn newer(&self) -> CallError {
        CallError::Newer {
            function: Arc::clone(&self.name),
        }
    }
}

impl std::fmt::Debug for Function {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Function({}, {})", self.name, self.entry.kind.as_str())
    }
}
