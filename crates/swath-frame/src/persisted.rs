//! Held partitions and their listing.

use std::any::Any;
use std::fmt;
use std::panic::Location;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use swath_divisions::Divisions;
use swath_graph::{Key, Name};
use swath_io::FooterCache;
use swath_memory::format_bytes;
use swath_meta::Meta;
use swath_plan::{HeldRows, Plan};
use swath_scheduler::Held;

use crate::compute::ToHold;
use crate::readers::Reader;
use crate::{DataFrame, Session};

/// The partitions of a persisted frame, or rows that came from memory. Dropping it lets them go.
#[derive(Debug)]
pub(crate) struct HeldSet {
    name: Name,
    meta: Arc<Meta>,
    divisions: Divisions,
    /// How to compute the rows again; `None` for rows from memory.
    origin: Option<Plan>,
    /// The first label that a handle over them was given.
    label: OnceLock<Arc<str>>,
    location: &'static Location<'static>,
    since: Instant,
    cost: Duration,
    held: Mutex<Option<Vec<Held>>>,
    /// Whose page buffers go with the partitions that were read through them; `None` for rows from memory.
    buffers: Option<Arc<FooterCache>>,
}

impl HeldSet {
    /// The result of persisting an item.
    pub(crate) fn persisted(
        item: &ToHold,
        held: Vec<Held>,
        location: &'static Location<'static>,
        began: Instant,
    ) -> Self {
        let plan = &item.plan;
        Self {
            name: plan.name().clone(),
            meta: Arc::clone(plan.meta()),
            divisions: plan.divisions().clone(),
            origin: Some(plan.clone()),
            label: item
                .label
                .clone()
                .map_or_else(OnceLock::new, OnceLock::from),
            location,
            since: Instant::now(),
            cost: began.elapsed(),
            held: Mutex::new(Some(held)),
            buffers: Some(Arc::clone(&item.session.env().footers)),
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
            label: OnceLock::new(),
            location,
            since: Instant::now(),
            cost: Duration::ZERO,
            held: Mutex::new(Some(held)),
            buffers: None,
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
            label.or_else(|| self.label.get().cloned()),
            Some(Arc::clone(self)),
            location,
        )
    }

    /// The set behind rows of a plan, if they are one's.
    pub(crate) fn of(rows: &dyn HeldRows) -> Option<&Self> {
        let rows: &dyn Any = rows;
        match rows.downcast_ref::<Pinned>() {
            Some(pinned) => Some(&pinned.set),
            None => rows.downcast_ref(),
        }
    }

    /// Calls them by a label, unless they have one.
    pub(crate) fn call(&self, label: &Arc<str>) {
        // The first label stays; others are listed with the handles that have them.
        self.label.get_or_init(|| Arc::clone(label));
    }

    /// The line that persisted them.
    pub(crate) fn location(&self) -> &'static Location<'static> {
        self.location
    }

    /// The label, or the line that persisted them.
    pub(crate) fn called(&self) -> String {
        match self.label.get() {
            Some(label) => label.to_string(),
            None => self.location.to_string(),
        }
    }

