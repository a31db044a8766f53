//! Functions of plugins in expressions.

use std::error::Error;
use std::fmt::{self, Debug, Formatter};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use arrow_array::{ArrayRef, BooleanArray, UInt32Array};
use arrow_select::filter::filter;
use arrow_select::take::take;
use swath_expr::{
    Argument, Evaluate, FunctionError, FunctionPin, Input, Params, Returns, Rows, ScalarFunction,
};
use swath_meta::{Field, Index, Meta};
use swath_plugin_host::{Bound, BoundScalar};

use super::plugins::Found;
use super::remembered::Remembered;
use super::values::json_of;
use super::{PluginError, Use};

/// A function of rows that a plugin has.
pub(super) struct PluginScalar {
    found: Found,
    /// Marked, without the hash, which is in the pin.
    name: String,
    remembered: Arc<Remembered>,
}

impl PluginScalar {
    pub(super) fn new(found: Found) -> Self {
        let name = found.name().with_digest(None).marked();
        Self {
            found,
            name,
            remembered: Arc::default(),
        }
    }

    /// What it returns for arguments of these columns.
    fn returns(&self, args: &Meta, params: &Params) -> Result<Returns, PluginError> {
        if let Some(returns) = self.remembered.find(args, params) {
            return Ok(returns);
        }
        let returns = returned(&bind(&self.found, params, args)?);
        self.remembered.add(args, params, &returns);
        Ok(returns)
    }
}

/// Binds a function to arguments of these columns.
fn bind(found: &Found, params: &Params, args: &Meta) -> Result<BoundScalar, PluginError> {
    let function = found.function();
    match function.bind(&json_of(params, function.name())?, args)? {
        Bound::Scalar(bound) => Ok(bound),
        _ => Err(PluginError::OtherKind {
            name: function.name().to_string(),
            kind: function.entry().kind,
            used: Use::Scalar,
        }),
    }
}

/// As messages have it: `int64?`.
fn shown(Returns { dtype, nullable }: &Returns) -> String {
    format!("{dtype}{}", if *nullable { "?" } else { "" })
}

/// What a bound function returns.
fn returned(bound: &BoundScalar) -> Returns {
    let Field {
        dtype, nullable, ..
    } = bound.output().clone();
    Returns { dtype, nullable }
}

/// Arguments as columns: under their names, and where two have the same, the second under one with its position.
pub(super) fn of_arguments<'a>(fields: impl IntoIterator<Item = &'a Field>) -> Meta {
    let mut columns: Vec<Field> = Vec::new();
    for (at, field) in fields.into_iter().enumerate() {
        let mut field = field.clone();
        while columns.iter().any(|known| known.name == field.name) {
            field.name = format!("{} ({})", field.name, at + 1).into();
        }
        columns.push(field);
    }
    Meta::try_new(columns, Index::none()).expect("the names differ")
}

fn failed(error: impl Into<PluginError>) -> FunctionError {
    FunctionError::Plugin(Box::<dyn Error + Send + Sync>::from(error.into()))
}

impl ScalarFunction for PluginScalar {
    fn name(&self) -> &str {
        &self.name
    }

    fn pin(&self) -> FunctionPin {
        self.found.pin()
    }

    fn infer(&self, args: &[Argument<'_>], params: &Params) -> Result<Returns, FunctionError> {
        let args = of_arguments(args.iter().map(|argument| argument.field));
        self.returns(&args, params).map_err(failed)
    }

    fn open(
        &self,
        args: &[Argument<'_>],
        params: &Params,
    ) -> Result<Box<dyn Evaluate>, FunctionError> {
        let args = of_arguments(args.iter().map(|argument| argument.field));
        Ok(Box::new(Ready {
            found: self.found.clone(),
            params: params.clone(),
            returns: self.returns(&args, params).map_err(failed)?,
            args,
            remembered: Arc::clone(&self.remembered),
            bound: OnceLock::new(),
            binding: Mutex::default(),
        }))
    }
}

impl Debug for PluginScalar {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "PluginScalar({})", self.found.name())
    }
}

/// A function of arguments of known dtypes. It is bound when it is called first: most of what a plan asks for is never called.
struct Ready {
    found: Found,
    params: Params,
    /// The arguments as columns.
    args: Meta,
    /// What it said that it returns.
    returns: Returns,
    remembered: Arc<Remembered>,
    bound: OnceLock<BoundScalar>,
    /// Held while it is bound: what a function prepares may be large.
    binding: Mutex<()>,
}

impl Ready {
    fn bound(&self) -> Result<&BoundScalar, PluginError> {
        if let Some(bound) = self.bound.get() {
            return Ok(bound);
        }
        let _one = self.binding.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(bound) = self.bound.get() {
            return Ok(bound);
        }
        let bound = self.bind()?;
        Ok(self.bound.get_or_init(|| bound))
    }

    fn bind(&self) -> Result<BoundScalar, PluginError> {
        let bound = bind(&self.found, &self.params, &self.args)?;
        let found = returned(&bound);
        if found == self.returns {
            return Ok(bound);
        }
        // A frame that is made now gets what it says now.
        self.remembered.forget(&self.args, &self.params);
        Err(PluginError::Changed {
            name: self.found.function().name().to_string(),
            before: shown(&self.returns),
            now: shown(&found),
        })
    }
}

impl Evaluate for Ready {
    fn eval(&self, args: &[Input], rows: Rows<'_>) -> Result<ArrayRef, FunctionError> {
        let arrow = |during| move |source| FunctionError::Arrow { during, source };
        let mut columns = Vec::with_capacity(args.len());
        for (arg, field) in args.iter().zip(self.args.fields()) {
            columns.push(arg.to_border(&field.dtype, rows.len)?);
        }
        let bound = self.bound().map_err(failed)?;
        let call = |columns: &[ArrayRef], rows: usize, task| {
            bound.call(columns, rows, task).map_err(failed)
        };
        let task = rows.task.map(Arc::clone);
        let active = rows.active.map(|active| (active, active.count_set_bits()));
        let Some((active, wanted)) = active.filter(|(_, wanted)| *wanted < rows.len) else {
            return call(&columns, rows.len, task);
        };
        // What the other rows hold it must not see: it may have no answer for that.
        let mask = BooleanArray::new(active.clone(), None);
        for column in &mut columns {
            *column = filter(column, &mask).map_err(arrow("leaving rows out"))?;
        }
        let answers = call(&columns, wanted, task)?;
        let mut next = 0..wanted as u32;
        let places: UInt32Array = active
            .iter()
            .map(|is_wanted| if is_wanted { next.next() } else { None })
            .collect();
        take(&answers, &places, None).map_err(arrow("putting answers in their rows"))
    }
}
