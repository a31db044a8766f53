//! The checks.

use std::fmt::Write;
use std::sync::Arc;

use swath_graph::{DecodeError, Decoder, EncodeError, Encoder};
use swath_memory::{Budget, CancelToken, Demand};
use swath_scheduler::TaskContext;

use super::case::{Case, Chunking, Part, Upset, texts};
use super::watched::Watched;
use crate::{OpError, Registry, TaskInputs, TaskValue};

/// Memory that is enough for every case.
const PLENTY: u64 = 1 << 30;

/// Cases for the kinds of a registry. Each check panics with the kind of the first case that fails it.
pub struct Cases {
    registry: Registry,
    cases: Vec<Case>,
}

impl Cases {
    /// Cases for what `registry` knows.
    pub fn new(registry: Registry, cases: impl IntoIterator<Item = Case>) -> Self {
        Self {
            registry,
            cases: cases.into_iter().collect(),
        }
    }

    /// Every registered source, step and sink has a case.
    ///
    /// # Panics
    /// With those that have none.
    pub fn check_that_none_is_missing(&self) {
        let has = |kind: &str, role: &str| {
            let mut cases = self.cases.iter();
            cases.any(|case| case.part.role() == role && case.kind() == kind)
        };
        let mut missing = String::new();
        for (role, kinds) in [
            ("source", self.registry.sources()),
            ("step", self.registry.steps()),
            ("sink", self.registry.sinks()),
        ] {
            for kind in kinds.into_iter().filter(|kind| !has(kind, role)) {
                write!(missing, " {role} `{kind}`").expect("text can be written");
            }
        }
        assert!(missing.is_empty(), "without a case:{missing}");
    }

    /// What is decoded is what was encoded; other kinds and newer versions are refused by name.
    ///
    /// # Panics
    /// If not.
    pub fn check_encoding(&self) {
        for case in &self.cases {
            if case.local.is_some() {
                let refused = case.try_encoded();
                let refused = matches!(refused, Err(EncodeError::Local { .. }));
                assert!(refused, "`{}` is said to stay in its process", case.kind());
                continue;
            }
            let (kind, bytes) = (case.kind(), case.encoded());
            let decoded = self.decoded(case, &bytes);
            let decoded = decoded.unwrap_or_else(|error| panic_for(&kind, &error));
            assert!(
                decoded.encoded() == bytes,
                "`{kind}` is not what it was after it was decoded"
            );
            let answer = self.answer(case, &Chunking::default());
            assert_eq!(
                self.answer(&decoded, &Chunking::default()),
                answer,
                "`{kind}` does something else after it was decoded"
            );

            let newer = object(&kind, 1000);
            match self.decoded(case, &newer).map(|_| ()) {
                Err(OpError::Decode(DecodeError::NewerVersion { found: 1000, .. })) => {}
                other => panic_for(&kind, &format!("of version 1000 gives {other:?}")),
            }
            let unknown = object("no-such-kind", 1);
            match self.decoded(case, &unknown).map(|_| ()) {
                Err(OpError::Decode(DecodeError::UnknownKind { found, expected })) => {
                    assert_eq!(found, "no-such-kind");
                    assert!(
                        expected.contains(&kind),
                        "`{kind}` is not among {expected:?}"
                    );
                }
                other => panic_for(&kind, &format!("of another kind gives {other:?}")),
            }
        }
    }

    /// The answer does not depend on how the rows are cut into chunks, nor on dead rows between them; and nothing is left in
    /// the budget.
    ///
    /// # Panics
    /// If it does.
    pub fn check_chunking(&self, chunking: &Chunking) {
        for case in &self.cases {
            assert_eq!(
                self.answer(case, chunking),
                self.answer(case, &Chunking::default()),
                "`{}` depends on how its input is cut: {chunking:?}",
                case.kind()
            );
        }
    }

