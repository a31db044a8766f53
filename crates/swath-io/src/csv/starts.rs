//! Where records begin in the files of a session: guesses that are held against what others find.

use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::scan::{Dialect, Marks, POSITION, Scanner, State, ends_line};
use crate::{FileIdentity, IoContext, IoError, RangeReader};

/// Bytes read at a time to prove a start.
const STRIDE: usize = 1 << 20;

/// For places in CSV files the first records that begin there or later.
///
/// A quoted text may have line ends, so whether a line end in the middle of a file ends a record depends on every byte before
/// it. Whoever reads from there guesses; whoever reads up to there knows, if its own start was right. Both say here what they
/// took, and whoever comes second learns whether they agree. Where all neighbours agree, from the first byte of a file on,
/// every start was right. Where two do not, the guess was wrong: that is [`IoError::Misread`], and from then on starts are
/// proven by reading the file up to them.
#[derive(Debug, Default)]
pub struct RecordStarts {
    files: Mutex<HashMap<FileIdentity, Arc<File>>>,
    distrust: AtomicBool,
}

/// How a file is read and cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Shape {
    pub(super) dialect: Dialect,
    /// Where its first record begins.
    pub(super) data: u64,
    /// Bytes between the places where it is cut.
    pub(super) every: u64,
}

/// Starts by the place they were looked for from.
type Chain = BTreeMap<u64, Start>;

/// The starts of one file.
#[derive(Debug, Default)]
pub(super) struct File {
    chains: Mutex<HashMap<Shape, Chain>>,
    /// Held by whoever reads the file to prove a start: one does it for all.
    proving: Mutex<()>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Start {
    pub(super) at: u64,
    /// Nobody guessed.
    pub(super) proven: bool,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl RecordStarts {
    pub(super) fn file(&self, identity: &FileIdentity) -> Arc<File> {
        Arc::clone(lock(&self.files).entry(identity.clone()).or_default())
    }

    /// Whether a guess of this session was wrong.
    pub(super) fn distrusts(&self) -> bool {
        self.distrust.load(Ordering::Relaxed)
    }

    /// Says that the first record from `boundary` on begins at `start`, and learns whether that is what others say.
    pub(super) fn say(
        &self,
        identity: &FileIdentity,
        shape: Shape,
        boundary: u64,
        start: Start,
    ) -> Result<(), IoError> {
        let file = self.file(identity);
        let mut chains = lock(&file.chains);
        let chain = chains.entry(shape).or_default();
        let known = chain.entry(boundary).or_insert(start);
        if known.at == start.at {
            known.proven |= start.proven;
            return Ok(());
        }
        let found = start.at.min(known.at);
        drop(chains);
        Err(self.misread(identity, shape, found))
    }

    /// The error of a guess that was wrong; there are no others from now on.
    pub(super) fn misread(&self, identity: &FileIdentity, shape: Shape, offset: u64) -> IoError {
        let file = self.file(identity);
        if let Some(chain) = lock(&file.chains).get_mut(&shape) {
            chain.retain(|_, start| start.proven);
        }
        self.distrust.store(true, Ordering::Relaxed);
        IoError::Misread {
            path: identity.path.clone(),
            offset,
        }
    }
}

impl File {
    pub(super) fn known(&self, shape: Shape, boundary: u64) -> Option<Start> {
        lock(&self.chains)
            .get(&shape)
            .and_then(|chain| chain.get(&boundary))
            .copied()
    }

    /// The first record that begins at `boundary` or later, by reading everything before it that nobody has proven.
    pub(super) fn prove(
        &self,
        reader: &dyn RangeReader,
        len: u64,
        shape: Shape,
        boundary: u64,
        context: &IoContext,
    ) -> Result<u64, IoError> {
        let _alone = lock(&self.proving);
        let nearest = |chains: &HashMap<Shape, Chain>| {
            let mut before = chains.get(&shape)?.range(..=boundary).rev();
            let found = before.find(|(_, start)| start.proven)?;
            Some((*found.0, found.1.at))
        };
        let (mut asked, mut at) = nearest(&lock(&self.chains)).unwrap_or((0, shape.data));
        if asked == boundary {
            return Ok(at);
        }
        let scanner = Scanner::new(shape.dialect);
        let mut state = State::RECORD;
        // One more: whether a carriage return ends a line is said by what follows it.
        let mut buffer = vec![0; STRIDE + 1];
        let mut marks = Marks::default();
        let mut proven = Vec::new();
        // A start at or after the boundary is the answer to every question up to itself.
        let next = |asked: u64| (asked / shape.every + 1) * shape.every;
        asked = next(asked).min(boundary);
        while asked <= at && asked < boundary {
            proven.push((asked, at));
            asked = next(asked).min(boundary);
        }
        let mut found = (at >= boundary).then_some(at);
        while found.is_none() && at < len {
            context.cancel.check()?;
            let some = STRIDE.min((len - at) as usize);
            let known = (STRIDE + 1).min((len - at) as usize);
            reader.read_into(at, &mut buffer[..known])?;
            let following = (known > some).then(|| buffer[some]);
            marks.clear();
            let passed = scanner.scan_before(&buffer[..some], following, state, &mut marks);
            for mark in marks.iter().filter(|mark| ends_line(**mark)) {
                let start = at + u64::from(mark & POSITION) + 1;
                while found.is_none() && start >= asked {
                    proven.push((asked, start));
                    if asked == boundary {
                        found = Some(start);
                    } else {
                        asked = next(asked).min(boundary);
                    }
                }
            }
            state = passed.state;
            at += some as u64;
        }
        let found = found.unwrap_or(len);
        proven.push((boundary, found));
        let mut chains = lock(&self.chains);
        let chain = chains.entry(shape).or_default();
        for (boundary, at) in proven {
            chain.insert(boundary, Start { at, proven: true });
        }
        Ok(found)
    }
}
