//! What a budget promises: table tests, a model under random operations, and threads.

use std::sync::{
    Arc, Weak,
    atomic::{AtomicBool, AtomicU64, Ordering},
};

use proptest::prelude::*;
use swath_memory::{Budget, Charge, Demand, Grant, Reclaim, Reservation};

#[track_caller]
fn check(budget: &Budget, used: u64) {
    assert_eq!(budget.used(), used);
    assert_eq!(
        budget
            .holders()
            .iter()
            .map(|holder| holder.bytes)
            .sum::<u64>(),
        used,
        "{:?}",
        budget.holders()
    );
    assert!(budget.used() <= budget.limit());
    assert!(budget.peak() >= used);
}

#[test]
fn floor_is_charged_at_once_and_never_refused() {
    let budget = Budget::new(100);
    let grant = budget
        .grant(Demand {
            floor: 60,
            expected: 60,
        })
        .unwrap();
    check(&budget, 60);
    let mut rest = budget.reserve("rest");
    rest.try_grow(40).unwrap();
    let mut table = grant.reserve("table");
    table.try_grow(60).unwrap();
    check(&budget, 100);
    assert!(table.try_grow(1).is_err());
    assert_eq!((table.bytes(), grant.wanted()), (60, 61));
    table.shrink(60);
    check(&budget, 100);
    drop((table, grant));
    check(&budget, 40);
}

#[test]
fn expectations_throttle_but_hold_nothing() {
    let budget = Budget::new(100);
    let need = Demand {
        floor: 1,
        expected: 50,
    };
    let (a, b) = (budget.grant(need).unwrap(), budget.grant(need).unwrap());
    check(&budget, 2);
    assert!(
        budget.grant(need).is_none(),
        "two tasks expect all there is"
    );
    assert!(
        budget.grant(Demand::default()).is_some(),
        "small tasks always fit"
    );
    let mut one = a.reserve("one");
    one.try_grow(90).unwrap();
    check(&budget, 91);
    drop((one, a));
    assert!(budget.grant(need).is_some());
    drop(b);
    check(&budget, 0);
}

#[test]
fn alone_a_task_gets_what_is_free() {
    let budget = Budget::new(100);
    let mut held = budget.reserve("load");
    held.try_grow(70).unwrap();
    let held = held.transfer("sales");
    let demand = Demand::exactly(500);
    assert!(budget.grant(demand).is_none());
    let grant = budget.grant_alone(demand);
    assert_eq!(grant.floor(), 30);
    check(&budget, 100);
    drop((grant, held));
    check(&budget, 0);
}

#[test]
fn transfer_takes_the_floor_along() {
    let budget = Budget::new(100);
    for (floor, reserved, left) in [(80, 50, 30), (30, 50, 0), (0, 50, 0), (50, 50, 0)] {
        let grant = budget.grant(Demand { floor, expected: 0 }).unwrap();
        let mut result = grant.reserve("result");
        result.try_grow(reserved).unwrap();
        let before = budget.used();
        let charge = result.transfer("sales");
        check(&budget, before);
        assert_eq!((grant.floor(), charge.bytes()), (left, reserved));
        drop(grant);
        check(&budget, reserved);
        drop(charge);
        check(&budget, 0);
    }
}

#[test]
fn adopted_bytes_come_on_top_of_the_floor() {
    let budget = Budget::new(100);
    let mut input = budget.reserve("input");
    input.try_grow(40).unwrap();
    let input = input.transfer("input");
    let grant = budget.grant(Demand::exactly(60)).unwrap();
    check(&budget, 100);
    let taken = grant.adopt(input, "taken input");
    check(&budget, 100);
    let mut table = grant.reserve("table");
    table.try_grow(60).unwrap();
    check(&budget, 100);
    drop(taken);
    drop(grant);
    check(&budget, 60);
    drop(table);
    check(&budget, 0);
}

#[test]
fn a_result_is_charged_in_one_step() {
    let budget = Budget::new(100);
    let fresh = budget
        .reserve("result")
        .try_into_charge(60, "kept")
        .unwrap();
    check(&budget, 60);
    assert_eq!(
        budget
            .reserve("result")
            .try_into_charge(41, "kept")
            .unwrap_err()
            .needed,
        41
    );
    let mut larger = budget.reserve("result");
    larger.try_grow(40).unwrap();
    let shrunk = larger.try_into_charge(10, "kept").unwrap();
    check(&budget, 70);
    assert_eq!((fresh.bytes(), shrunk.bytes()), (60, 10));
    assert_eq!(
        budget
            .reserve("result")
            .try_into_charge(0, "kept")
            .unwrap()
            .bytes(),
        0
    );
    drop((fresh, shrunk));
    check(&budget, 0);
}

