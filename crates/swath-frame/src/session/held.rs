//! What a session holds, and who reads it.

use std::panic::Location;
use std::sync::{Arc, PoisonError, Weak};

use swath_graph::Name;
use swath_plan::{HeldRows, Plan, held_below, replace_held};
use swath_scheduler::Held;

use super::Session;
use crate::frame::FrameInner;
use crate::persisted::{HeldSet, Holder, Holding, Persisted};

/// Frames remembered before the list of live ones is cleaned for the first time.
const FRAMES_BEFORE_CLEANING: usize = 64;

impl Session {
    /// What is persisted now: partitions, rows, bytes, and the live frames that read each entry.
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
        let frames: Vec<Arc<FrameInner>> = {
            let frames = self.0.frames.lock().unwrap_or_else(PoisonError::into_inner);
            frames.iter().filter_map(Weak::upgrade).collect()
        };
        let holders = |set: &HeldSet| -> Vec<Holder> {
            let reads = frames.iter().filter(|frame| {
                held_below(frame.plan())
                    .iter()
                    .any(|held| held.name() == set.name())
            });
            reads
                .map(|frame| Holder {
                    operation: frame.plan().node().kind(),
                    location: frame.location(),
                })
                .collect()
        };
        Persisted(
            sets.iter()
                .filter_map(|set| set.listed(holders(set)))
                .collect(),
        )
    }

    /// Remembers a live frame.
    pub(crate) fn remember(&self, frame: &Arc<FrameInner>) {
        let mut frames = self.0.frames.lock().unwrap_or_else(PoisonError::into_inner);
        // Cleaned when it would grow, so that the cost a frame is constant.
        if frames.len() >= FRAMES_BEFORE_CLEANING && frames.len() == frames.capacity() {
            frames.retain(|frame| frame.strong_count() > 0);
        }
        frames.push(Arc::downgrade(frame));
    }

    /// Registers held partitions under their logical name.
    pub(crate) fn keep(&self, set: HeldSet) -> Arc<HeldSet> {
        let set = Arc::new(set);
        let mut persisted = self
            .0
            .persisted
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
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
        persisted
            .get(name)
            .and_then(Weak::upgrade)
            .filter(|set| set.claims().is_some())
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

    /// The claims of a logical name.
    pub(crate) fn claims_of(&self, name: &Name) -> Option<Vec<Held>> {
        self.persisted_set(name).and_then(|set| set.claims())
    }

    /// [`with_persisted`](Self::with_persisted) of each.
    pub(crate) fn with_all_persisted(&self, plans: &[Plan]) -> Vec<Plan> {
        plans.iter().map(|plan| self.with_persisted(plan)).collect()
    }

    /// The plan with sub-plans that are persisted read from memory, and released ones computed again.
    pub(crate) fn with_persisted(&self, plan: &Plan) -> Plan {
        replace_held(
            plan,
            self.env(),
            |name| self.persisted_set(name).map(|set| set as Arc<dyn HeldRows>),
            warn_recompute,
        )
    }
}

fn warn_recompute(rows: &dyn HeldRows, reader: Option<&'static Location<'static>>) {
    let reader = reader.map(ToString::to_string);
    tracing::warn!(name = %rows.name(), reader, "a released frame is computed again");
}
