//! Both stores through the suites of the scheduler, and what a store adds: shared bytes and the listing.

use std::sync::Arc;

use proptest::prelude::*;
use swath_graph::{Key, Name};
use swath_memory::Budget;
use swath_scheduler::{
    Backend, Buffer, Footprint, Inline, Keep, Local, ResultId, Slot, TaskError,
    testing::{self, Call, Number},
};
use swath_store::{
    Store,
    testing::{Portable, Reloading},
};

/// The suite's number, which is foreign here.
#[derive(Debug)]
struct Written(Number);

impl Footprint for Written {
    fn bytes(&self) -> u64 {
        self.0.bytes()
    }
}

impl Portable for Written {
    fn encode(&self) -> Result<Vec<u8>, TaskError> {
        if self.0.value == -13 {
            return Err(TaskError::failed("13 cannot be written"));
        }
        let mut bytes = self.0.value.to_le_bytes().to_vec();
        bytes.extend(self.0.bytes.to_le_bytes());
        Ok(bytes)
    }

    fn decode(bytes: &[u8]) -> Result<Self, TaskError> {
        let (value, size) = bytes.split_at(8);
        let number = |bytes: &[u8]| bytes.try_into().map(i64::from_le_bytes);
        Ok(Self(Number {
            value: number(value)?,
            bytes: number(size)? as u64,
        }))
    }
}

#[test]
fn stores_keep_as_all_keepers_do() {
    testing::keep(|| Arc::new(Store::new()));
}

#[test]
fn backends_over_a_store_do_what_all_backends_do() {
    for seed in 0..3 {
        testing::backend(|| {
            let keep = Arc::new(Store::new());
            Arc::new(
                Local::builder()
                    .executor(Inline::new(seed))
                    .keep(keep)
                    .build()
                    .expect("it starts"),
            )
        });
    }
    testing::backend(|| {
        Arc::new(
            Local::<Call>::builder()
                .threads(3)
                .keep(Arc::new(Store::new()))
                .build()
                .expect("it starts"),
        )
    });
}

#[test]
fn unpinned_values_are_reloaded() {
    let (store, budget) = (Reloading::new(), Budget::new(1_000));
    let name = Name::of("sales", "x");
    let id = ResultId {
        name: &name,
        index: 0,
        port: 0,
        held: true,
    };
    let put = |value| {
        store.keep(
            id,
            Written(Number { value, bytes: 100 }),
            budget.reserve("result"),
        )
    };
    let (first, second) = (put(1).unwrap(), put(2).unwrap());
    assert_eq!(
        (
            store.reloads(),
            store.stats().values,
            store.stats().bytes,
            budget.used()
        ),
        (0, 2, 0, 200)
    );
    let (one, again) = (store.pin(first).unwrap(), store.pin(first).unwrap());
    assert_eq!(
        (
            one.0.value,
            again.0.value,
            store.reloads(),
            store.stats().bytes
        ),
        (1, 1, 1, 100)
    );
    assert!(store.take(first).is_none(), "it is pinned");
    store.release(first);
    assert_eq!(budget.used(), 200, "it is pinned");
    drop((one, again));
    assert_eq!(budget.used(), 100);
    assert!(store.pin(first).is_err());
    let (value, charge) = store.take(second).unwrap();
    assert_eq!(
        (value.0.value, charge.bytes(), store.reloads()),
        (2, 100, 1)
    );
    drop(charge);
    assert_eq!(put(-13).unwrap_err().to_string(), "13 cannot be written");
    assert_eq!((budget.used(), store.stats().values), (0, 0));
}

/// A value made of buffers, which clones share.
#[derive(Clone, Debug)]
struct Rows {
    own: u64,
    buffers: Vec<Arc<[u8]>>,
}

impl Footprint for Rows {
    fn bytes(&self) -> u64 {
        let mut seen: Vec<&Arc<[u8]>> = Vec::new();
        for buffer in &self.buffers {
            if !seen.iter().any(|known| Arc::ptr_eq(known, buffer)) {
                seen.push(buffer);
            }
        }
        self.own + seen.iter().map(|buffer| buffer.len() as u64).sum::<u64>()
    }