#[test]
fn charges_of_another_budget_return_there() {
    let (ours, theirs) = (Budget::new(100), Budget::new(100));
    let mut foreign = theirs.reserve("foreign");
    foreign.try_grow(10).unwrap();
    let mut reservation = ours.reserve("ours");
    reservation.adopt(foreign.transfer("foreign"));
    check(&ours, 0);
    check(&theirs, 0);
}

#[test]
fn charges_split_and_shrink() {
    let budget = Budget::unlimited();
    let mut all = budget.reserve("all");
    all.try_grow(100).unwrap();
    let mut all = all.transfer("all");
    let part = all.split(30);
    check(&budget, 100);
    part.relabel("part");
    all.shrink(1_000);
    check(&budget, 30);
    assert_eq!((all.bytes(), part.bytes()), (0, 30));
    assert_eq!(budget.holders()[0].to_string(), "30 B part");
    all.absorb(part);
    let mut whole = budget
        .reserve("whole")
        .try_into_charge(12, "whole")
        .unwrap();
    whole.absorb(all);
    check(&budget, 42);
    assert_eq!(
        (whole.bytes(), budget.holders()[0].to_string().as_str()),
        (42, "42 B whole")
    );
    let mut foreign = Budget::new(5)
        .reserve("foreign")
        .try_into_charge(5, "foreign")
        .unwrap();
    foreign.absorb(whole);
    check(&budget, 0);
}

/// Gives back `has` bytes of a charge when asked, and records that no lock was held by looking at the budget itself.
struct Cache {
    budget: Budget,
    charge: std::sync::Mutex<Option<Charge>>,
    asked: AtomicU64,
}

impl Reclaim for Cache {
    fn reclaim(&self, bytes: u64) -> u64 {
        let _would_deadlock_under_the_lock = self.budget.used();
        self.asked.fetch_add(1, Ordering::Relaxed);
        let mut charge = self.charge.lock().expect("no test panics with it");
        let Some(charge) = charge.as_mut() else {
            return 0;
        };
        let freed = bytes.min(charge.bytes());
        charge.shrink(freed);
        freed
    }
}

fn cache(budget: &Budget, bytes: u64) -> Arc<Cache> {
    let mut load = budget.reserve("load");
    load.try_grow(bytes).expect("it fits");
    let charge = std::sync::Mutex::new(Some(load.transfer("cache")));
    let cache = Arc::new(Cache {
        budget: budget.clone(),
        charge,
        asked: AtomicU64::new(0),
    });
    let weak: Weak<Cache> = Arc::downgrade(&cache);
    budget.reclaimer(weak);
    cache
}

#[test]
fn growth_and_admission_reclaim() {
    let budget = Budget::new(100);
    let cache = cache(&budget, 90);
    let mut table = budget.reserve("table");
    table.try_grow(30).unwrap();
    check(&budget, 100);
    let grant = budget.grant(Demand::exactly(40)).unwrap();
    check(&budget, 100);
    assert_eq!(cache.asked.load(Ordering::Relaxed), 2);
    assert!(table.try_grow(31).is_err(), "30 can be had, 31 cannot");
    drop(grant);
    drop(Arc::clone(&cache));
    drop(cache);
    check(&budget, 30);
}

