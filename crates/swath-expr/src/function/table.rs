//! The table of functions: a visible list, and visible `register` calls.

use std::collections::BTreeMap;
use std::fmt::{self, Debug, Formatter};
use std::sync::Arc;

use swath_meta::nearest;

use super::builtin;
use crate::{ExprErrorKind, FunctionRef, PluginFunctions, ScalarFunction, shown_name};

/// The functions that expressions may call, by name. Clone is one reference count a function.
///
/// ```
/// use swath_expr::Functions;
///
/// assert!(Functions::standard().names().any(|name| name == "dt.floor"));
/// ```
#[derive(Clone, Default)]
pub struct Functions {
    table: BTreeMap<Arc<str>, Arc<dyn ScalarFunction>>,
    plugins: Option<Arc<dyn PluginFunctions>>,
}

impl Functions {
    /// The functions that are part of swath: those of numbers and of several values by their names, those of an accessor behind its
    /// prefix, as `str.lower` and `dt.floor`.
    pub fn standard() -> Self {
        let mut functions = Self::default();
        for function in builtin::all() {
            functions.register(function);
        }
        functions
    }

    /// Adds a function. One of the same name is replaced and returned.
    pub fn register(
        &mut self,
        function: Arc<dyn ScalarFunction>,
    ) -> Option<Arc<dyn ScalarFunction>> {
        self.table.insert(function.name().into(), function)
    }

    /// The same table, which asks these for functions of plugins.
    #[must_use]
    pub fn with_plugins(self, plugins: Arc<dyn PluginFunctions>) -> Self {
        Self {
            plugins: Some(plugins),
            ..self
        }
    }

    /// The names of the functions that are not of plugins, in order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.table.keys().map(|name| &**name)
    }

    /// Finds the function that an expression refers to; a closure is in no table, its reference has it.
    ///
    /// # Errors
    /// [`ExprErrorKind::UnknownFunction`] with the nearest name; [`ExprErrorKind::OtherFunction`] if the reference is pinned to a
    /// version that is not the registered one; [`ExprErrorKind::Plugin`] with what those who know the plugins say.
    pub fn get(&self, reference: &FunctionRef) -> Result<Arc<dyn ScalarFunction>, ExprErrorKind> {
        if let Some(closure) = reference.closure() {
            return Ok(Arc::clone(closure.function()));
        }
        if let (Some(plugins), Some(name)) = (&self.plugins, reference.plugin()) {
            let found = plugins.scalar(&name, reference.pin());
            return found.map_err(ExprErrorKind::Plugin);
        }
        let name = reference.name();
        let function = self
            .table
            .get(name)
            .ok_or_else(|| ExprErrorKind::UnknownFunction {
                name: shown_name(name),
                nearest: nearest(name, self.names()).map(str::to_owned),
            })?;
        match reference.pin() {
            Some(expected) if expected != function.pin() => Err(ExprErrorKind::OtherFunction {
                name: name.to_owned(),
                expected,
                found: function.pin(),
            }),
            _ => Ok(Arc::clone(function)),
        }
    }
}

impl Debug for Functions {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.names()).finish()
    }
}