    /// No rows at all are an input like any other, however they come.
    ///
    /// # Panics
    /// If not.
    pub fn check_empty_input(&self) {
        for case in &self.cases {
            let none = Case {
                part: case.part.clone(),
                input: case.input.as_ref().map(|rows| rows.slice(0, 0)),
                inputs: case.inputs.iter().map(without_rows).collect(),
                answer: Arc::clone(&case.answer),
                local: case.local,
            };
            let answers = [
                Chunking::default(),
                Chunking {
                    cuts: vec![0, 0],
                    dead_rows: true,
                },
            ]
            .map(|chunking| self.answer(&none, &chunking));
            assert_eq!(answers[0], answers[1], "`{}` without rows", case.kind());
        }
    }

    /// Whatever the limit, a task does its work or says that the limit is too small; whatever goes wrong, it gives its memory
    /// and its inputs back.
    ///
    /// # Panics
    /// If not.
    pub fn check_memory(&self) {
        let cut = Chunking {
            cuts: (0..50).map(|cut| cut * 7).collect(),
            dead_rows: true,
        };
        for case in &self.cases {
            let kind = case.kind();
            for limit in (0..26).map(|power| 1 << power) {
                let budget = Budget::new(limit);
                match self.run(case, &cut, &Upset::Nothing, &budget, &CancelToken::new()) {
                    Ok(_) => {}
                    Err(error) => {
                        let error = error.into_task_error();
                        assert!(error.over_budget().is_some(), "`{kind}`: {error}");
                    }
                }
                assert!(budget.peak() <= limit);
                assert_eq!(budget.used(), 0, "`{kind}` with {limit} bytes");
            }
            if matches!(case.part, Part::Source(_)) {
                continue;
            }
            for at in 0..4 {
                let budget = Budget::new(PLENTY);
                let upset = Upset::Fails(at);
                match self.run(case, &cut, &upset, &budget, &CancelToken::new()) {
                    // It had enough before.
                    Ok(_) | Err(OpError::ValueKind { .. }) => {}
                    Err(error) => panic_for(&kind, &error),
                }
                assert_eq!(budget.used(), 0, "`{kind}` after an error at chunk {at}");
            }
        }
    }

    /// A task that is cancelled ends with that, unless it has enough already, and gives its memory and its inputs back.
    ///
    /// # Panics
    /// If not.
    pub fn check_cancellation(&self) {
        let cut = Chunking {
            cuts: (0..50).map(|cut| cut * 7).collect(),
            dead_rows: false,
        };
        for case in &self.cases {
            let kind = case.kind();
            for at in 0..4 {
                let (token, budget) = (CancelToken::new(), Budget::new(PLENTY));
                if matches!(case.part, Part::Source(_)) {
                    token.cancel();
                }
                let upset = Upset::Cancels(at, token.clone());
                match self.run(case, &cut, &upset, &budget, &token) {
                    Ok(value) => assert!(
                        !token.is_cancelled() || texts(&value).is_empty(),
                        "`{kind}` went on after it was cancelled at chunk {at}"
                    ),
                    Err(error) => {
                        let error = error.into_task_error();
                        assert!(error.is_cancelled(), "`{kind}`: {error}");
                    }
                }
                assert_eq!(budget.used(), 0, "`{kind}` cancelled at chunk {at}");
            }
        }
    }

    /// A source hands on rows of what its task depends on only while that is pinned, and ends without a pin.
    ///
    /// # Panics
    /// If not.
    pub fn check_pins(&self) {
        for case in &self.cases {
            let Part::Source(source) = &case.part else {
                continue;
            };
            let kind = case.kind();
            let inputs = Watched::new(case.inputs.iter().cloned());
            let task = TaskInputs {
                index: 0,
                values: &inputs,
                env: self.registry.env(),
                halo: (0, 0),
            };
            let (budget, token) = (Budget::new(PLENTY), CancelToken::new());
            let grant = budget.grant_alone(Demand::default());
            let cx = TaskContext::new(&token, &grant);
            let mut reading = source
                .open(&task)
                .unwrap_or_else(|error| panic_for(&kind, &error));
            loop {
                match reading.next(&cx) {
                    Ok(Some(chunk)) => assert_eq!(
                        inputs.unpinned_of(&chunk),
                        None,
                        "`{kind}` hands on rows of an input that is not pinned"
                    ),
                    Ok(None) => break,
                    Err(error) => panic_for(&kind, &error),
                }
            }
            assert_eq!(inputs.pinned(), 0, "`{kind}` has read all and keeps a pin");
        }
    }

