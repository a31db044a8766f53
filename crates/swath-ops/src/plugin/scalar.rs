//! Functions of plugins in expressions.

use std::error::Error;
use std::fmt::{self, Debug, Formatter};
use std::sync::Arc;

use arrow_array::{ArrayRef, BooleanArray, UInt32Array};
use arrow_select::filter::filter;
use arrow_select::take::take;
use swath_expr::{
    Argument, Evaluate, FunctionError, FunctionPin, Input, Params, Returns, Rows, ScalarFunction,
};
use swath_meta::{DType, Field, Index, Meta};
use swath_plugin_host::{Bound, BoundScalar};

use super::plugins::Found;
use super::values::json_of;
use super::{PluginError, Use};

/// A function of rows that a plugin has.
pub(super) struct PluginScalar {
    found: Found,
    /// Marked, without the hash, which is in the pin.
    name: String,
}

impl PluginScalar {
    pub(super) fn new(found: Found) -> Self {
        let name = found.name().with_digest(None).marked();
        Self { found, name }
    }

    fn bind(&self, args: &[Argument<'_>], params: &Params) -> Result<BoundScalar, PluginError> {
        let function = self.found.function();
        let params = json_of(params, function.name())?;
        let fields = args.iter().map(|argument| argument.field);
        match function.bind(&params, &of_arguments(fields))? {
            Bound::Scalar(bound) => Ok(bound),
            _ => Err(PluginError::OtherKind {
                name: function.name().to_string(),
                kind: function.entry().kind,
                used: Use::Scalar,
            }),
        }
    }
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
        let bound = self.bind(args, params).map_err(failed)?;
        let Field {
            dtype, nullable, ..
        } = bound.output().clone();
        Ok(Returns { dtype, nullable })
    }

    fn open(
        &self,
        args: &[Argument<'_>],
        params: &Params,
    ) -> Result<Box<dyn Evaluate>, FunctionError> {
        Ok(Box::new(Ready {
            bound: self.bind(args, params).map_err(failed)?,
            dtypes: args
                .iter()
                .map(|argument| argument.field.dtype.clone())
                .collect(),
        }))
    }
}

impl Debug for PluginScalar {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "PluginScalar({})", self.found.name())
    }
}

/// A function of arguments of known dtypes.
struct Ready {
    bound: BoundScalar,
    dtypes: Vec<DType>,
}

impl Evaluate for Ready {
    fn eval(&self, args: &[Input], rows: Rows<'_>) -> Result<ArrayRef, FunctionError> {
        let arrow = |during| move |source| FunctionError::Arrow { during, source };
        let mut columns = Vec::with_capacity(args.len());
        for (arg, dtype) in args.iter().zip(&self.dtypes) {
            columns.push(arg.to_border(dtype, rows.len)?);
        }
        let call = |columns: &[ArrayRef], rows: usize, task| {
            self.bound.call(columns, rows, task).map_err(failed)
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
