//! What every keeper must do.

use std::sync::Arc;

use swath_memory::Budget;

use super::{Number, graphs::name};
use crate::{Keep, KeepStats, ResultId, Slot};

/// Puts keepers made by `make` through all checks; each check gets a new one.
///
/// # Panics
/// If a check fails.
pub fn keep(make: impl Fn() -> Arc<dyn Keep<Number>>) {
    values_come_back(make().as_ref());
    bytes_have_one_owner(make().as_ref());
    what_does_not_fit_is_refused(make().as_ref());
    only_the_last_can_take(make().as_ref());
    threads(&make());
}

#[track_caller]
fn put(
    keep: &dyn Keep<Number>,
    budget: &Budget,
    index: u32,
    value: i64,
    bytes: u64,
    held: bool,
) -> Slot {
    let name = name("kept");
    let id = ResultId {
        name: &name,
        index,
        port: 0,
        held,
    };
    keep.keep(id, Number { value, bytes }, budget.reserve("result"))
        .expect("it fits")
}

#[track_caller]
fn check(keep: &dyn Keep<Number>, budget: &Budget, values: u64, bytes: u64) {
    assert_eq!(keep.stats().values, values);
    assert_eq!(budget.used(), bytes, "{:?}", budget.holders());
}

fn values_come_back(keep: &dyn Keep<Number>) {
    let budget = Budget::unlimited();
    let slots: Vec<Slot> = (0..100)
        .map(|i| put(keep, &budget, i, i64::from(i), 8, i % 2 == 0))
        .collect();
    for (i, slot) in slots.iter().enumerate().filter(|(i, _)| i % 3 == 0) {
        assert_eq!(keep.pin(*slot).expect("it is kept").value, i as i64);
        keep.release(*slot);
    }
    // Slots may be used again; what is still kept stays.
    let more: Vec<Slot> = (0..50)
        .map(|i| put(keep, &budget, i, -1, 8, false))
        .collect();
    for (i, slot) in slots.iter().enumerate().filter(|(i, _)| i % 3 != 0) {
        assert_eq!(keep.pin(*slot).expect("it is kept").value, i as i64);
        keep.release(*slot);
    }
    for slot in more {
        assert_eq!(keep.pin(slot).expect("it is kept").value, -1);
        keep.release(slot);
    }
    assert_eq!(keep.stats(), KeepStats::default());
    assert_eq!(budget.used(), 0);
}

fn bytes_have_one_owner(keep: &dyn Keep<Number>) {
    let budget = Budget::new(1_000);
    let mut funds = budget.reserve("result");
    funds.try_grow(700).expect("it fits");
    let name = name("kept");
    let id = ResultId {
        name: &name,
        index: 0,
        port: 0,
        held: true,
    };
    // A reservation that was too large is made exact, one that was too small as well.
    let slot = keep
        .keep(
            id,
            Number {
                value: 1,
                bytes: 300,
            },
            funds,
        )
        .expect("it fits");
    check(keep, &budget, 1, 300);
    let other = put(keep, &budget, 1, 2, 500, false);
    check(keep, &budget, 2, 800);
    assert!(
        budget
            .holders()
            .iter()
            .any(|holder| holder.what == id.label() && holder.bytes == 300),
        "{:?}",
        budget.holders()
    );
    let pinned = keep.pin(slot).expect("it is kept");
    keep.release(slot);
    assert_eq!((pinned.value, keep.stats().values), (1, 1));
    check(keep, &budget, 1, 800);
    drop(pinned);
    check(keep, &budget, 1, 500);
    keep.release(other);
    check(keep, &budget, 0, 0);
}

fn what_does_not_fit_is_refused(keep: &dyn Keep<Number>) {
    let budget = Budget::new(100);
    let first = put(keep, &budget, 0, 1, 60, false);
    // Pinned, so that no keeper can put it elsewhere.
    let pinned = keep.pin(first).expect("it is kept");
    let name = name("kept");
    let id = ResultId {
        name: &name,
        index: 1,
        port: 0,
        held: false,
    };
    let over = keep
        .keep(
            id,
            Number {
                value: 2,
                bytes: 50,
            },
            budget.reserve("result"),
        )
        .expect_err("60 are taken");
    let over = over.over_budget().expect("it is told as such");
    assert_eq!((over.needed, over.limit), (50, 100));
    check(keep, &budget, 1, 60);
    drop(pinned);
    keep.release(first);
    check(keep, &budget, 0, 0);
}

fn only_the_last_can_take(keep: &dyn Keep<Number>) {
    let budget = Budget::unlimited();
    let slot = put(keep, &budget, 0, 1, 60, false);
    let pinned = keep.pin(slot).expect("it is kept");
    assert!(keep.take(slot).is_none(), "it is pinned");
    drop(pinned);
    let (value, charge) = keep.take(slot).expect("nobody has it pinned");
    assert_eq!((value.value, charge.bytes()), (1, 60));
    check(keep, &budget, 0, 60);
    drop(charge);
    check(keep, &budget, 0, 0);
}

fn threads(keep: &Arc<dyn Keep<Number>>) {
    let budget = Budget::unlimited();
    std::thread::scope(|scope| {
        for thread in 0..4 {
            let (keep, budget) = (Arc::clone(keep), budget.clone());
            scope.spawn(move || {
                let mut slots = Vec::new();
                for i in 0..500 {
                    slots.push((
                        i,
                        put(
                            keep.as_ref(),
                            &budget,
                            i,
                            i64::from(i * 4 + thread),
                            16,
                            i % 7 == 0,
                        ),
                    ));
                    if i % 3 == 0 {
                        let (i, slot) = slots.swap_remove(slots.len() / 2);
                        assert_eq!(
                            keep.pin(slot).expect("it is kept").value,
                            i64::from(i * 4 + thread)
                        );
                        keep.release(slot);
                    }
                }
                for (i, slot) in slots {
                    assert_eq!(
                        keep.pin(slot).expect("it is kept").value,
                        i64::from(i * 4 + thread)
                    );
                    keep.release(slot);
                }
            });
        }
    });
    check(keep.as_ref(), &budget, 0, 0);
}
