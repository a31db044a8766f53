//! How an expression refers to a function: by name, because the function itself may live in a plugin or on another machine.

use std::sync::Arc;

use swath_batch::Value;
use swath_graph::{Canon, Fingerprint};

use crate::{Closure, Params, PluginName, ScalarFunction, shown_name};

/// A function by name, with its parameters; found in a [`Functions`](crate::Functions) table when the expression is checked.
#[derive(Clone, Debug, PartialEq)]
pub struct FunctionRef {
    name: Arc<str>,
    params: Params,
    pin: Option<FunctionPin>,
    /// The function itself, where it is a Rust closure and so in no table.
    closure: Option<Arc<Closure>>,
}

/// Exactly which function is meant: its answers are a function of this, its parameters and its inputs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct FunctionPin {
    /// The version of its meaning, raised when it begins to give other answers.
    pub version: u32,
    /// The hash of the plugin file it came from; 0 for what is part of the program.
    pub digest: u128,
}

impl Default for FunctionPin {
    /// The first version of a function that is part of the program.
    fn default() -> Self {
        Self {
            version: 1,
            digest: 0,
        }
    }
}

impl FunctionRef {
    /// Refers to the function of this name, whichever version is registered.
    pub fn new(name: impl Into<Arc<str>>) -> Self {
        Self {
            name: name.into(),
            params: Params::default(),
            pin: None,
            closure: None,
        }
    }

    /// Refers to a Rust closure, which comes along.
    pub fn of_closure(closure: Closure) -> Self {
        let name: Arc<str> = closure.site().name().into();
        Self {
            closure: Some(Arc::new(closure)),
            ..Self::new(name)
        }
    }

    /// Refers to a function of a plugin.
    pub fn of_plugin(name: &PluginName) -> Self {
        Self::new(name.marked())
    }

    /// The name of the plugin's function that it refers to, if it does.
    pub fn plugin(&self) -> Option<PluginName> {
        PluginName::of_marked(&self.name)
    }

    /// The closure that it refers to; `None` for a function of the table.
    pub fn closure(&self) -> Option<&Closure> {
        self.closure.as_deref()
    }

    /// Whether it is no function of the program's own: what it costs nobody knows, and it is called for rows alone.
    pub(crate) fn is_of_user(&self) -> bool {
        self.closure.is_some() || self.plugin().is_some()
    }

    /// How it is called in messages: by its name, a closure also by its line.
    pub(crate) fn in_messages(&self) -> String {
        match &self.closure {
            Some(closure) => {
                let site = closure.site();
                format!("{} at {}", site.name(), site.location())
            }
            None => shown_name(&self.name),
        }
    }

    /// With one more parameter.
    pub fn param(self, name: impl Into<Arc<str>>, value: impl Into<Value>) -> Self {
        Self {
            params: self.params.with(name, value),
            ..self
        }
    }

    /// Refers to exactly this version; see [`Expr::pin_functions`](crate::Expr::pin_functions).
    pub fn pinned(self, pin: FunctionPin) -> Self {
        Self {
            pin: Some(pin),
            ..self
        }
    }

    /// Refers to exactly this function, which was found by it.
    pub(crate) fn settled(self, function: &dyn ScalarFunction) -> Self {
        Self {
            name: function.name().into(),
            ..self
        }
        .pinned(function.pin())
    }

    /// With these parameters in place of its own.
    pub fn with_params(self, params: Params) -> Self {
        Self { params, ..self }
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its parameters.
    pub fn params(&self) -> &Params {
        &self.params
    }

    /// Which version is meant, if that was settled.
    pub fn pin(&self) -> Option<FunctionPin> {
        self.pin
    }
}

impl Fingerprint for FunctionRef {
    fn feed(&self, out: &mut Canon) {
        out.str(&self.name).feed(&self.params);
        if let Some(closure) = &self.closure {
            out.feed(closure.name());
        }
        match self.pin {
            Some(pin) => out.some().u64(pin.version.into()).u128(pin.digest),
            None => out.none(),
        };
    }
}
