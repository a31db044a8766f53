//! The state machine alone, in a world of made-up threads: whatever they report, and in whatever order, nothing is started too
//! early or twice, nobody sleeps while there is work, and every run ends once.

use std::collections::{HashMap, HashSet};

use proptest::prelude::*;
use swath_scheduler::state::{
    Action, Admission, Ended, News, RunId, Shape, ShapeBuilder, State, TaskRef,
};

/// A run by what each task reads, as distances back, or the same as the task before.
#[derive(Clone, Debug)]
struct Plan {
    reads: Vec<Option<Vec<usize>>>,
    retries: u32,
    priority: i32,
}

impl Plan {
    fn inputs(&self, rank: usize) -> Vec<usize> {
        match &self.reads[rank] {
            _ if rank == 0 => Vec::new(),
            None => self.inputs(rank - 1),
            Some(backs) => backs.iter().map(|back| rank - 1 - back % rank).collect(),
        }
    }

    /// One output a task, the last one held.
    fn shape(&self) -> Shape {
        let mut builder = ShapeBuilder::default();
        let mut lists = Vec::new();
        for rank in 0..self.reads.len() {
            let output = builder.output(rank as u32);
            if rank + 1 == self.reads.len() {
                builder.hold(output);
            }
            // Neighbours that read the same share a list, as those of a graph do.
            let inputs = self.inputs(rank);
            if lists.last().is_none_or(|(last, _)| *last != inputs) {
                let list = builder.list(inputs.iter().map(|input| *input as u32));
                lists.push((inputs, list));
            }
            builder.task(lists[lists.len() - 1].1, self.retries);
        }
        builder.build()
    }
}

fn plan() -> impl Strategy<Value = Plan> {
    let backs = prop::option::weighted(0.7, prop::collection::vec(0..40_usize, 0..4));
    let reads = prop::collection::vec(backs, 0..30);
    (reads, 0..3_u32, -1..2_i32).prop_map(|(reads, retries, priority)| Plan {
        reads,
        retries,
        priority,
    })
}

/// What happens next, if it can.
#[derive(Clone, Copy, Debug)]
enum Step {
    Submit,
    Finish,
    Fail,
    OverBudget,
    Decline,
    Freed,
    Cancel,
}

#[derive(Default)]
struct World {
    state: State,
    plans: HashMap<RunId, Plan>,
    awake: usize,
    asleep: usize,
    working: Vec<(TaskRef, Admission, u64)>,
    done: HashSet<TaskRef>,
    failures: HashMap<TaskRef, u32>,
    deferred: HashSet<TaskRef>,
    released: HashSet<(RunId, u32)>,
    ended: HashMap<RunId, Ended>,
    cancelled: HashSet<RunId>,
}

impl World {
    fn tell(&mut self, news: News) -> Result<bool, TestCaseError> {
        let mut actions = Vec::new();
        self.state.handle(news, &mut actions);
        let mut started = false;
        for action in actions {
            match action {
                Action::Start {
                    task,
                    attempt,
                    admission,
                    epoch,
                } => {
                    prop_assert!(!started, "one thread, one task");
                    started = true;
                    self.start(task, attempt, admission)?;
                    self.working.push((task, admission, epoch));
                }
                Action::Wake { threads } => {
                    prop_assert!(threads > 0 && threads <= self.asleep);
                    self.asleep -= threads;
                    self.awake += threads;
                }
                Action::Release { run, output } => {
                    prop_assert!(self.released.insert((run, output)), "once");
                    let plan = &self.plans[&run];
                    for rank in 0..plan.reads.len() {
                        let reads = plan.inputs(rank).contains(&(output as usize));
                        let task = TaskRef {
                            run,
                            rank: rank as u32,
                        };
                        prop_assert!(!reads || self.done.contains(&task));
                    }
                }
                Action::Ended { run, how, counts } => {
                    prop_assert!(self.ended.insert(run, how).is_none(), "once");
                    prop_assert!(self.working.iter().all(|(task, ..)| task.run != run));
                    let done = self.done.iter().filter(|task| task.run == run).count();
                    prop_assert_eq!((counts.done, counts.running), (done as u64, 0));
                    if how == Ended::Completed {
                        prop_assert_eq!(done, self.plans[&run].reads.len());
                    }
                }
                Action::Retry { task, attempt } => prop_assert_eq!(attempt, self.failures[&task]),
                Action::GaveUp { task } => {
                    let spent = self.failures[&task] > self.plans[&task.run].retries;
                    prop_assert!(spent || self.cancelled.contains(&task.run));
                    self.cancelled.insert(task.run);
                }
                other => prop_assert!(false, "{:?} was not asked for", other),
            }
        }
        Ok(started)
    }

