//! Every executor, and the second backend, through the same suite.

use std::sync::Arc;

use swath_memory::Budget;
use swath_scheduler::{
    Backend, InMemory, Inline, Local, RayonPool,
    testing::{self, Call, Sequential},
};

/// Runs the suite on backends with a budget each, and checks that nothing is left in any.
fn check(make: impl Fn(Budget) -> Arc<dyn Backend<Call>>) {
    for (what, check) in testing::BACKEND_CHECKS {
        let budget = Budget::new(1 << 30);
        let backend = make(budget.clone());
        check(&backend);
        // A run that was dropped ends a moment later.
        for _ in 0..1_000 {
            if budget.used() == 0 {
                break;
            }
            std::thread::sleep(std::time::Duration::from_millis(1));
        }
        assert_eq!(budget.used(), 0, "{what}: {:?}", budget.holders());
    }
}

#[test]
fn one_thread() {
    check(|budget| Arc::new(Local::builder().threads(1).budget(budget).build().unwrap()));
}

#[test]
fn four_threads() {
    check(|budget| Arc::new(Local::builder().threads(4).budget(budget).build().unwrap()));
}

#[test]
fn inline() {
    for seed in 0..20 {
        check(|budget| {
            Arc::new(
                Local::builder()
                    .executor(Inline::new(seed))
                    .budget(budget)
                    .build()
                    .unwrap(),
            )
        });
    }
}

#[test]
fn rayon_pool() {
    for threads in [1, 3] {
        check(|budget| {
            let pool = rayon::ThreadPoolBuilder::new()
                .num_threads(threads)
                .build()
                .unwrap();
            Arc::new(
                Local::builder()
                    .executor(RayonPool::new(Arc::new(pool)))
                    .budget(budget)
                    .build()
                    .unwrap(),
            )
        });
    }
}

#[test]
fn sequential() {
    testing::backend(|| Arc::new(Sequential::new(())));
}

#[test]
fn keepers() {
    testing::keep(|| Arc::new(InMemory::new()));
}
