//! The tasks of a run as the state machine sees them: numbers only.

/// Who reads what, by rank. Built by a [`ShapeBuilder`], which takes tasks in the order of their ranks.
#[derive(Clone, Debug, Default)]
pub struct Shape {
    /// Readers of task `r`, once for each output they read: `readers[reader_starts[r]..reader_starts[r + 1]]`.
    pub(super) reader_starts: Vec<u32>,
    pub(super) readers: Vec<u32>,
    /// Outputs that task `r` reads: `inputs[input_starts[r]..input_starts[r + 1]]`.
    pub(super) input_starts: Vec<u32>,
    pub(super) inputs: Vec<u32>,
    /// How many outputs each task still waits for.
    pub(super) needs: Vec<u32>,
    /// How many readers each output has left, being held counted as one more.
    pub(super) reads: Vec<u32>,
    /// Attempts after the first, by rank; empty if no task has any.
    pub(super) retries: Vec<u32>,
}

impl Shape {
    /// The number of tasks.
    pub fn len(&self) -> usize {
        self.needs.len()
    }

    /// Whether there is no task.
    pub fn is_empty(&self) -> bool {
        self.needs.is_empty()
    }

    /// The number of outputs that somebody reads or holds.
    pub fn n_outputs(&self) -> usize {
        self.reads.len()
    }

    pub(super) fn readers_of(&self, rank: u32) -> std::ops::Range<usize> {
        self.reader_starts[rank as usize] as usize..self.reader_starts[rank as usize + 1] as usize
    }

    pub(super) fn inputs_of(&self, rank: u32) -> std::ops::Range<usize> {
        self.input_starts[rank as usize] as usize..self.input_starts[rank as usize + 1] as usize
    }

    /// A reader of the task, if there is one.
    pub fn a_reader(&self, rank: u32) -> Option<u32> {
        self.readers[self.readers_of(rank)].first().copied()
    }
}

/// Builds a [`Shape`], task by task.
#[derive(Debug, Default)]
pub struct ShapeBuilder {
    input_starts: Vec<u32>,
    inputs: Vec<u32>,
    /// The rank of the task that makes each output.
    makers: Vec<u32>,
    held: Vec<u32>,
    retries: Vec<u32>,
}

impl ShapeBuilder {
    /// An empty shape with room for so many tasks and inputs.
    pub fn with_capacity(tasks: usize, inputs: usize) -> Self {
        let (mut input_starts, inputs) =
            (Vec::with_capacity(tasks + 1), Vec::with_capacity(inputs));
        input_starts.push(0);
        Self {
            input_starts,
            inputs,
            makers: Vec::with_capacity(tasks),
            held: Vec::new(),
            retries: Vec::new(),
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

    /// Adds the task of the next rank, which reads these outputs.
    pub fn task(&mut self, inputs: impl IntoIterator<Item = u32>, retries: u32) {
        if self.input_starts.is_empty() {
            self.input_starts.push(0);
        }
        let rank = self.input_starts.len() - 1;
        self.inputs.extend(inputs);
        self.input_starts.push(self.inputs.len() as u32);
        if retries > 0 {
            self.retries.resize(rank, 0);
            self.retries.push(retries);
        }
    }

    /// Turns the inputs round.
    pub fn build(self) -> Shape {
        let Self {
            mut input_starts,
            inputs,
            makers,
            held,
            mut retries,
        } = self;
        if input_starts.is_empty() {
            input_starts.push(0);
        }
        let n = input_starts.len() - 1;
        if !retries.is_empty() {
            retries.resize(n, 0);
        }
        let mut reads = vec![0; makers.len()];
        let mut reader_starts = vec![0_u32; n + 1];
        for output in &inputs {
            reads[*output as usize] += 1;
            reader_starts[makers[*output as usize] as usize + 1] += 1;
        }
        for output in held {
            reads[output as usize] += 1;
        }
        for at in 1..reader_starts.len() {
            reader_starts[at] += reader_starts[at - 1];
        }
        let mut next = reader_starts.clone();
        let mut readers = vec![0; inputs.len()];
        let mut needs = Vec::with_capacity(n);
        for rank in 0..n {
            let mine = &inputs[input_starts[rank] as usize..input_starts[rank + 1] as usize];
            needs.push(mine.len() as u32);
            for output in mine {
                let next = &mut next[makers[*output as usize] as usize];
                readers[*next as usize] = rank as u32;
                *next += 1;
            }
        }
        Shape {
            reader_starts,
            readers,
            input_starts,
            inputs,
            needs,
            reads,
            retries,
        }
    }
}
