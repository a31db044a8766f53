//! From keys to tasks.

use super::id::TaskId;
use super::task_graph::{StageSpec, Task};
use crate::error::GraphError;
use crate::key::Key;
use crate::name::Name;
use std::collections::HashMap;

/// The tasks of each name, by ascending index.
#[derive(Debug, Clone)]
pub(crate) struct KeyIndex {
    /// Names, numbered in order of appearance; several stages may share one.
    names: HashMap<Name, u32>,
    /// Tasks of name `i` are `tasks[starts[i]..starts[i + 1]]`.
    starts: Vec<u32>,
    tasks: Vec<TaskId>,
}

impl KeyIndex {
    /// Indexes all tasks in linear time (where a stage was numbered in ascending order), and refuses a key that two have.
    pub(crate) fn new<W>(stages: &[StageSpec<W>], tasks: &[Task]) -> Result<Self, GraphError> {
        let mut names = HashMap::with_capacity(stages.len());
        let mut name_of_stage = Vec::with_capacity(stages.len());
        for stage in stages {
            let next = names.len() as u32;
            name_of_stage.push(*names.entry(stage.name.clone()).or_insert(next));
        }

        let mut starts = vec![0_u32; names.len() + 1];
        for task in tasks {
            starts[name_of_stage[task.stage.index()] as usize + 1] += 1;
        }
        for position in 1..starts.len() {
            starts[position] += starts[position - 1];
        }
        let mut next = starts.clone();
        let mut by_name = vec![TaskId(0); tasks.len()];
        for (position, task) in tasks.iter().enumerate() {
            let next = &mut next[name_of_stage[task.stage.index()] as usize];
            by_name[*next as usize] = TaskId::from_index(position);
            *next += 1;
        }

        let index_of = |id: &TaskId| tasks[id.index()].index;
        for bounds in starts.windows(2) {
            let same_name = &mut by_name[bounds[0] as usize..bounds[1] as usize];
            if !same_name.is_sorted_by_key(index_of) {
                same_name.sort_by_key(index_of);
            }
            if let Some(pair) = same_name
                .windows(2)
                .find(|pair| index_of(&pair[0]) == index_of(&pair[1]))
            {
                let stage_of = |id: TaskId| &stages[tasks[id.index()].stage.index()];
                return Err(GraphError::DuplicateKey {
                    key: Key::new(stage_of(pair[0]).name.clone(), index_of(&pair[0])),
                    first: stage_of(pair[0]).origin.clone(),
                    second: stage_of(pair[1]).origin.clone(),
                });
            }
        }
        Ok(Self {
            names,
            starts,
            tasks: by_name,
        })
    }

    /// Returns the number of a name, for [`find_numbered`](Self::find_numbered).
    pub(crate) fn name(&self, name: &Name) -> Option<u32> {
        self.names.get(name).copied()
    }

    pub(crate) fn find(&self, tasks: &[Task], key: &Key) -> Option<TaskId> {
        self.find_numbered(tasks, self.name(&key.name)?, key.index)
    }

    /// Finds a task by the number of its name and its index.
    pub(crate) fn find_numbered(&self, tasks: &[Task], name: u32, index: u32) -> Option<TaskId> {
        let (start, end) = (self.starts[name as usize], self.starts[name as usize + 1]);
        let same_name = &self.tasks[start as usize..end as usize];
        // Indexes without gaps are the rule: then the index is the position.
        if let Some(id) = same_name.get(index as usize)
            && tasks[id.index()].index == index
        {
            return Some(*id);
        }
        same_name
            .binary_search_by_key(&index, |id| tasks[id.index()].index)
            .ok()
            .map(|position| same_name[position])
    }
}
