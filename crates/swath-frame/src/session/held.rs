//! What a session holds, and who reads it.

use std::panic::Location;
use std::sync::{Arc, PoisonError, Weak};

use swath_graph::Name;
use swath_plan::{HeldRows, Plan, held_below, replace_held};

use super::Session;
use crate::persisted::{HeldSet, Holder, Holding, Persisted, Pinned};
use crate::readers::Reader;

impl Session {
    /// What is persisted now: partitions, rows, bytes, and the live handles that read each entry.
    pub fn persisted(&self) -> Persisted {
        let mut sets: Vec<Arc<HeldSet>> = {
            let persisted = self
                .0
                .persisted
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            persisted.values().filter_map(Weak::upgrade).collect()
        };
        sets.sort_by_key(|set| set.since());
        let readers: Vec<_> = self
            .0
            .readers
            .alive()
            .into_iter()
            .map(|reader| (held_below(&reader.plan), reader))
            .collect();
        let holders = |set: &Arc<HeldSet>| -> Vec<Holder> {
            let reads = readers.iter().filter(|(below, _)| {
                below.iter().any(|rows| {
                    HeldSet::of(&**rows).is_some_and(|below| std::ptr::eq(below, &raw const **set))
                })
            });
            reads.map(|(_, reader)| Holder::from(&**reader)).collect()
        };
        Persisted(
            sets.iter()
                .filter_map(|set| set.listed(holders(set)))
                .collect(),
        )
    }

    /// Remembers a live handle; what it returns lives as long.
    pub(crate) fn remember(
        &self,
        plan: Plan,
        label: Option<Arc<str>>,
        location: &'static Location<'static>,
    ) -> Arc<Reader> {
        self.0.readers.remember(Reader {
            plan,
            label,
            location,
        })
    }

    /// Registers held partitions under their logical name, unless others are held under it: then those are given, and
    /// the new ones let go. So all handles of a name share one set, and none is lost when another one is dropped.
    pub(crate) fn keep(&self, set: HeldSet) -> Arc<HeldSet> {
        let mut persisted = self
            .0
            .persisted
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(there) = live(persisted.get(set.name())) {
            return there;
        }
        let set = Arc::new(set);
        persisted.retain(|_, set| set.strong_count() > 0);
        persisted.insert(set.name().clone(), Arc::downgrade(&set));
        set
    }

    /// The held partitions of a logical name, if there are any.
    pub(crate) fn persisted_set(&self, name: &Name) -> Option<Arc<HeldSet>> {
        let persisted = self
            .0
            .persisted
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        live(persisted.get(name))
    }

    /// What holds partitions that the backend knows by this name.
    pub(crate) fn holding(&self, name: &Name) -> Option<Holding> {
        let sets: Vec<Arc<HeldSet>> = {
            let persisted = self
                .0
                .persisted
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            persisted.values().filter_map(Weak::upgrade).collect()
        };
        sets.iter().find_map(|set| set.holding(name))
    }

    /// The plan with sub-plans that are persisted read from memory, and released ones computed again, which is warned
    /// of. The plan has claims of its own on what it reads: a release while it is computed does not take the rows away.
    pub(crate) fn with_persisted(&self, plan: &Plan) -> Plan {
        self.replacing(plan, |rows| warn_recompute(plan, rows))
    }

    /// [`with_persisted`](Self::with_persisted) of each.
    pub(crate) fn with_all_persisted(&self, plans: &[Plan]) -> Vec<Plan> {
        plans.iter().map(|plan| self.with_persisted(plan)).collect()
    }

    /// What [`with_persisted`](Self::with_persisted) would compute, without a warning.
    pub(crate) fn as_explained(&self, plan: &Plan) -> Plan {
        self.replacing(plan, |_| ())
    }

    fn replacing(&self, plan: &Plan, recomputed: impl Fn(&dyn HeldRows)) -> Plan {
        replace_held(
            plan,
            self.env(),
            |name| {
                let pinned = self.persisted_set(name).and_then(Pinned::new)?;
                Some(Arc::new(pinned) as Arc<dyn HeldRows>)
            },
            |rows, _| recomputed(rows),
        )
    }
}

/// The set, if it holds anything.
fn live(set: Option<&Weak<HeldSet>>) -> Option<Arc<HeldSet>> {
    set.and_then(Weak::upgrade).filter(|set| set.is_held())
}

/// Says which line persisted the rows that are gone, and which one reads them.
fn warn_recompute(root: &Plan, rows: &dyn HeldRows) {
    let set = HeldSet::of(rows);
    let persisted = set.map(|set| set.location().to_string());
    let frame = set.map(HeldSet::called);
    let reader = reader_of(root, rows.name()).map(ToString::to_string);
    tracing::warn!(
        frame,
        persisted,
        reader,
        name = %rows.name(),
        "a released frame is computed again"
    );
}

/// The line of the first plan found that reads the one of this name; the root's own line where that is the root.
fn reader_of(root: &Plan, name: &Name) -> Option<&'static Location<'static>> {
    let mut seen = std::collections::HashSet::new();
    let mut waiting = vec![root.clone()];
    while let Some(plan) = waiting.pop() {
        if plan.inputs().iter().any(|input| input.name() == name) {
            return plan.location();
        }
        let new = plan
            .inputs()
            .iter()
            .filter(|input| seen.insert(input.name().clone()));
        waiting.extend(new.cloned());
    }
    root.location()
}
