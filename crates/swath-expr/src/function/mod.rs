//! Functions in expressions: what one is, how an expression names it, and the table it is found in.

mod builtin;
mod params;
mod plugin;
mod reference;
mod scalar;
mod table;

pub use params::Params;
pub use plugin::{PluginFunctions, PluginName, shown_name};
pub use reference::{FunctionPin, FunctionRef};
pub use scalar::{Argument, Evaluate, FunctionError, Returns, ScalarFunction};
pub use table::Functions;
