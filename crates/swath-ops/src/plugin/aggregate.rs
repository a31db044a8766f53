//! Aggregates of plugins.

use std::sync::{Arc, OnceLock};

use arrow_array::{ArrayRef, new_empty_array};
use swath_batch::{Batch, Host, Value};
use swath_expr::{Params, PluginName};
use swath_kernels::{Accumulator, Aggregate, AggregateTypes, KernelError};
use swath_meta::{DType, Field, Meta};
use swath_plugin_host::{Bound, BoundAggregate, CallError, Groups};

use super::plugins::{Found, Plugins};
use super::scalar::of_arguments;
use super::values::json_of;
use super::{PluginError, Use};

/// What kernels call aggregates of plugins where they need a word that is known when they are compiled.
const KIND: &str = "plugin";

/// An aggregate that a plugin has, with parameters.
pub(crate) struct PluginAggregate {
    found: Found,
    params: Params,
    /// Bound, once somebody asked, to inputs of these dtypes: all whom this object is handed to share what the function prepared.
    bound: OnceLock<(Vec<DType>, Ready)>,
}

/// The function, bound to arguments.
#[derive(Clone)]
struct Ready {
    bound: Arc<BoundAggregate>,
    args: Arc<Meta>,
}

fn failed(error: impl Into<PluginError>) -> KernelError {
    KernelError::Plugin(Box::new(error.into()))
}

impl PluginAggregate {
    /// The one of this name.
    pub(crate) fn find(plugins: &Plugins, name: &PluginName) -> Result<Self, KernelError> {
        Ok(Self {
            found: plugins.find(name, Use::Aggregate).map_err(failed)?,
            params: Params::default(),
            bound: OnceLock::new(),
        })
    }

    /// Its name, down to the hash of the plugin.
    pub(crate) fn name(&self) -> PluginName {
        self.found.name()
    }

    /// With these parameters.
    pub(crate) fn with(self, params: &[(Arc<str>, Value)]) -> Self {
        let params = params.iter().fold(Params::default(), |all, (name, value)| {
            all.with(Arc::clone(name), value.clone())
        });
        Self {
            params,
            bound: OnceLock::new(),
            ..self
        }
    }

    fn ready(&self, inputs: &[DType]) -> Result<Ready, PluginError> {
        if let Some((_, ready)) = self.bound.get().filter(|(dtypes, _)| dtypes == inputs) {
            return Ok(ready.clone());
        }
        let ready = self.bind(inputs)?;
        let (dtypes, first) = self.bound.get_or_init(|| (inputs.to_vec(), ready.clone()));
        Ok(if dtypes == inputs {
            first.clone()
        } else {
            ready
        })
    }

    fn bind(&self, inputs: &[DType]) -> Result<Ready, PluginError> {
        let function = self.found.function();
        let params = json_of(&self.params, function.name())?;
        // Arguments are expressions, which may have no name; they are called by their number.
        let fields: Vec<Field> = (1..)
            .zip(inputs)
            .map(|(at, dtype)| Field::new(format!("{at}"), dtype.clone(), true))
            .collect();
        let args = of_arguments(&fields);
        match function.bind(&params, &args)? {
            Bound::Aggregate(bound) => Ok(Ready {
                bound: Arc::new(bound),
                args: Arc::new(args),
            }),
            _ => Err(PluginError::OtherKind {
                name: function.name().to_string(),
                kind: function.entry().kind,
                used: Use::Aggregate,
            }),
        }
    }
}

impl Aggregate for PluginAggregate {
    fn kind(&self) -> &'static str {
        KIND
    }

    fn infer(&self, inputs: &[DType]) -> Result<AggregateTypes, KernelError> {
        let bound = self.ready(inputs).map_err(failed)?.bound;
        let states = bound.state().fields().iter();
        Ok(AggregateTypes {
            state: states.map(|field| field.dtype.clone()).collect(),
            output: bound.output().dtype.clone(),
            output_nullable: bound.output().nullable,
        })
    }

    fn accumulator(&self, inputs: &[DType]) -> Result<Box<dyn Accumulator>, KernelError> {
        let Ready { bound, args } = self.ready(inputs).map_err(failed)?;
        Ok(Box::new(States {
            bound,
            args,
            task: None,
            groups: None,
            wanted: 0,
        }))
    }
}

/// The states of the groups of one task, on the plugin's side.
struct States {
    bound: Arc<BoundAggregate>,
    args: Arc<Meta>,
    task: Option<Arc<dyn Host>>,
    /// None before the first row, and after the groups were taken out.
    groups: Option<Groups>,
    /// How many groups there are, of which the plugin may not know the last yet.
    wanted: usize,
}

impl States {
    fn groups(&mut self) -> Result<&mut Groups, CallError> {
        if self.groups.is_none() {
            self.groups = Some(self.bound.open(self.task.clone())?);
        }
        Ok(self.groups.as_mut().expect("it was opened just now"))
    }

    /// Takes all groups out, also those of which no row came.
    fn all(&mut self) -> Result<Groups, CallError> {
        let wanted = std::mem::take(&mut self.wanted);
        let nothing = self.args.fields().iter();
        let nothing: Vec<ArrayRef> = nothing
            .map(|field| new_empty_array(&field.dtype.border()))
            .collect();
        let groups = self.groups()?;
        groups.update(&nothing, &[], wanted)?;
        Ok(self.groups.take().expect("it was opened just now"))
    }
}

impl Accumulator for States {
    fn in_task(&mut self, task: &Arc<dyn Host>) {
        self.task = Some(Arc::clone(task));
    }

    fn update(
        &mut self,
        groups: &[u32],
        n_groups: usize,
        inputs: &[ArrayRef],
    ) -> Result<(), KernelError> {
        self.wanted = self.wanted.max(n_groups);
        if groups.is_empty() {
            return Ok(());
        }
        // In the encodings that cross.
        let args = Batch::from_arrays(&self.args, inputs.to_vec(), groups.len());
        let args = args.map_err(|error| KernelError::Plugin(Box::new(error)))?;
        let args = args.record_batch().columns();
        let states = self.groups().map_err(failed)?;
        states.update(args, groups, n_groups).map_err(failed)
    }

    fn merge(
        &mut self,
        groups: &[u32],
        n_groups: usize,
        state: &[ArrayRef],
    ) -> Result<(), KernelError> {
        self.wanted = self.wanted.max(n_groups);
        if groups.is_empty() {
            return Ok(());
        }
        let states = self.groups().map_err(failed)?;
        states.merge(state, groups, n_groups).map_err(failed)
    }

    fn state(&mut self) -> Result<Vec<ArrayRef>, KernelError> {
        self.all().and_then(Groups::state).map_err(failed)
    }

    fn finish(&mut self) -> Result<ArrayRef, KernelError> {
        self.all().and_then(Groups::finish).map_err(failed)
    }

    fn bytes(&self) -> u64 {
        self.groups.as_ref().map_or(0, Groups::size)
    }
}
