//! What each item becomes: a table, a value, what a call returned, what was written.

use std::sync::Arc;

use swath_batch::{Partition, Value};
use swath_ops::TaskValue;
use swath_plan::Plan;

use super::{Collector, Compute, sealed};
use crate::delayed::value_of;
use crate::engine::RootRows;
use crate::{DataFrame, Delayed, Error, Result, Scalar, Session, Sink, Table, Written};

fn next_rows(rows: &mut std::vec::IntoIter<RootRows>) -> RootRows {
    rows.next().expect("one result a plan")
}

/// Brings the held partitions of a root to the caller.
fn fetch(rows: &RootRows, session: &Session) -> Result<Vec<Partition>> {
    rows.held()
        .iter()
        .map(|held| {
            let value = session
                .backend()
                .fetch(held)
                .map_err(|error| Error::run(error, session))?;
            match &*value {
                TaskValue::Rows(rows) => Ok(rows.clone()),
                other => Err(Error::not_rows(other.kind())),
            }
        })
        .collect()
}

/// The results of a plan as one table. They count against the limit for as long as `rows` claims them.
pub(crate) fn gather(plan: &Plan, rows: &RootRows, session: &Session) -> Result<Table> {
    Table::from_partitions(Arc::clone(plan.meta()), &fetch(rows, session)?)
}

fn table_collector(plan: &Plan, session: &Session) -> Collector<Table> {
    let (plan, session) = (plan.clone(), session.clone());
    Box::new(move |rows| gather(&plan, &next_rows(rows), &session))
}

impl sealed::Sealed for DataFrame {}
impl Compute for DataFrame {
    type Output = Table;

    fn plans(&self, out: &mut Vec<Plan>) -> Result<()> {
        out.push(self.plan().clone());
        Ok(())
    }

    fn sessions(&self, out: &mut Vec<Session>) {
        out.push(self.session().clone());
    }

    fn collector(&self) -> Collector<Table> {
        table_collector(self.plan(), self.session())
    }
}

impl sealed::Sealed for Scalar {}
impl Compute for Scalar {
    type Output = Value;

    fn plans(&self, out: &mut Vec<Plan>) -> Result<()> {
        out.push(self.checked()?.clone());
        Ok(())
    }

    fn sessions(&self, out: &mut Vec<Session>) {
        out.push(self.session().clone());
    }

    fn collector(&self) -> Collector<Value> {
        let plan = self.plan().expect("its plans were asked for before");
        let table = table_collector(plan, self.session());
        Box::new(move |rows| Ok(table(rows)?.single_value()))
    }
}

impl<T> sealed::Sealed for Delayed<T> {}
impl<T: Send + Sync + 'static> Compute for Delayed<T> {
    type Output = Arc<T>;

    fn plans(&self, out: &mut Vec<Plan>) -> Result<()> {
        out.push(self.checked()?.clone());
        Ok(())
    }

    fn sessions(&self, out: &mut Vec<Session>) {
        out.push(self.session().clone());
    }

    fn collector(&self) -> Collector<Arc<T>> {
        let session = self.session().clone();
        Box::new(move |rows| {
            let rows = next_rows(rows);
            let held = rows.held().first().expect("a call has one value");
            let value = session
                .backend()
                .fetch(held)
                .map_err(|error| Error::run(error, &session))?;
            value_of(&value)
        })
    }
}

impl sealed::Sealed for Sink {}
impl Compute for Sink {
    type Output = Written;

    fn plans(&self, out: &mut Vec<Plan>) -> Result<()> {
        out.push(self.plan.clone());
        Ok(())
    }

    fn sessions(&self, out: &mut Vec<Session>) {
        out.push(self.session.clone());
    }

    fn collector(&self) -> Collector<Written> {
        let table = table_collector(&self.plan, &self.session);
        if self.plan.delivers().is_some() {
            return Box::new(move |rows| Written::delivered(&table(rows)?));
        }
        let keys = self
            .plan
            .writes()
            .map_or(0, |options| options.partition_on().len());
        Box::new(move |rows| Written::listed(&table(rows)?, keys))
    }
}