    /// The same case with the part that the registry decodes.
    fn decoded(&self, like: &Case, bytes: &[u8]) -> Result<Case, OpError> {
        let from = Decoder::new(bytes);
        let part = match like.part {
            Part::Source(_) => Part::Source(self.registry.source(&from)?),
            Part::Step(_) => Part::Step(self.registry.step(&from)?),
            Part::Sink(_) => Part::Sink(self.registry.sink(&from)?),
        };
        Ok(Case {
            part,
            ..like.clone()
        })
    }

    /// What comes out if nothing goes wrong.
    fn answer(&self, case: &Case, chunking: &Chunking) -> Vec<String> {
        let (budget, token) = (Budget::new(PLENTY), CancelToken::new());
        let value = self.run(case, chunking, &Upset::Nothing, &budget, &token);
        let value = value.unwrap_or_else(|error| panic_for(&case.kind(), &error));
        assert_eq!(budget.used(), 0, "`{}` keeps memory", case.kind());
        (case.answer)(&value)
    }

    /// Runs one task of the case. What it reserved for its value goes with the reservation, since no store takes it.
    fn run(
        &self,
        case: &Case,
        chunking: &Chunking,
        upset: &Upset,
        budget: &Budget,
        token: &CancelToken,
    ) -> Result<TaskValue, OpError> {
        let inputs = Watched::new(case.inputs.iter().map(|value| chunking.cut_value(value)));
        let made = {
            let task = TaskInputs {
                index: 0,
                values: &inputs,
                env: self.registry.env(),
                halo: (0, 0),
            };
            let grant = budget.grant_alone(Demand::default());
            let cx = TaskContext::new(token, &grant);
            case.pipeline(chunking, upset).run(&task, &cx)
        };
        assert_eq!(inputs.pinned(), 0, "`{}` keeps a pin", case.kind());
        let made = made?.into_iter().next();
        Ok(made.expect("a pipeline has a branch").value)
    }
}

impl Part {
    fn role(&self) -> &'static str {
        match self {
            Self::Source(_) => "source",
            Self::Step(_) => "step",
            Self::Sink(_) => "sink",
        }
    }
}

/// An object without fields.
fn object(kind: &str, version: u32) -> Vec<u8> {
    let mut out = Encoder::new();
    out.object(kind, version, |_| {});
    out.into_bytes().expect("an empty object can be encoded")
}

fn without_rows(value: &TaskValue) -> TaskValue {
    match value {
        TaskValue::Rows(rows) => TaskValue::Rows(rows.slice(0, 0)),
        TaskValue::Pieces(pieces) => {
            let offsets = vec![0; pieces.offsets().len()];
            let none = swath_batch::Pieces::try_new(pieces.rows().slice(0, 0), offsets);
            TaskValue::Pieces(none.expect("no rows in as many pieces"))
        }
        TaskValue::List(values) => TaskValue::List(values.iter().map(without_rows).collect()),
        TaskValue::User(value) => TaskValue::User(value.clone()),
    }
}

/// Fails a check.
#[track_caller]
fn panic_for(kind: &str, what: &dyn std::fmt::Display) -> ! {
    #[expect(
        clippy::panic,
        reason = "a check of a conformance suite fails by a panic"
    )]
    {
        panic!("`{kind}`: {what}")
    }
}