    fn buffers(&self, visit: &mut dyn FnMut(Buffer)) {
        for buffer in &self.buffers {
            visit(Buffer {
                address: buffer.as_ptr() as usize,
                bytes: buffer.len() as u64,
            });
        }
    }
}

fn put(store: &Store<Rows>, budget: &Budget, value: Rows) -> Result<Slot, TaskError> {
    let name = Name::of("rows", "x");
    store.keep(
        ResultId {
            name: &name,
            index: 0,
            port: 0,
            held: false,
        },
        value,
        budget.reserve("result"),
    )
}

#[test]
fn shared_buffers_are_charged_once_until_the_last_is_gone() {
    let (store, budget) = (Store::new(), Budget::new(1_000));
    let (a, b): (Arc<[u8]>, Arc<[u8]>) = (Arc::from([0; 300]), Arc::from([0; 500]));
    let both = Rows {
        own: 10,
        buffers: vec![Arc::clone(&a), Arc::clone(&b), Arc::clone(&a)],
    };
    let slice = Rows {
        own: 5,
        buffers: vec![b],
    };
    let first = put(&store, &budget, both.clone()).unwrap();
    assert_eq!(budget.used(), 810);
    // 815 more would not fit: they are shared.
    let second = put(&store, &budget, both).unwrap();
    let third = put(&store, &budget, slice.clone()).unwrap();
    assert_eq!((budget.used(), store.stats().bytes), (825, 825));
    let pinned = store.pin(second).unwrap();
    store.release(first);
    store.release(second);
    assert_eq!((budget.used(), store.stats().values), (815, 1));
    drop(pinned);
    assert_eq!((budget.used(), store.stats().bytes), (505, 505));
    let fourth = put(&store, &budget, slice).unwrap();
    let (_, charge) = store.take(third).unwrap();
    assert_eq!(charge.bytes(), 5, "the buffer is still another's");
    let (_, rest) = store.take(fourth).unwrap();
    assert_eq!(
        (
            charge.bytes(),
            rest.bytes(),
            store.stats().bytes,
            budget.used()
        ),
        (5, 505, 0, 510)
    );
    drop((charge, rest));
    assert_eq!(budget.used(), 0);
}

#[test]
fn what_does_not_fit_leaves_nothing_behind() {
    let (store, budget) = (Store::new(), Budget::new(100));
    let rows = Rows {
        own: 1,
        buffers: vec![Arc::from([0; 60]), Arc::from([0; 60])],
    };
    let error = put(&store, &budget, rows).unwrap_err();
    assert_eq!(error.over_budget().unwrap().needed, 121);
    assert_eq!(
        (budget.used(), store.stats().bytes, store.stats().values),
        (0, 0, 0)
    );
}

#[test]
fn entries_tell_what_is_kept() {
    let store = Arc::new(Store::new());
    let local = Local::<Call>::builder()
        .threads(1)
        .keep(Arc::clone(&store) as _)
        .build()
        .unwrap();
    let key = |index| Key::new(Name::of("sales", "x"), index);
    let held: Vec<_> = (0..3)
        .rev()
        .map(|index| {
            local
                .hold(
                    key(index),
                    Number {
                        value: 0,
                        bytes: 10,
                    },
                )
                .unwrap()
        })
        .collect();
    let pin = local.fetch(&held[0]).unwrap();
    let entries = store.entries();
    assert_eq!(
        entries.iter().map(|entry| &entry.key).collect::<Vec<_>>(),
        [&key(0), &key(1), &key(2)]
    );
    assert_eq!(
        entries.iter().map(|entry| entry.pins).collect::<Vec<_>>(),
        [0, 0, 1]
    );
    assert!(
        entries.iter().all(
            |entry| (entry.bytes, entry.rows, entry.port, entry.held) == (10, Some(1), 0, true)
        )
    );
    drop((held, pin));
    assert_eq!(store.entries(), []);
}

#[derive(Clone, Debug)]
enum Op {
    Put(Vec<usize>, u64),
    Pin(prop::sample::Index),
    Unpin(prop::sample::Index),
    Release(prop::sample::Index),
    Take(prop::sample::Index),
}

