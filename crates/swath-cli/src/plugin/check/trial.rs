//! Promises tried, case by case.

use std::sync::Arc;

use swath_batch::Batch;

use super::Random;
use super::properties::{AGAIN, Property, Verdict, of_kind};
use super::rows::LARGE;
use super::shrink::shrink;
use super::subject::{Subject, Trouble};

/// What became of all promises of a function.
pub(super) struct Trials(Vec<Trial>);

/// What became of one.
pub(super) struct Trial {
    pub(super) property: &'static Property,
    /// Cases in which it could be tried.
    pub(super) tried: u32,
    /// Why it could not, of the last case in which that was so.
    pub(super) refused: Option<String>,
    pub(super) broken: Option<Broken>,
}

/// A broken promise.
pub(super) struct Broken {
    pub(super) words: String,
    pub(super) rows: Batch,
    pub(super) case: u32,
}

impl Trials {
    /// Tries every promise of a function until it is broken, or in all cases.
    pub(super) fn of(subject: &Arc<Subject>, seed: u64, cases: u32) -> Self {
        let made = subject.rows();
        let mut trials: Vec<Trial> = Vec::new();
        for property in of_kind(subject) {
            let mut trial = Trial {
                property,
                tried: 0,
                refused: None,
                broken: None,
            };
            if property.compares && is_fickle(&trials) {
                trial.refused = Some("the same rows do not give the same answer".to_owned());
                trials.push(trial);
                continue;
            }
            let mut goes_on = true;
            // What takes long is tried once, on many rows.
            let cases = if property.is_slow {
                LARGE..LARGE + 1
            } else {
                0..cases
            };
            for case in cases {
                goes_on = trial.once(subject, seed, case, made.case(seed, case));
                if trial.broken.is_some() {
                    break;
                }
            }
            trials.push(trial);
            if !goes_on {
                break;
            }
        }
        Self(trials)
    }

    pub(super) fn is_found(&self) -> bool {
        self.0.iter().any(|trial| trial.broken.is_some())
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Trial> {
        self.0.iter()
    }
}

/// Whether it is known that the same rows give another answer each time.
fn is_fickle(trials: &[Trial]) -> bool {
    trials
        .iter()
        .any(|trial| trial.property.name == AGAIN && trial.broken.is_some())
}

impl Trial {
    /// Tries it once more; says whether another promise can be tried.
    fn once(&mut self, subject: &Arc<Subject>, seed: u64, case: u32, rows: Batch) -> bool {
        let property = self.property;
        let verdict = |rows: &Batch| -> Verdict {
            let random = Random::new(seed, property.name, case);
            (property.holds)(subject, rows, random)
        };
        let broken = |words: String, rows: Batch| Some(Broken { words, rows, case });
        match verdict(&rows) {
            Ok(()) => self.tried += 1,
            Err(Trouble::Refused(words)) => self.refused = Some(words),
            Err(Trouble::Endless(words)) => {
                self.broken = broken(words, rows);
                return false;
            }
            Err(Trouble::Broke(words)) if property.is_slow => self.broken = broken(words, rows),
            Err(Trouble::Broke(words)) => {
                let is_broken = |rows: &Batch| matches!(verdict(rows), Err(Trouble::Broke(_)));
                let few = shrink(rows, is_broken);
                // A promise that is broken now and then may be kept this time.
                let words = match verdict(&few) {
                    Err(Trouble::Broke(words)) => words,
                    _ => words,
                };
                self.broken = broken(words, few);
            }
        }
        true
    }
}
