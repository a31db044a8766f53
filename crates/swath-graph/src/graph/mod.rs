//! Tasks, what they read, and the flat arrays that hold them.

mod deps;
mod id;

mod task_graph;
mod view;

mod builder;

mod import;

mod consumers;
mod key_index;

pub use builder::{GraphBuilder, Stage};
pub use consumers::Consumers;
pub use id::{Dep, DepSource, DepsId, HeldId, StageId, TaskId};
pub use import::{KeyedDep, KeyedTask};
pub use task_graph::{Graph, StageSpec};
pub use view::TaskView;

pub(crate) use deps::Deps;
pub(crate) use import::{Import, RawDep};
pub(crate) use task_graph::Task;
