//! Held partitions and their listing.

use std::fmt;
use std::panic::Location;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use swath_divisions::Divisions;
use swath_graph::{Key, Name};
use swath_memory::format_bytes;
use swath_meta::Meta;
use swath_plan::{HeldRows, Plan};
use swath_scheduler::Held;

use crate::{DataFrame, Session};

/// The partitions of a persisted frame, or rows that came from memory. Dropping it lets them go.
#[derive(Debug)]
pub(crate) struct HeldSet {
    name: Name,
    meta: Arc<Meta>,
    divisions: Divisions,
    /// How to compute the rows again; `None` for rows from memory.
    origin: Option<Plan>,
    label: Option<Arc<str>>,
    location: &'static Location<'static>,
    since: Instant,
    cost: Duration,
    held: Mutex<Option<Vec<Held>>>,
}

impl HeldSet {
    /// The result of persisting `frame`.
    pub(crate) fn persisted(
        frame: &DataFrame,
        held: Vec<Held>,
        location: &'static Location<'static>,
        began: Instant,
    ) -> Self {
        let plan = frame.plan();
        Self {
            name: plan.name().clone(),
            meta: Arc::clone(plan.meta()),
            divisions: plan.divisions().clone(),
            origin: Some(plan.clone()),
            label: frame.label_text().cloned(),
            location,
            since: Instant::now(),
            cost: began.elapsed(),
            held: Mutex::new(Some(held)),
        }
    }

    /// Rows that were handed in.
    pub(crate) fn from_memory(
        name: Name,
        meta: Arc<Meta>,
        held: Vec<Held>,
        location: &'static Location<'static>,
    ) -> Self {
        let divisions = Divisions::unknown(held.len());
        Self {
            name,
            meta,
            divisions,
            origin: None,
            label: None,
            location,
            since: Instant::now(),
            cost: Duration::ZERO,
            held: Mutex::new(Some(held)),
        }
    }

    /// A frame over the partitions.
    pub(crate) fn frame(
        self: &Arc<Self>,
        session: &Session,
        label: Option<Arc<str>>,
        location: &'static Location<'static>,
    ) -> DataFrame {
        let plan = Plan::held(Arc::clone(self) as Arc<dyn HeldRows>);
        DataFrame::with(
            session,
            plan,
            label.or_else(|| self.label.clone()),
            Some(Arc::clone(self)),
            location,
        )
    }

    /// When the partitions came to be held.
    pub(crate) fn since(&self) -> Instant {
        self.since
    }

    /// The claims, unless they were released.
    pub(crate) fn claims(&self) -> Option<Vec<Held>> {
        self.held
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Lets the partitions go; rows from memory stay, because nothing could bring them back.
    pub(crate) fn release(&self) {
        if self.origin.is_some() {
            let held = self
                .held
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .take();
            if held.is_some() {
                tracing::debug!(name = %self.name, at = %self.location, "released");
            }
        }
    }

    /// What it is to the user, if partitions of this name of the backend are among what it holds.
    pub(crate) fn holding(&self, name: &Name) -> Option<Holding> {
        let held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        let holds = held.iter().flatten().any(|held| held.key().name == *name);
        holds.then(|| Holding {
            label: self.label.clone(),
            from_memory: self.origin.is_none(),
            location: self.location,
        })
    }

    pub(crate) fn listed(&self, holders: Vec<Holder>) -> Option<PersistedFrame> {
        let held = self.claims()?;
        Some(PersistedFrame {
            label: self
                .label
                .as_ref()
                .map_or_else(|| self.location.to_string(), ToString::to_string),
            name: self.name.to_string(),
            partitions: held.len(),
            rows: held.iter().filter_map(Held::rows).sum(),
            bytes: held.iter().map(Held::bytes).sum(),
            age: self.since.elapsed(),
            cost: self.cost,
            location: self.location,
            holders,
        })
    }
}

/// Held partitions as the program knows them.
#[derive(Debug)]
pub(crate) struct Holding {
    pub(crate) label: Option<Arc<str>>,
    /// Handed in, not persisted.
    pub(crate) from_memory: bool,
    pub(crate) location: &'static Location<'static>,
}

impl HeldRows for HeldSet {
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
        self.claims()
            .map(|held| held.iter().map(|held| held.key().clone()).collect())
    }

    fn bytes(&self) -> Vec<u64> {
        self.claims()
            .unwrap_or_default()
            .iter()
            .map(Held::bytes)
            .collect()
    }

    fn origin(&self) -> Option<&Plan> {
        self.origin.as_ref()
    }
}

/// What a session holds: one entry a persisted frame, oldest first. `Display` prints a table.
#[derive(Clone, Debug, Default)]
pub struct Persisted(pub(crate) Vec<PersistedFrame>);

/// One persisted frame.
#[derive(Clone, Debug)]
pub struct PersistedFrame {
    /// The frame's label, or the line that persisted it.
    pub label: String,
    /// Its content-addressed name.
    pub name: String,
    /// Partitions held.
    pub partitions: usize,
    /// Rows held.
    pub rows: u64,
    /// Bytes held in memory.
    pub bytes: u64,
    /// Time since it was persisted.
    pub age: Duration,
    /// What computing it took.
    pub cost: Duration,
    /// The line that persisted it.
    pub location: &'static Location<'static>,
    /// Live frames that read it and so keep it in memory.
    pub holders: Vec<Holder>,
}

/// A live frame that reads held partitions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holder {
    /// What the frame does last.
    pub operation: &'static str,
    /// The line that made it.
    pub location: &'static Location<'static>,
}

impl Persisted {
    /// The entries, oldest first.
    pub fn frames(&self) -> &[PersistedFrame] {
        &self.0
    }

    /// Bytes held by all of them.
    pub fn bytes(&self) -> u64 {
        self.0.iter().map(|frame| frame.bytes).sum()
    }
}

impl fmt::Display for Persisted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return f.write_str("nothing is persisted");
        }
        let width = self
            .0
            .iter()
            .map(|frame| frame.label.chars().count())
            .max()
            .unwrap_or(0)
            .max(5);
        writeln!(
            f,
            "{:width$}  partitions        rows       bytes  readers",
            "frame"
        )?;
        for (at, frame) in self.0.iter().enumerate() {
            if at > 0 {
                writeln!(f)?;
            }
            let pad = width - frame.label.chars().count();
            write!(
                f,
                "{}{:pad$}  {:>10}  {:>10}  {:>10}  {:>7}",
                frame.label,
                "",
                frame.partitions,
                frame.rows,
                format_bytes(frame.bytes).to_string(),
                frame.holders.len()
            )?;
        }
        Ok(())
    }
}
