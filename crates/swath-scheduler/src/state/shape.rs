//! The tasks of a run as the state machine sees them: numbers only.

/// Who reads what, by rank. Built by a [`ShapeBuilder`], which takes tasks in the order of their ranks.
///
/// What is read comes in lists that tasks share: where each of 64 tasks reads the same 64 outputs there is one list with 64
/// readers, not 4096 pairs. It is counted down once for each output that is made, and its outputs once when its last reader is
/// done.
#[derive(Clone, Debug, Default)]
pub struct Shape {
    /// The list that each task reads.
    pub(super) list_of: Vec<u32>,
    /// Outputs in each list.
    inputs: Lists,
    /// Tasks that read each list, by ascending rank.
    readers: Lists,
    /// Lists that each task's outputs are in, once for each output.
    lists_with: Lists,
    /// By list: how many of its outputs are not there yet.
    pub(super) needs: Vec<u32>,
    /// By list: how many of its readers are not done.
    pub(super) left: Vec<u32>,
    /// How many lists with readers left each output is in, being held counted as one more.
    pub(super) reads: Vec<u32>,
    /// Attempts after the first, by rank; empty if no task has any.
    pub(super) retries: Vec<u32>,
}

/// Lists in one array: list `i` is `items[starts[i]..starts[i + 1]]`.
#[derive(Clone, Debug, Default)]
pub(super) struct Lists {
    starts: Vec<u32>,
    items: Vec<u32>,
}

impl Lists {
    pub(super) fn get(&self, at: u32) -> &[u32] {
        &self.items[self.starts[at as usize] as usize..self.starts[at as usize + 1] as usize]
    }

    /// Sorts pairs of a list and an item into `n` lists; items keep their order.
    fn collect(n: usize, pairs: impl Iterator<Item = (u32, u32)> + Clone) -> Self {
        let mut starts = vec![0_u32; n + 1];
        for (list, _) in pairs.clone() {
            starts[list as usize + 1] += 1;
        }
        for at in 1..starts.len() {
            starts[at] += starts[at - 1];
        }
        let mut next = starts.clone();
        let mut items = vec![0; starts[n] as usize];
        for (list, item) in pairs {
            let next = &mut next[list as usize];
            items[*next as usize] = item;
            *next += 1;
        }
        Self { starts, items }
    }
}

impl Shape {
    /// The number of tasks.
    pub fn len(&self) -> usize {
        self.list_of.len()
    }

    /// Whether there is no task.
    pub fn is_empty(&self) -> bool {
        self.list_of.is_empty()
    }

    /// The number of outputs that somebody reads or holds.
    pub fn n_outputs(&self) -> usize {
        self.reads.len()
    }

    /// Whether all that a task reads is there.
    pub(super) fn is_ready(&self, rank: u32) -> bool {
        self.needs[self.list_of[rank as usize] as usize] == 0
    }

    /// Records that a task's outputs are there; tells which tasks became ready and which outputs nobody reads any more.
    pub(super) fn finish(
        &mut self,
        rank: u32,
        mut on_ready: impl FnMut(u32),
        mut on_release: impl FnMut(u32),
    ) {
        for list in self.lists_with.get(rank) {
            let needs = &mut self.needs[*list as usize];
            *needs -= 1;
            if *needs == 0 {
                self.readers
                    .get(*list)
                    .iter()
                    .for_each(|reader| on_ready(*reader));
            }
        }
        let list = self.list_of[rank as usize];
        let left = &mut self.left[list as usize];
        *left -= 1;
        if *left == 0 {
            for output in self.inputs.get(list) {
                let reads = &mut self.reads[*output as usize];
                *reads -= 1;
                if *reads == 0 {
                    on_release(*output);
                }
            }
        }
    }

    /// Whether a task that is not done is the last reader of an output that is not held.
    pub(super) fn is_last_read(&self, rank: u32, output: u32) -> bool {
        self.reads[output as usize] == 1 && self.left[self.list_of[rank as usize] as usize] == 1
    }
}

/// Builds a [`Shape`], task by task.
#[derive(Debug, Default)]
pub struct ShapeBuilder {
    list_of: Vec<u32>,
    /// Where each list ends in `inputs`.
    list_ends: Vec<u32>,
    inputs: Vec<u32>,
    /// The rank of the task that makes each output.
    makers: Vec<u32>,
    held: Vec<u32>,
    retries: Vec<u32>,
}

impl ShapeBuilder {
    /// An empty shape with room for so many tasks and inputs in all lists.
    pub fn with_capacity(tasks: usize, inputs: usize) -> Self {
        Self {
            list_of: Vec::with_capacity(tasks),
            inputs: Vec::with_capacity(inputs),
            makers: Vec::with_capacity(tasks),
            ..Self::default()
        }
    }

    /// Declares an output of the task with this rank and returns its number.
    pub fn output(&mut self, maker: u32) -> u32 {
        self.makers.push(maker);
        self.makers.len() as u32 - 1
    }

    /// Says that an output is held: it is never released while the run goes on.
    pub fn hold(&mut self, output: u32) {
        self.held.push(output);
    }

    /// Adds a list of outputs to be read together, and returns its number. At least one task should read it.
    pub fn list(&mut self, outputs: impl IntoIterator<Item = u32>) -> u32 {
        self.inputs.extend(outputs);
        self.list_ends.push(self.inputs.len() as u32);
        self.list_ends.len() as u32 - 1
    }

    /// Adds the task of the next rank, which reads this list.
    pub fn task(&mut self, list: u32, retries: u32) {
        let rank = self.list_of.len();
        self.list_of.push(list);
        if retries > 0 {
            self.retries.resize(rank, 0);
            self.retries.push(retries);
        }
    }

    /// Turns the lists round.
    pub fn build(self) -> Shape {
        let Self {
            list_of,
            list_ends: mut starts,
            inputs,
            makers,
            held,
            mut retries,
        } = self;
        let n = list_of.len();
        if !retries.is_empty() {
            retries.resize(n, 0);
        }
        starts.insert(0, 0);
        let needs: Vec<u32> = starts.windows(2).map(|pair| pair[1] - pair[0]).collect();
        let readers = Lists::collect(needs.len(), list_of.iter().copied().zip(0..));
        let left = readers.starts.windows(2).map(|pair| pair[1] - pair[0]);
        let lists = (0..)
            .zip(&needs)
            .flat_map(|(list, n)| std::iter::repeat_n(list, *n as usize));
        let made = inputs.iter().map(|output| makers[*output as usize]);
        let lists_with = Lists::collect(n, made.zip(lists));
        let mut reads = vec![0; makers.len()];
        for output in inputs.iter().chain(&held) {
            reads[*output as usize] += 1;
        }
        Shape {
            left: left.collect(),
            inputs: Lists {
                starts,
                items: inputs,
            },
            list_of,
            readers,
            lists_with,
            needs,
            reads,
            retries,
        }
    }
}