    fn start(
        &self,
        task: TaskRef,
        attempt: u32,
        admission: Admission,
    ) -> Result<(), TestCaseError> {
        prop_assert!(!self.done.contains(&task) && !self.ended.contains_key(&task.run));
        prop_assert!(self.working.iter().all(|(other, ..)| *other != task));
        prop_assert_eq!(attempt, self.failures.get(&task).copied().unwrap_or(0));
        for input in self.plans[&task.run].inputs(task.rank as usize) {
            let read = TaskRef {
                run: task.run,
                rank: input as u32,
            };
            prop_assert!(self.done.contains(&read), "{:?} reads {}", task, input);
        }
        let alone = |admission: &Admission| matches!(admission, Admission::Alone { .. });
        prop_assert!(
            self.working
                .iter()
                .all(|(_, admission, _)| !alone(admission)),
            "nothing starts beside it"
        );
        if alone(&admission) {
            prop_assert!(self.deferred.contains(&task));
        }
        if admission != Admission::Asked {
            prop_assert!(self.working.is_empty());
        }
        Ok(())
    }

    /// Lets every thread that is awake ask until all work or sleep.
    fn settle(&mut self) -> Result<(), TestCaseError> {
        while self.awake > 0 {
            self.awake -= 1;
            if !self.tell(News::Ask)? {
                self.asleep += 1;
            }
        }
        Ok(())
    }

    fn step(
        &mut self,
        step: Step,
        pick: usize,
        plans: &mut Vec<Plan>,
    ) -> Result<(), TestCaseError> {
        match step {
            Step::Submit => {
                let Some(plan) = plans.pop() else {
                    return Ok(());
                };
                let run = self.state.open();
                let (shape, priority) = (Box::new(plan.shape()), plan.priority);
                self.plans.insert(run, plan);
                self.tell(News::Submitted {
                    run,
                    shape,
                    priority,
                })?;
            }
            Step::Freed => {
                self.tell(News::Freed)?;
            }
            Step::Cancel => {
                let Some(run) = self
                    .plans
                    .keys()
                    .min_by_key(|run| run.number() ^ pick as u64)
                    .copied()
                else {
                    return Ok(());
                };
                self.cancelled.insert(run);
                self.tell(News::Cancel { run })?;
            }
            _ if self.working.is_empty() => {}
            _ => {
                let at = pick % self.working.len();
                let (task, admission, epoch) = self.working.swap_remove(at);
                let news = match step {
                    Step::Fail => {
                        *self.failures.entry(task).or_default() += 1;
                        News::Failed {
                            task,
                            retryable: true,
                        }
                    }
                    Step::OverBudget if !matches!(admission, Admission::Alone { .. }) => {
                        self.deferred.insert(task);
                        News::OverBudget { task, floor: 1 }
                    }
                    Step::Decline if admission == Admission::Asked => {
                        News::Declined { task, epoch }
                    }
                    _ => {
                        self.done.insert(task);
                        News::Finished { task, bytes: 1 }
                    }
                };
                self.tell(news)?;
                self.awake += 1;
            }
        }
        self.settle()
    }
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        3 => Just(Step::Submit),
        12 => Just(Step::Finish),
        1 => Just(Step::Fail),
        1 => Just(Step::OverBudget),
        1 => Just(Step::Decline),
        1 => Just(Step::Freed),
        1 => Just(Step::Cancel),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn whatever_happens_all_runs_end(
        mut plans in prop::collection::vec(plan(), 1..6),
        threads in 1..5_usize,
        steps in prop::collection::vec((step(), any::<usize>()), 0..150),
    ) {
        let mut world = World { awake: threads, ..World::default() };
        world.settle()?;
        for (step, pick) in steps {
            world.step(step, pick, &mut plans)?;
        }
        while !plans.is_empty() {
            world.step(Step::Submit, 0, &mut plans)?;
        }
        let mut left = 10_000;
        while !world.working.is_empty() {
            world.step(Step::Finish, 0, &mut plans)?;
            left -= 1;
            prop_assert!(left > 0);
        }
        prop_assert_eq!((world.asleep, world.state.running()), (threads, 0));
        prop_assert_eq!(world.ended.len(), world.plans.len(), "nobody sleeps while there is work");
        for (run, how) in &world.ended {
            prop_assert!(*how == Ended::Completed || world.cancelled.contains(run));
            prop_assert_eq!(world.state.progress(*run), None);
        }
    }
}
