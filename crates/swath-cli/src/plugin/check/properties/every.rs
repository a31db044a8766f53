//! What functions of every kind promise.

use std::sync::{Arc, Barrier, mpsc};
use std::time::{Duration, Instant};

use arrow_array::{Array as _, ArrayRef};
use arrow_buffer::Buffer;
use arrow_data::ArrayData;
use swath_batch::Batch;

use super::super::Task;
use super::super::compare::{EXACT, difference};
use super::{Random, Subject, Trouble, Verdict, broken, sound};

/// The host looks at what comes out; a partition without rows is one, and has an answer.
pub(super) fn meta(subject: &Arc<Subject>, rows: &Batch, _: Random) -> Verdict {
    match subject.call(rows) {
        Ok(_) => Ok(()),
        Err(Trouble::Refused(words)) if rows.num_rows() == 0 => {
            broken(format!("it has no answer where there are no rows: {words}"))
        }
        Err(trouble) => Err(trouble),
    }
}

pub(super) fn again(subject: &Arc<Subject>, rows: &Batch, _: Random) -> Verdict {
    let (first, second) = (sound(subject.call(rows))?, subject.call(rows)?);
    match difference(&first, &second, EXACT) {
        Some(words) => broken(format!("first and second answer: {words}")),
        None => Ok(()),
    }
}

pub(super) fn threads(subject: &Arc<Subject>, rows: &Batch, _: Random) -> Verdict {
    let alone = sound(subject.call(rows))?;
    let at_once = Barrier::new(2);
    let answers = std::thread::scope(|scope| {
        let call = || {
            at_once.wait();
            subject.call(rows)
        };
        let both = [(); 2].map(|()| scope.spawn(call));
        both.map(|one| one.join().expect("panics of functions are caught"))
    });
    for answer in answers {
        if let Some(words) = difference(&alone, &answer?, EXACT) {
            return broken(format!("alone, and beside another call: {words}"));
        }
    }
    Ok(())
}

/// When a call is over and its answer is gone, nobody has the rows but who had them before.
pub(super) fn lent(subject: &Arc<Subject>, rows: &Batch, _: Random) -> Verdict {
    let columns = || rows.meta().names().zip(rows.record_batch().columns());
    let before: Vec<usize> = columns().map(|(_, column)| holders(column)).collect();
    drop(sound(subject.call(rows))?);
    let mut kept = columns().zip(before);
    match kept.find(|((_, column), before)| holders(column) > *before) {
        Some(((name, _), _)) => broken(format!(
            "its call is over, and it keeps rows of column `{name}`: what a partition was given is not there for good"
        )),
        None => Ok(()),
    }
}

/// How many have a column, or something of it.
fn holders(column: &ArrayRef) -> usize {
    fn of(data: &ArrayData) -> usize {
        let buffers = data.buffers().iter().map(Buffer::strong_count);
        let nulls = data.nulls().map(|nulls| nulls.buffer().strong_count());
        let below = data.child_data().iter().map(of);
        buffers.chain(nulls).chain(below).sum()
    }
    Arc::strong_count(column) + of(&column.to_data())
}

/// The rows that a cut goes before, which is one between rows.
pub(super) fn cut_before(cuts: &[usize]) -> String {
    let end = cuts.last().copied();
    let mut rows = cuts.to_vec();
    rows.retain(|row| *row > 0 && Some(*row) < end);
    rows.dedup();
    let rows: Vec<String> = rows.iter().map(ToString::to_string).collect();
    match rows.as_slice() {
        [] => "nowhere, with pieces of no rows around them".to_owned(),
        rows => format!("before row {}", rows.join(", ")),
    }
}

/// Rows cut anywhere, and handed over piece by piece.
pub(super) fn pieces(subject: &Arc<Subject>, rows: &Batch, mut random: Random) -> Verdict {
    let whole = sound(subject.call(rows))?;
    let cuts = random.cuts(rows.num_rows());
    let pieces: Vec<Batch> = cuts
        .windows(2)
        .map(|cut| rows.slice(cut[0], cut[1] - cut[0]))
        .collect();
    let at = cut_before(&cuts);
    let cut = match subject.pieces(&pieces) {
        Err(Trouble::Refused(words)) => {
            return broken(format!(
                "it has an answer for all rows at once, and none where they are cut {at}: {words}"
            ));
        }
        found => found?,
    };
    match difference(&whole, &cut, EXACT) {
        Some(words) => broken(format!("at once, and cut {at}: {words}")),
        None => Ok(()),
    }
}

/// One partition, two, and many: the host looks whether there are as many.
pub(super) fn targets(subject: &Arc<Subject>, rows: &Batch, _: Random) -> Verdict {
    sound(subject.call(rows))?;
    for targets in [1, 2, 10_000] {
        if let Some(other) = subject.with_targets(targets) {
            other.call(rows)?;
        }
    }
    Ok(())
}

/// How long a function may go on when it should not.
const PATIENCE: Duration = Duration::from_millis(100);
/// How long it is waited for.
const LONGEST: Duration = Duration::from_secs(10);

/// When it is cancelled, after it began.
const MOMENTS: [Duration; 2] = [Duration::ZERO, Duration::from_millis(20)];

/// Cancelled before it begins and while it is at it, and timed: the shortest of a few times, since a machine may be busy with something
/// else.
pub(super) fn cancel(subject: &Arc<Subject>, rows: &Batch, _: Random) -> Verdict {
    MOMENTS
        .into_iter()
        .try_for_each(|after| cancelled_after(subject, rows, after))
}

fn cancelled_after(subject: &Arc<Subject>, rows: &Batch, after: Duration) -> Verdict {
    let todo = "call `cx.tick()?` for each row, or `cx.check()?` now and then";
    let mut shortest = LONGEST;
    for _ in 0..3 {
        let Some(took) = goes_on(subject, rows, after) else {
            let seconds = LONGEST.as_secs();
            return Err(Trouble::Endless(format!(
                "it had not stopped {seconds} s after it was cancelled, and nothing else was tried; {todo}"
            )));
        };
        shortest = shortest.min(took);
        if shortest <= PATIENCE {
            return Ok(());
        }
    }
    let milliseconds = shortest.as_millis();
    broken(format!(
        "it went on for {milliseconds} ms after it was cancelled; {todo}"
    ))
}

/// How long a call goes on after its task was cancelled, that long after it began; `None` where it does not come back.
#[expect(
    clippy::disallowed_methods,
    reason = "what never comes back is left behind when the program ends: a thread of a scope would be waited for"
)]
fn goes_on(subject: &Arc<Subject>, rows: &Batch, after: Duration) -> Option<Duration> {
    let task = Arc::new(Task::default());
    if after.is_zero() {
        task.cancel();
    }
    let (sender, receiver) = mpsc::channel();
    let (called, rows, its_own) = (Arc::clone(subject), rows.clone(), Arc::clone(&task));
    let start = Instant::now();
    std::thread::spawn(move || {
        // Whether it was done or gave up does not matter, nor whether anybody still listens.
        let _ = called.call_in(&rows, &its_own);
        let _ = sender.send(());
    });
    if !after.is_zero() && receiver.recv_timeout(after).is_ok() {
        return Some(Duration::ZERO);
    }
    task.cancel();
    let asked = if after.is_zero() {
        start
    } else {
        Instant::now()
    };
    receiver.recv_timeout(LONGEST).ok()?;
    Some(asked.elapsed())
}
