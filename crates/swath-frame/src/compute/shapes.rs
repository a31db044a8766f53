//! References, slices, vectors and arrays of items.

use swath_plan::Plan;

use super::{Collector, Compute, sealed};
use crate::{Result, Session};

impl<C: Compute + ?Sized> sealed::Sealed for &C {}
impl<C: Compute + ?Sized> Compute for &C {
    type Output = C::Output;

    fn plans(&self, out: &mut Vec<Plan>) -> Result<()> {
        (**self).plans(out)
    }

    fn sessions(&self, out: &mut Vec<Session>) {
        (**self).sessions(out);
    }

    fn collector(&self) -> Collector<Self::Output> {
        (**self).collector()
    }
}

impl<C: Compute> sealed::Sealed for [C] {}
impl<C: Compute> Compute for [C] {
    type Output = Vec<C::Output>;

    fn plans(&self, out: &mut Vec<Plan>) -> Result<()> {
        for item in self {
            item.plans(out)?;
        }
        Ok(())
    }

    fn sessions(&self, out: &mut Vec<Session>) {
        for item in self {
            item.sessions(out);
        }
    }

    fn collector(&self) -> Collector<Self::Output> {
        let collectors: Vec<_> = self.iter().map(Compute::collector).collect();
        Box::new(move |rows| {
            collectors
                .into_iter()
                .map(|collect| collect(rows))
                .collect()
        })
    }
}

impl<C: Compute> sealed::Sealed for Vec<C> {}
impl<C: Compute> Compute for Vec<C> {
    type Output = Vec<C::Output>;

    fn plans(&self, out: &mut Vec<Plan>) -> Result<()> {
        self.as_slice().plans(out)
    }

    fn sessions(&self, out: &mut Vec<Session>) {
        self.as_slice().sessions(out);
    }

    fn collector(&self) -> Collector<Self::Output> {
        self.as_slice().collector()
    }
}

impl<C: Compute, const N: usize> sealed::Sealed for [C; N] {}
impl<C: Compute, const N: usize> Compute for [C; N] {
    type Output = [C::Output; N];

    fn plans(&self, out: &mut Vec<Plan>) -> Result<()> {
        self.as_slice().plans(out)
    }

    fn sessions(&self, out: &mut Vec<Session>) {
        self.as_slice().sessions(out);
    }

    fn collector(&self) -> Collector<Self::Output> {
        let all = self.as_slice().collector();
        Box::new(move |rows| {
            let outputs = all(rows)?;
            Ok(outputs
                .try_into()
                .unwrap_or_else(|_| unreachable!("one output an item")))
        })
    }
}
