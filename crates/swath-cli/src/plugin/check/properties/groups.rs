//! What aggregates promise.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow_array::ArrayRef;
use swath_batch::Batch;
use swath_plugin_host::{BoundAggregate, Groups};

use super::super::compare::{ROUNDED, difference};
use super::super::subject::columns;
use super::every::cut_before;
use super::{Random, Subject, Trouble, Verdict, broken, sound};

/// Groups that rows may be in, and one more.
const MOST_GROUPS: usize = 6;

/// The states of some rows: a row a group, and which group that is.
#[derive(Default)]
struct States {
    columns: Vec<ArrayRef>,
    groups: Vec<u32>,
}

/// Rows in groups by lot, at once and in pieces whose states are merged two by two, neighbours first or last. There are groups
/// without rows, and each piece numbers those that it has by itself.
pub(super) fn merge(subject: &Arc<Subject>, rows: &Batch, mut random: Random) -> Verdict {
    let bound = subject.aggregate().expect("it is an aggregate");
    let n_groups = 1 + random.below(MOST_GROUPS - 1);
    let groups: Vec<u32> = (0..rows.num_rows())
        .map(|_| random.below(n_groups) as u32)
        .collect();
    sound(subject.call(rows))?;
    let mut whole = bound.open(None)?;
    whole.update(columns(rows), &groups, MOST_GROUPS)?;
    let whole = subject.answer(whole.finish()?);

    let cuts = random.cuts(rows.num_rows());
    let found = match in_pieces(subject, rows, &groups, &cuts, &mut random) {
        Err(Trouble::Refused(words)) => {
            return broken(format!(
                "it has an answer for all rows at once, and none in pieces: {words}"
            ));
        }
        found => found?,
    };
    match difference(&whole, &found, ROUNDED) {
        Some(words) => broken(format!(
            "groups {groups:?} at once, and cut {}: {words}",
            cut_before(&cuts)
        )),
        None => Ok(()),
    }
}

/// The answer for pieces of the rows.
fn in_pieces(
    subject: &Subject,
    rows: &Batch,
    groups: &[u32],
    cuts: &[usize],
    random: &mut Random,
) -> Result<Batch, Trouble> {
    let bound = subject.aggregate().expect("it is an aggregate");
    let mut pieces = Vec::new();
    for cut in cuts.windows(2) {
        let rows = rows.slice(cut[0], cut[1] - cut[0]);
        pieces.push(piece(bound, &rows, &groups[cut[0]..cut[1]], random)?);
    }
    while pieces.len() > 1 {
        let at = random.below(pieces.len() - 1);
        let second = pieces.remove(at + 1);
        let first = std::mem::take(&mut pieces[at]);
        pieces[at] = merged(bound, &first, &second)?;
    }
    let mut all = bound.open(None)?;
    for states in &pieces {
        all.merge(&states.columns, &states.groups, MOST_GROUPS)?;
    }
    Ok(subject.answer(all.finish()?))
}

/// Groups in the order in which they are first seen.
#[derive(Default)]
struct Numbers {
    known: BTreeMap<u32, u32>,
    groups: Vec<u32>,
}

impl Numbers {
    fn of(&mut self, groups: &[u32]) -> Vec<u32> {
        let mut number = |group: &u32| {
            let next = self.groups.len() as u32;
            *self.known.entry(*group).or_insert_with(|| {
                self.groups.push(*group);
                next
            })
        };
        groups.iter().map(&mut number).collect()
    }

    fn states(self, run: Groups) -> Result<States, Trouble> {
        Ok(States {
            columns: run.state()?,
            groups: self.groups,
        })
    }
}

/// The states of one piece, whose rows come in two calls: there are more groups in the second.
fn piece(
    bound: &Arc<BoundAggregate>,
    rows: &Batch,
    groups: &[u32],
    random: &mut Random,
) -> Result<States, Trouble> {
    let mut numbers = Numbers::default();
    let mut run = bound.open(None)?;
    let cut = random.below(groups.len() + 1);
    for range in [0..cut, cut..groups.len()] {
        let own = numbers.of(&groups[range.clone()]);
        let rows = rows.slice(range.start, range.len());
        run.update(columns(&rows), &own, numbers.groups.len())?;
    }
    numbers.states(run)
}

fn merged(bound: &Arc<BoundAggregate>, first: &States, second: &States) -> Result<States, Trouble> {
    let mut numbers = Numbers::default();
    let mut run = bound.open(None)?;
    for states in [first, second] {
        let own = numbers.of(&states.groups);
        run.merge(&states.columns, &own, numbers.groups.len())?;
    }
    numbers.states(run)
}
