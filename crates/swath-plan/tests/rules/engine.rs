//! The smallest engine that runs plans: a lowering driven through its rounds on a local backend.

use std::sync::Arc;

use swath_batch::{Partition, Value};
use swath_divisions::Divisions;
use swath_graph::{Key, Name};
use swath_meta::Meta;
use swath_ops::{Env, Op, TaskValue};
use swath_plan::{HeldRows, Lowering, Observed, Plan, RootKeys, Round};
use swath_scheduler::{Backend, Held, Local, RunOptions, RunStats};

/// Tasks and claims stay in here between computations.
pub(crate) struct Engine {
    pub(crate) env: Env,
    backend: Local<Op>,
}

/// What one computation gave and counted.
pub(crate) struct Ran {
    /// The partitions of each root.
    pub(crate) answers: Vec<Vec<Partition>>,
    claims: Vec<Vec<Held>>,
    stats: RunStats,
}

impl Ran {
    /// What its tasks counted under a name; `tasks` are the tasks themselves.
    pub(crate) fn count(&self, name: &str) -> u64 {
        match name {
            "tasks" => self.stats.tasks,
            name => self.stats.metrics.total(name),
        }
    }
}

impl Engine {
    pub(crate) fn new() -> Self {
        let env = Env::default();
        let backend = Local::builder()
            .threads(2)
            .memory_limit(1 << 30)
            .env(env.clone())
            .build()
            .expect("a limit above the scratch of two threads");
        Self { env, backend }
    }

    /// Computes roots together, without some rules.
    pub(crate) fn run(&self, roots: &[Plan], without: &[&'static str]) -> Ran {
        let mut lowering =
            Lowering::new(roots.to_vec(), self.env.clone(), 2).without_rules(without);
        let mut observed = Observed::default();
        let mut stats = RunStats::default();
        let mut last = Vec::new();
        loop {
            match lowering.next(&observed).expect("a plan that was checked") {
                Round::Done(roots) => {
                    let claims: Vec<Vec<Held>> =
                        roots.iter().map(|root| self.claims(root, &last)).collect();
                    let answers = claims
                        .iter()
                        .map(|claims| claims.iter().map(|held| self.rows(held)).collect())
                        .collect();
                    return Ran {
                        answers,
                        claims,
                        stats,
                    };
                }
                Round::Submit {
                    graph,
                    wanted,
                    scalars,
                } => {
                    let run = self.backend.submit(graph, &wanted, RunOptions::default());
                    while !run.is_done() {
                        std::thread::yield_now();
                    }
                    stats.merge(&run.stats());
                    last = run.wait().expect("no task fails");
                    for (name, held) in scalars.into_iter().zip(&last) {
                        observed.values.insert(name, last_value(&self.rows(held)));
                    }
                }
            }
        }
    }

    /// Computes a plan and gives one that reads what is held now.
    pub(crate) fn persist(&self, plan: &Plan) -> Plan {
        let mut ran = self.run(std::slice::from_ref(plan), &[]);
        let claims = ran.claims.pop().expect("one root");
        held(plan.name().clone(), plan.meta(), claims, Some(plan.clone()))
    }

    /// Holds rows and gives a plan that reads them.
    pub(crate) fn keep(&self, partitions: Vec<Partition>) -> Plan {
        let meta = Arc::clone(partitions.first().expect("some partitions").meta());
        let name = Name::unique("memory");
        let claims = partitions
            .into_iter()
            .enumerate()
            .map(|(at, rows)| {
                let key = Key::new(name.clone(), u32::try_from(at).expect("few"));
                self.backend.hold(key, TaskValue::Rows(rows)).expect("room")
            })
            .collect();
        held(name, &meta, claims, None)
    }

    fn claims(&self, root: &RootKeys, last: &[Held]) -> Vec<Held> {
        match root {
            RootKeys::Wanted(range) => last[range.clone()].to_vec(),
            RootKeys::Held(rows) => rows
                .keys()
                .expect("nothing is released")
                .iter()
                .map(|key| self.backend.held(key).expect("the plan has a claim"))
                .collect(),
        }
    }

    fn rows(&self, held: &Held) -> Partition {
        let value = self.backend.fetch(held).expect("held");
        value.rows_of(0).expect("a root gives rows").clone()
    }
}

/// A plan over claims.
fn held(name: Name, meta: &Arc<Meta>, claims: Vec<Held>, origin: Option<Plan>) -> Plan {
    Plan::held(Arc::new(Rows {
        name,
        meta: Arc::clone(meta),
        divisions: Divisions::unknown(claims.len()),
        claims,
        origin,
    }))
}

/// What a lazy scalar stands for: the last column of the one row, null where there is none.
fn last_value(rows: &Partition) -> Value {
    let batch = rows.to_batch().expect("one encoding").into_record_batch();
    if batch.num_rows() == 0 {
        return Value::Null;
    }
    Value::from_array(batch.column(batch.num_columns() - 1), 0)
}

/// Claims under a name.
#[derive(Debug)]
struct Rows {
    name: Name,
    meta: Arc<Meta>,
    divisions: Divisions,
    claims: Vec<Held>,
    origin: Option<Plan>,
}

impl HeldRows for Rows {
    fn name(&self) -> &Name {
        &self.name
    }

    fn meta(&self) -> &Arc<Meta> {
        &self.meta
    }

    fn divisions(&self) -> &Divisions {
        &self.divisions
    }

    fn keys(&self) -> Option<Vec<Key>> {
        Some(self.claims.iter().map(|held| held.key().clone()).collect())
    }

    fn bytes(&self) -> Vec<u64> {
        self.claims.iter().map(Held::bytes).collect()
    }

    fn origin(&self) -> Option<&Plan> {
        self.origin.as_ref()
    }
}
