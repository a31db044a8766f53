//! The noun: a function of a plugin, with parameters, before it is used.

use std::sync::Arc;

use serde::Serialize;
use swath_batch::Value;
use swath_expr::{Agg, Columns, Expr, FunctionRef, IntoColumns, Params, PluginName};
use swath_ops::plugin::{PluginError, params_of, unreadable};
use swath_plan::PlanError;

/// A function of a plugin with its parameters: what [`plugin`] makes.
#[derive(Clone, Debug)]
#[must_use = "a function of a plugin does nothing until it is called"]
pub struct PluginFunction {
    name: PluginName,
    params: Params,
}

/// The function of a plugin that the session has: `plugin("geo.haversine_km")`.
///
/// | name | means |
/// |---|---|
/// | `geo.haversine_km` | that of the highest version that is loaded |
/// | `geo@2.haversine_km`, `geo@2.1.haversine_km` | that of the highest version that begins so |
/// | `haversine_km` | the only one of this name; an error that lists all where there are several |
///
/// Which one is meant is settled by the call of a frame that uses it, down to the hash of the plugin's file: frames keep the one they
/// were made with, and results of another one are never taken for its own. That call also checks name, kind, parameters and
/// columns, before any data is read; `plugin` itself and its methods never fail.
///
/// ```
/// use swath_frame::{Batch, Session, col, plugin};
///
/// let session = Session::testing();
/// let df = session.from_batches([Batch::from_csv("x\n1.5\n")?])?;
/// let error = df.assign("y", plugin("geo.haversine_km").call([col("x")])).unwrap_err();
/// assert!(error.to_string().contains("no plugin that is loaded has a function `geo.haversine_km`"));
/// # Ok::<(), swath_frame::Error>(())
/// ```
pub fn plugin(name: impl AsRef<str>) -> PluginFunction {
    PluginFunction {
        name: PluginName::new(name.as_ref()),
        params: Params::default(),
    }
}

impl PluginFunction {
    pub(crate) fn name(&self) -> &PluginName {
        &self.name
    }

    /// Refuses options that say what the function says itself.
    pub(crate) fn says(
        &self,
        said: impl IntoIterator<Item = (&'static str, bool)>,
    ) -> Result<(), PlanError> {
        let mut said = said.into_iter();
        match said.find(|(_, is_said)| *is_said) {
            None => Ok(()),
            Some((option, _)) => Err(PluginError::Said {
                name: self.name.to_string(),
                option,
            }
            .into()),
        }
    }

    pub(crate) fn all_params(&self) -> &Params {
        &self.params
    }

    /// With one more parameter, in place of one of the same name: `.param("gap", "30min")`.
    pub fn param(self, name: impl Into<Arc<str>>, value: impl Into<Value>) -> Self {
        Self {
            params: self.params.with(name, value),
            ..self
        }
    }

    /// With a parameter for each field of a struct, or for each entry of a map, by serde: as JSON, in which a number that is infinite or NaN
    /// is null.
    pub fn params(self, params: &impl Serialize) -> Self {
        let more = match serde_json::to_value(params) {
            Ok(json) => params_of(json),
            Err(error) => unreadable(&error.to_string()),
        };
        let params = more.iter().fold(self.params, |all, (name, value)| {
            all.with(Arc::clone(name), value.clone())
        });
        Self { params, ..self }
    }

    /// What a scalar function makes of these columns, row by row: names or expressions, in the order of its arguments.
    ///
    /// It is called for the rows whose answer is wanted, and for no others.
    #[track_caller]
    pub fn call(&self, args: impl IntoColumns) -> Expr {
        let function = FunctionRef::of_plugin(&self.name).with_params(self.params.clone());
        Expr::call_with(function, list(args))
    }

    /// What an aggregate makes of these columns, for `agg`: names or expressions, in the order of its arguments.
    ///
    /// Without another name its result is called `column_function`, as that of any aggregate.
    #[track_caller]
    pub fn agg(&self, inputs: impl IntoColumns) -> Agg {
        let agg = Agg::over(self.name.marked(), list(inputs));
        self.params.iter().fold(agg, |agg, (name, value)| {
            agg.param(Arc::clone(name), value.clone())
        })
    }
}

/// `..` has no columns before there is a frame: the number of arguments is then wrong, which is said by the call that uses it.
fn list(columns: impl IntoColumns) -> Vec<Expr> {
    match columns.into_columns() {
        Columns::List(columns) => columns,
        Columns::All => Vec::new(),
    }
}
