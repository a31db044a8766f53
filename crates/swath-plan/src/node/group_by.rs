//! Grouping and aggregating; without keys, reducing to one row.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use swath_divisions::Divisions;
use swath_expr::{Agg, Expr, Params, shown_name};
use swath_graph::{Canon, Fingerprint};
use swath_meta::{Field, Index, Meta};
use swath_ops::Env;

use super::partition_count;
use crate::{Node, Plan, PlanError};

/// Keys, aggregates and the shape of the result.
#[derive(Clone, Debug)]
pub struct GroupBy {
    /// Name and expression of each key; none means one group of all rows.
    pub keys: Vec<(Arc<str>, Expr)>,
    /// The aggregates, in the order of the result's columns.
    pub aggs: Vec<NamedAgg>,
    /// Whether the groups leave sorted by the keys, in one partition.
    pub sort: bool,
    /// Whether rows with a null key are left out.
    pub dropna: bool,
    /// Visible partitions of the result; no more than one can be asked for where groups are sorted.
    pub split_out: SplitOut,
    /// Partial results that one task merges; `None` merges all at once.
    pub split_every: Option<usize>,
}

/// How many visible partitions the groups are spread over, by the hash of their keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SplitOut {
    /// One key: 1; `k` keys over `n` partitions: `ceil(n · (k − 1) / 10)`.
    Auto,
    /// As many as the input has.
    Same,
    /// This many.
    Count(usize),
}

/// One aggregate under the name of its result.
#[derive(Clone, Debug)]
pub struct NamedAgg {
    /// Name in the table of aggregates; of a plugin's, marked.
    pub function: Arc<str>,
    /// What it reads; nothing for `size`.
    pub inputs: Vec<Expr>,
    /// Its parameters: the `q` of `quantile`.
    pub params: Params,
    /// Name of the result column.
    pub output: Arc<str>,
}

impl NamedAgg {
    /// An aggregate of one expression.
    pub fn new(function: impl Into<Arc<str>>, input: Expr, output: impl Into<Arc<str>>) -> Self {
        Self {
            function: function.into(),
            inputs: vec![input],
            params: Params::default(),
            output: output.into(),
        }
    }

    /// The number of rows.
    pub fn size(output: impl Into<Arc<str>>) -> Self {
        Self {
            function: Arc::from("size"),
            inputs: Vec::new(),
            params: Params::default(),
            output: output.into(),
        }
    }

    /// An aggregate under this name, else under its own, else under its kind.
    pub fn of(agg: &Agg, name: Option<Arc<str>>) -> Self {
        Self {
            function: Arc::from(agg.kind()),
            inputs: agg.inputs().to_vec(),
            params: agg.params().clone(),
            output: name
                .or_else(|| agg.output_name())
                .unwrap_or_else(|| Arc::from(agg.kind())),
        }
    }
}

/// As a call: `sum(amount)`.
impl fmt::Display for NamedAgg {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}(", shown_name(&self.function))?;
        let mut comma = "";
        for input in &self.inputs {
            write!(f, "{comma}{input}")?;
            comma = ", ";
        }
        if !self.params.is_empty() {
            write!(f, "{comma}{}", self.params)?;
        }
        f.write_str(")")
    }
}

impl GroupBy {
    /// One row of aggregates over all rows.
    pub fn reduction(aggs: Vec<NamedAgg>) -> Self {
        Self {
            keys: Vec::new(),
            aggs,
            sort: false,
            dropna: true,
            split_out: SplitOut::Auto,
            split_every: None,
        }
    }