#[test]
fn messages() {
    let budget = Budget::new(2 << 30);
    let mut held = budget.reserve("load");
    held.try_grow(1_503_238_554).unwrap();
    let held = held.transfer(String::from("`events`"));
    let mut again = budget.reserve("load");
    again.try_grow(1 << 20).unwrap();
    let again = again.transfer("`events`");
    let grant = budget
        .grant(Demand {
            floor: 64 << 20,
            expected: 0,
        })
        .unwrap();
    let mut table = grant.reserve("hash table");
    table.try_grow(1 << 20).unwrap();
    let error = table.try_grow(3 << 30).unwrap_err();
    let holders: Vec<String> = budget.holders().iter().map(ToString::to_string).collect();
    insta::assert_snapshot!(format!("{error}\n{}", holders.join("\n")), @r"
    hash table needs 3 GiB, and 1.5 GiB of the memory limit of 2 GiB are in use
    1.4 GiB `events` (2)
    63 MiB granted to running tasks
    1 MiB hash table
    ");
    drop((held, again));
}

#[derive(Clone, Debug)]
enum Op {
    Grant {
        floor: u64,
        expected: u64,
        alone: bool,
    },
    Reserve(prop::sample::Index),
    ReserveOutside,
    Grow(prop::sample::Index, u64),
    Shrink(prop::sample::Index, u64),
    Resize(prop::sample::Index, u64),
    Transfer(prop::sample::Index),
    Adopt(prop::sample::Index, prop::sample::Index),
    Split(prop::sample::Index, u64),
    DropGrant(prop::sample::Index),
    DropReservation(prop::sample::Index),
    DropCharge(prop::sample::Index),
}

fn op() -> impl Strategy<Value = Op> {
    use prop::sample::Index;
    let bytes = || prop_oneof![0..20_u64, 0..400_u64];
    prop_oneof![
        3 => (bytes(), bytes(), any::<bool>()).prop_map(|(floor, expected, alone)| Op::Grant { floor, expected, alone }),
        3 => any::<Index>().prop_map(Op::Reserve),
        1 => Just(Op::ReserveOutside),
        6 => (any::<Index>(), bytes()).prop_map(|(at, bytes)| Op::Grow(at, bytes)),
        2 => (any::<Index>(), bytes()).prop_map(|(at, bytes)| Op::Shrink(at, bytes)),
        1 => (any::<Index>(), bytes()).prop_map(|(at, bytes)| Op::Resize(at, bytes)),
        2 => any::<Index>().prop_map(Op::Transfer),
        1 => (any::<Index>(), any::<Index>()).prop_map(|(charge, grant)| Op::Adopt(charge, grant)),
        1 => (any::<Index>(), bytes()).prop_map(|(at, bytes)| Op::Split(at, bytes)),
        2 => any::<Index>().prop_map(Op::DropGrant),
        2 => any::<Index>().prop_map(Op::DropReservation),
        2 => any::<Index>().prop_map(Op::DropCharge),
    ]
}

/// The model: what each grant guarantees, and which reservation belongs to which grant; recomputed from scratch at each step.
#[derive(Default)]
struct Model {
    /// Floor of each grant, None once dropped.
    floors: Vec<Option<u64>>,
    /// Each reservation's bytes and its grant, if any.
    reservations: Vec<(u64, Option<usize>)>,
    charges: Vec<u64>,
}

impl Model {
    fn reserved(&self, grant: usize) -> u64 {
        self.reservations
            .iter()
            .filter(|(_, of)| *of == Some(grant))
            .map(|(bytes, _)| bytes)
            .sum()
    }

    fn used(&self) -> u64 {
        let grants: u64 = (0..self.floors.len())
            .map(|at| self.reserved(at).max(self.floors[at].unwrap_or(0)))
            .sum();
        let outside: u64 = self
            .reservations
            .iter()
            .filter(|(_, of)| of.is_none())
            .map(|(bytes, _)| bytes)
            .sum();
        grants + outside + self.charges.iter().sum::<u64>()
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn sum_of_holders_is_the_pool_at_every_event(limit in 1..500_u64, ops in prop::collection::vec(op(), 1..120)) {
        let budget = Budget::new(limit);
        let mut model = Model::default();
        let mut grants: Vec<(usize, Grant)> = Vec::new();
        let mut reservations: Vec<Reservation> = Vec::new();
        let mut charges: Vec<Charge> = Vec::new();
        for op in ops {
            let free = limit - model.used();
            match op {
                Op::Grant { floor, expected, alone } => {
                    let demand = Demand { floor, expected };
                    let grant = if alone { Some(budget.grant_alone(demand)) } else { budget.grant(demand) };
                    if let Some(grant) = grant {
                        prop_assert_eq!(grant.floor(), floor.min(free));
                        grants.push((model.floors.len(), grant));
                        model.floors.push(Some(floor.min(free)));
                    } else {
                        prop_assert!(!alone && (floor.max(expected) > 0));
                    }
                }
                Op::Reserve(at) if !grants.is_empty() => {
                    let (id, grant) = at.get(&grants);
                    reservations.push(grant.reserve("in a task"));
                    model.reservations.push((0, Some(*id)));
                }
                Op::ReserveOutside => {
                    reservations.push(budget.reserve("outside"));
                    model.reservations.push((0, None));
                }
                Op::Grow(at, bytes) if !reservations.is_empty() => {
                    let at = at.index(reservations.len());
                    model.reservations[at].0 += bytes;
                    let fits = model.used() <= limit;
                    prop_assert_eq!(reservations[at].try_grow(bytes).is_ok(), fits);
                    if !fits {
                        model.reservations[at].0 -= bytes;
                    }
                }
                Op::Shrink(at, bytes) if !reservations.is_empty() => {
                    let at = at.index(reservations.len());
                    reservations[at].shrink(bytes);
                    model.reservations[at].0 = model.reservations[at].0.saturating_sub(bytes);
                }
                Op::Resize(at, bytes) if !reservations.is_empty() => {
                    let at = at.index(reservations.len());
                    let before = std::mem::replace(&mut model.reservations[at].0, bytes);
                    let fits = model.used() <= limit;
                    prop_assert_eq!(reservations[at].try_resize(bytes).is_ok(), fits);
                    if !fits {
                        model.reservations[at].0 = before;
                    }
                }
                Op::Transfer(at) if !reservations.is_empty() => {
                    let at = at.index(reservations.len());
                    let (bytes, of) = model.reservations.swap_remove(at);
                    if let Some(of) = of && let Some(floor) = model.floors[of] {
                        let left = (model.reserved(of) + bytes).max(floor) - bytes;
                        model.floors[of] = Some(floor.min(left));
                    }
                    let charge = reservations.swap_remove(at).transfer("kept");
                    prop_assert_eq!(charge.bytes(), bytes);
                    charges.push(charge);
                    model.charges.push(bytes);
                }
                Op::Adopt(charge, grant) if !charges.is_empty() && !grants.is_empty() => {
                    let at = charge.index(charges.len());
                    let (id, grant) = grant.get(&grants);
                    let bytes = model.charges.swap_remove(at);
                    let floor = model.floors[*id].unwrap();
                    let unused = model.reserved(*id) < floor;
                    model.floors[*id] = Some(if unused { floor + bytes } else { floor });
                    reservations.push(grant.adopt(charges.swap_remove(at), "adopted"));
                    model.reservations.push((bytes, Some(*id)));
                }
                Op::Split(at, bytes) if !charges.is_empty() => {
                    let at = at.index(charges.len());
                    let part = charges[at].split(bytes);
                    model.charges[at] -= part.bytes();
                    model.charges.push(part.bytes());
                    charges.push(part);
                }
                Op::DropGrant(at) if !grants.is_empty() => {
                    let (id, grant) = grants.swap_remove(at.index(grants.len()));
                    drop(grant);
                    model.floors[id] = None;
                }
                Op::DropReservation(at) if !reservations.is_empty() => {
                    let at = at.index(reservations.len());
                    drop(reservations.swap_remove(at));
                    model.reservations.swap_remove(at);
                }
                Op::DropCharge(at) if !charges.is_empty() => {
                    let at = at.index(charges.len());
                    drop(charges.swap_remove(at));
                    model.charges.swap_remove(at);
                }
                _ => {}
            }
            check(&budget, model.used());
        }
        drop((grants, reservations, charges));
        check(&budget, 0);
    }
}

#[test]
fn threads_never_exceed_the_limit_and_end_at_zero() {
    let budget = Budget::new(10_000);
    let cache = cache(&budget, 5_000);
    let stop = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..4_u64)
            .map(|seed| {
                let budget = budget.clone();
                scope.spawn(move || {
                    let mut state = seed + 1;
                    let mut next = move || {
                        state = state
                            .wrapping_mul(6_364_136_223_846_793_005)
                            .wrapping_add(1_442_695_040_888_963_407);
                        state >> 33
                    };
                    let mut kept = Vec::new();
                    for _ in 0..3_000 {
                        let demand = Demand {
                            floor: next() % 2_000,
                            expected: next() % 4_000,
                        };
                        let grant = budget
                            .grant(demand)
                            .unwrap_or_else(|| budget.grant_alone(demand));
                        let mut table = grant.reserve("table");
                        let refused = (0..4)
                            .filter(|_| table.try_grow(next() % 1_500).is_err())
                            .count();
                        if refused == 0 {
                            kept.push(table.transfer("kept"));
                        }
                        if kept.len() > 3 {
                            kept.clear();
                        }
                    }
                })
            })
            .collect();
        scope.spawn(|| {
            while !stop.load(Ordering::Relaxed) {
                let holders: u64 = budget.holders().iter().map(|holder| holder.bytes).sum();
                assert!(holders <= 10_000 && budget.used() <= 10_000);
            }
        });
        for worker in workers {
            worker.join().unwrap();
        }
        stop.store(true, Ordering::Relaxed);
    });
    drop(cache);
    check(&budget, 0);
    assert!(budget.peak() <= 10_000);
}