    /// Where the rows came from: ``from-batches at src/main.rs:3:5``, ``persisted `big` at src/main.rs:4:9``.
    pub(crate) fn described(&self) -> String {
        let kind = match &self.origin {
            None => self.name.kind(),
            Some(_) => "persisted",
        };
        match self.label.get() {
            Some(label) => format!("{kind} `{label}` at {}", self.location),
            None => format!("{kind} at {}", self.location),
        }
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

    /// Whether they were not released.
    pub(crate) fn is_held(&self) -> bool {
        let held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        held.is_some()
    }

    /// Lets the partitions go; rows from memory stay, because nothing could bring them back.
    pub(crate) fn release(&self) {
        if self.origin.is_some() {
            self.let_go();
        }
    }

    /// Gives back the partitions, and what the session keeps to read the next ones faster: who releases wants the memory.
    fn let_go(&self) {
        let held = self
            .held
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        if held.is_none() {
            return;
        }
        drop(held);
        if let Some(buffers) = &self.buffers {
            buffers.free_buffers();
        }
        tracing::debug!(name = %self.name, at = %self.location, "released");
    }

    /// What it is to the user, if partitions of this name of the backend are among what it holds.
    pub(crate) fn holding(&self, name: &Name) -> Option<Holding> {
        let held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        let holds = held.iter().flatten().any(|held| held.key().name == *name);
        holds.then(|| Holding {
            label: self.label.get().cloned(),
            from_memory: self.origin.is_none(),
            location: self.location,
        })
    }

    pub(crate) fn listed(&self, holders: Vec<Holder>) -> Option<PersistedFrame> {
        let held = self.claims()?;
        // Labels that were given since, to handles over the same partitions.
        let mut labels: Vec<&str> = self.label.get().map(|label| &**label).into_iter().collect();
        for holder in holders.iter().filter(|holder| holder.operation == "held") {
            match holder.label.as_deref() {
                Some(label) if !labels.contains(&label) => labels.push(label),
                _ => {}
            }
        }
        let label = match labels.as_slice() {
            [] => self.location.to_string(),
            labels => labels.join(", "),
        };
        Some(PersistedFrame {
            label,
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

impl Drop for HeldSet {
    fn drop(&mut self) {
        self.let_go();
    }
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

    fn rows(&self) -> Option<Vec<u64>> {
        self.claims()?.iter().map(Held::rows).collect()
    }

    fn origin(&self) -> Option<&Plan> {
        self.origin.as_ref()
    }

    fn label(&self) -> Option<&str> {
        self.label.get().map(|label| &**label)
    }
}

/// Held rows with claims of their own: a release meanwhile leaves them to the computation that reads them.
#[derive(Debug)]
pub(crate) struct Pinned {
    set: Arc<HeldSet>,
    claims: Vec<Held>,
}

impl Pinned {
    /// Claims what a set holds; `None` once it was released.
    pub(crate) fn new(set: Arc<HeldSet>) -> Option<Self> {
        let claims = set.claims()?;
        Some(Self { set, claims })
    }

    /// The claims behind rows of a plan, if they are pinned.
    pub(crate) fn claims_of(rows: &dyn HeldRows) -> Option<&[Held]> {
        let rows: &dyn Any = rows;
        rows.downcast_ref::<Self>().map(|pinned| &pinned.claims[..])
    }
}

impl HeldRows for Pinned {
    fn name(&self) -> &Name {
        &self.set.name
    }

    fn meta(&self) -> &Arc<Meta> {
        &self.set.meta
    }

    fn divisions(&self) -> &Divisions {
        &self.set.divisions
    }

    fn keys(&self) -> Option<Vec<Key>> {
        Some(self.claims.iter().map(|held| held.key().clone()).collect())
    }

    fn bytes(&self) -> Vec<u64> {
        self.claims.iter().map(Held::bytes).collect()
    }

    fn rows(&self) -> Option<Vec<u64>> {
        self.claims.iter().map(Held::rows).collect()
    }

    fn origin(&self) -> Option<&Plan> {
        self.set.origin.as_ref()
    }

    fn label(&self) -> Option<&str> {
        HeldRows::label(&*self.set)
    }
}

/// What a session holds: one entry a persisted frame, oldest first. `Display` prints a table, below each entry the
/// handles that keep it in memory.
#[derive(Clone, Debug, Default)]
pub struct Persisted(pub(crate) Vec<PersistedFrame>);

/// One persisted frame.
#[derive(Clone, Debug)]
pub struct PersistedFrame {
    /// The frame's label, or the line that persisted it; where handles over the same partitions have several labels,
    /// all of them.
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
    /// Live handles that read it and so keep it in memory, oldest first.
    pub holders: Vec<Holder>,
}

/// A live handle that reads held partitions: a frame, or a lazy value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holder {
    /// What it does last; `held` is the persisted frame itself.
    pub operation: &'static str,
    /// Its label, if it was given one.
    pub label: Option<Arc<str>>,
    /// The line that made it.
    pub location: &'static Location<'static>,
}

impl From<&Reader> for Holder {
    fn from(reader: &Reader) -> Self {
        Self {
            operation: reader.plan.node().kind(),
            label: reader.label.clone(),
            location: reader.location,
        }
    }
}

impl fmt::Display for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.operation)?;
        if let Some(label) = &self.label {
            write!(f, " `{label}`")?;
        }
        write!(f, " at {}", self.location)
    }
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

/// Time in the largest unit of which there is a whole one.
fn age(age: Duration) -> String {
    match age.as_secs() {
        seconds @ 0..60 => format!("{seconds} s"),
        seconds @ 60..3600 => format!("{} min", seconds / 60),
        seconds => format!("{} h", seconds / 3600),
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
            "{:width$}  partitions        rows       bytes       age  readers",
            "frame"
        )?;
        for (at, frame) in self.0.iter().enumerate() {
            if at > 0 {
                writeln!(f)?;
            }
            let pad = width - frame.label.chars().count();
            write!(
                f,
                "{}{:pad$}  {:>10}  {:>10}  {:>10}  {:>8}  {:>7}",
                frame.label,
                "",
                frame.partitions,
                frame.rows,
                format_bytes(frame.bytes).to_string(),
                age(frame.age),
                frame.holders.len()
            )?;
            for holder in &frame.holders {
                write!(f, "\n  {holder}")?;
            }
        }
        Ok(())
    }
}
