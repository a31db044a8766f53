//! Tasks, what they read, and the flat arrays that hold them.

mod builder;
mod consumers;
mod id;
mod import;
mod key_index;
mod task_graph;
mod view;

pub use builder::{GraphBuilder, Stage};
pub use consumers::Consumers;
pub use id::{Dep, DepSource, HeldId, StageId, TaskId};
pub use import::{KeyedDep, KeyedTask};
pub use task_graph::{Graph, StageSpec};
pub use view::TaskView;

pub(crate) use import::{Import, RawDep};
pub(crate) use task_graph::Task;