    pub(crate) fn kind(&self) -> &'static str {
        if self.keys.is_empty() {
            "reduce"
        } else {
            "groupby"
        }
    }

    /// Visible partitions of the result over an input of `n`.
    pub(crate) fn npartitions(&self, n: usize) -> usize {
        if self.keys.is_empty() || self.sort {
            return 1;
        }
        match self.split_out {
            SplitOut::Auto => (n * (self.keys.len() - 1)).div_ceil(10).max(1),
            SplitOut::Same => n.max(1),
            SplitOut::Count(count) => count,
        }
    }

    /// The keys, then what the aggregates read.
    pub(crate) fn expressions(&self) -> impl Iterator<Item = &Expr> {
        let keys = self.keys.iter().map(|(_, expr)| expr);
        keys.chain(self.aggs.iter().flat_map(|agg| &agg.inputs))
    }

    /// The columns that the aggregates and keys read.
    pub(crate) fn columns_read(&self) -> BTreeSet<Arc<str>> {
        self.expressions().flat_map(Expr::columns).collect()
    }

    pub(crate) fn plan(mut self, input: Plan, env: &Env) -> Result<Plan, PlanError> {
        if let SplitOut::Count(asked) = self.split_out {
            partition_count("`split_out`", asked)?;
            if self.sort && asked > 1 {
                return Err(PlanError::SortedSplitOut { asked });
            }
        }
        if let Some(every) = self.split_every.filter(|every| *every < 2) {
            return Err(PlanError::TooSmall {
                what: "`split_every`",
                least: 2,
                found: every,
            });
        }
        let mut fields = Vec::with_capacity(self.keys.len() + self.aggs.len());
        for (name, expr) in &mut self.keys {
            *expr = expr.pin_plugins(&env.functions)?;
            let field = expr.infer(input.meta(), &env.functions)?;
            let nullable = field.nullable && !self.dropna;
            fields.push(Field {
                name: Arc::clone(&*name),
                nullable,
                ..field
            });
        }
        for agg in &mut self.aggs {
            let mut dtypes = Vec::with_capacity(agg.inputs.len());
            for expr in &mut agg.inputs {
                *expr = expr.pin_plugins(&env.functions)?;
                dtypes.push(expr.infer(input.meta(), &env.functions)?.dtype);
            }
            let refused = |agg: &NamedAgg, source| PlanError::Aggregate {
                agg: Box::new(agg.clone()),
                source,
            };
            agg.function = env
                .settled_aggregate(&agg.function)
                .map_err(|source| refused(agg, source))?;
            let types = env
                .aggregate(&agg.function, agg.params.as_slice())
                .and_then(|function| function.infer(&dtypes))
                .map_err(|source| refused(agg, source))?;
            fields.push(Field {
                name: Arc::clone(&agg.output),
                dtype: types.output,
                nullable: types.output_nullable,
            });
        }
        let mut names = BTreeSet::new();
        if let Some(twice) = fields
            .iter()
            .find(|field| !names.insert(Arc::clone(&field.name)))
        {
            return Err(PlanError::DuplicateColumn {
                column: twice.name.to_string(),
            });
        }
        let meta = Arc::new(Meta::try_new(
            fields,
            Index::leading(self.keys.len() as u32),
        )?);
        let divisions = Divisions::unknown(self.npartitions(input.npartitions()));
        Ok(Plan::assemble(
            Node::GroupBy(self),
            vec![input],
            meta,
            divisions,
        ))
    }
}

impl Plan {
    /// Groups by the keys; at least one.
    pub fn group_by(&self, group: GroupBy, env: &Env) -> Result<Plan, PlanError> {
        if group.keys.is_empty() {
            return Err(PlanError::NoKeys);
        }
        group.plan(self.clone(), env)
    }

    /// Reduces all rows to one.
    pub fn reduce(&self, aggs: Vec<NamedAgg>, env: &Env) -> Result<Plan, PlanError> {
        GroupBy::reduction(aggs).plan(self.clone(), env)
    }
}

impl Fingerprint for GroupBy {
    fn feed(&self, out: &mut Canon) {
        out.seq(self.keys.len());
        for (name, expr) in &self.keys {
            out.str(name);
            expr.feed(out);
        }
        out.seq(self.aggs.len());
        for agg in &self.aggs {
            out.str(&agg.function);
            out.seq(agg.inputs.len());
            for input in &agg.inputs {
                input.feed(out);
            }
            agg.params.feed(out);
            out.str(&agg.output);
        }
        out.bool(self.sort);
        out.bool(self.dropna);
        match self.split_out {
            SplitOut::Auto => out.str("auto"),
            SplitOut::Same => out.str("same"),
            SplitOut::Count(count) => out.u64(count as u64),
        };
        self.split_every.map(|every| every as u64).feed(out);
    }
}