fn op() -> impl Strategy<Value = Op> {
    prop_oneof![
        4 => (prop::collection::vec(0..6_usize, 0..5), 0..50_u64).prop_map(|(buffers, own)| Op::Put(buffers, own)),
        2 => any::<prop::sample::Index>().prop_map(Op::Pin),
        2 => any::<prop::sample::Index>().prop_map(Op::Unpin),
        2 => any::<prop::sample::Index>().prop_map(Op::Release),
        1 => any::<prop::sample::Index>().prop_map(Op::Take),
    ]
}

proptest! {
    /// The bytes charged are those of the values that are kept or pinned, each buffer once.
    #[test]
    fn bytes_are_those_of_distinct_buffers(ops in prop::collection::vec(op(), 1..80)) {
        let (store, budget) = (Store::new(), Budget::unlimited());
        let buffers: Vec<Arc<[u8]>> = (0..6).map(|size| vec![0_u8; 100 << size].into()).collect();
        let mut kept: Vec<(Slot, Vec<usize>, u64, usize)> = Vec::new();
        let mut pins = Vec::new();
        let mut next = 0;
        for op in ops {
            match op {
                Op::Put(which, own) => {
                    let rows = Rows { own, buffers: which.iter().map(|at| Arc::clone(&buffers[*at])).collect() };
                    kept.push((put(&store, &budget, rows).unwrap(), which, own, next));
                    next += 1;
                }
                Op::Pin(at) if !kept.is_empty() => {
                    let (slot, which, own, id) = at.get(&kept);
                    pins.push((store.pin(*slot).unwrap(), which.clone(), *own, *id));
                }
                Op::Unpin(at) if !pins.is_empty() => {
                    pins.swap_remove(at.index(pins.len()));
                }
                Op::Release(at) if !kept.is_empty() => {
                    let (slot, ..) = kept.swap_remove(at.index(kept.len()));
                    store.release(slot);
                }
                Op::Take(at) if !kept.is_empty() => {
                    let at = at.index(kept.len());
                    let pinned = pins.iter().any(|(_, _, _, id)| *id == kept[at].3);
                    let taken = store.take(kept[at].0);
                    prop_assert_eq!(taken.is_none(), pinned);
                    if taken.is_some() {
                        kept.swap_remove(at);
                    }
                }
                _ => {}
            }
            let mut own: Vec<(usize, u64)> = kept.iter().map(|(_, _, own, id)| (*id, *own)).collect();
            own.extend(pins.iter().map(|(_, _, own, id)| (*id, *own)));
            own.sort_unstable();
            own.dedup();
            let alive = |at: &usize| kept.iter().any(|(_, which, ..)| which.contains(at)) || pins.iter().any(|(_, which, ..)| which.contains(at));
            let shared: u64 = (0..6).filter(alive).map(|at| buffers[at].len() as u64).sum();
            let expected = own.iter().map(|(_, own)| own).sum::<u64>() + shared;
            prop_assert_eq!((budget.used(), store.stats().bytes), (expected, expected));
            prop_assert_eq!(store.stats().values, kept.len() as u64);
        }
    }
}

#[test]
fn threads_that_share_buffers_end_at_zero() {
    let (store, budget) = (Arc::new(Store::new()), Budget::new(100_000));
    let buffers: Vec<Arc<[u8]>> = (0..8).map(|_| Arc::from([0_u8; 1_000])).collect();
    std::thread::scope(|scope| {
        for thread in 0..4_usize {
            let (store, budget, buffers) = (Arc::clone(&store), budget.clone(), &buffers);
            scope.spawn(move || {
                for round in 0..2_000_usize {
                    let pick = |at: usize| Arc::clone(&buffers[(round * 7 + thread * 3 + at) % 8]);
                    let rows = Rows {
                        own: 3,
                        buffers: (0..3).map(pick).collect(),
                    };
                    let slot = put(&store, &budget, rows).unwrap();
                    let pinned = store.pin(slot).unwrap();
                    store.release(slot);
                    // What is kept or pinned, and what the others reserve before they see that it is shared.
                    assert!(budget.used() <= 8_000 + 4 * 3 + 4 * 3_003);
                    drop(pinned);
                }
            });
        }
    });
    assert_eq!((budget.used(), store.stats().bytes), (0, 0));
}
