//! The table of functions: a visible list, and visible `register` calls.

use std::collections::BTreeMap;
use std::fmt::{self, Debug, Formatter};
use std::sync::Arc;

use swath_meta::nearest;

use super::builtin;
use crate::{ExprErrorKind, FunctionRef, ScalarFunction};

/// The functions that expressions may call, by name. Clone is one reference count a function.
///
/// ```
/// use swath_expr::Functions;
///
/// assert!(Functions::standard().names().any(|name| name == "dt.floor"));
/// ```
#[derive(Clone, Default)]
pub struct Functions(BTreeMap<Arc<str>, Arc<dyn ScalarFunction>>);

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
        self.0.insert(function.name().into(), function)
    }

    /// The names, in order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(|name| &**name)
    }

    /// Finds the function that an expression refers to; a closure is in no table, its reference has it.
    ///
    /// # Errors
    /// [`ExprErrorKind::UnknownFunction`] with the nearest name; [`ExprErrorKind::OtherFunction`] if the reference is pinned to a
    /// version that is not the registered one.
    pub fn get<'a>(
        &'a self,
        reference: &'a FunctionRef,
    ) -> Result<&'a Arc<dyn ScalarFunction>, ExprErrorKind> {
        if let Some(closure) = reference.closure() {
            return Ok(closure.function());
        }
        let name = reference.name();
        let function = self
            .0
            .get(name)
            .ok_or_else(|| ExprErrorKind::UnknownFunction {
                name: name.to_owned(),
                nearest: nearest(name, self.names()).map(str::to_owned),
            })?;
        match reference.pin() {
            Some(expected) if expected != function.pin() => Err(ExprErrorKind::OtherFunction {
                name: name.to_owned(),
                expected,
                found: function.pin(),
            }),
            _ => Ok(function),
        }
    }
}

impl Debug for Functions {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.names()).finish()
    }
}
