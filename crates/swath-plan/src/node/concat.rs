//! The partitions of several frames, one after another.

use std::collections::BTreeSet;
use std::sync::Arc;

use swath_batch::Value;
use swath_divisions::Divisions;
use swath_expr::{Expr, ExprNode};
use swath_meta::{DType, DTypeSpec, Field, Index, Meta, common_supertype};
use swath_ops::Env;

use super::Project;
use crate::{Node, Plan, PlanError};

impl Plan {
    /// The partitions of `inputs` one after another, columns by name: those that all have, or, with `outer`, those that any has, null
    /// where a frame has them not. Their order is that in which they are first seen; columns of one name meet in the dtype that holds
    /// both.
    ///
    /// The index stays where all have the same, and so do divisions where each frame ends before the next begins; otherwise index
    /// columns become data.
    pub fn concat(inputs: &[Plan], outer: bool, env: &Env) -> Result<Plan, PlanError> {
        let first = inputs.first().ok_or_else(PlanError::no_frames)?;
        let index = |plan: &Plan| {
            let fields = plan.meta().index_fields().iter();
            fields
                .map(|field| Arc::clone(&field.name))
                .collect::<Vec<_>>()
        };
        let same_index = inputs.iter().all(|plan| index(plan) == index(first));
        let fields = common_fields(inputs, outer)?;
        if fields.is_empty() {
            return Err(PlanError::NoColumns {
                operation: "concat",
            });
        }
        let index = if same_index { index(first).len() } else { 0 };
        let projected = inputs.iter().map(|input| {
            let columns = fields
                .iter()
                .map(|field| (Arc::clone(&field.name), column_of(input.meta(), field)))
                .collect();
            Project { columns, index }.plan(input.clone(), env)
        });
        concatenated(projected.collect::<Result<_, _>>()?)
    }
}

/// Frames whose columns are the same, in one order.
pub(super) fn concatenated(inputs: Vec<Plan>) -> Result<Plan, PlanError> {
    let metas: Vec<&Meta> = inputs.iter().map(|input| &**input.meta()).collect();
    let first = metas.first().expect("there is at least one frame");
    let fields = first.fields().iter().enumerate().map(|(at, field)| Field {
        nullable: metas.iter().any(|meta| meta.fields()[at].nullable),
        ..field.clone()
    });
    let index = Index::leading(first.index().len() as u32);
    let meta = Arc::new(Meta::try_new(fields, index)?);
    let divisions: Vec<&Divisions> = inputs.iter().map(Plan::divisions).collect();
    let divisions = Divisions::concat(&divisions);
    Ok(Plan::assemble(Node::Concat, inputs, meta, divisions))
}

/// The same frames with only some of their columns, in the order of `meta`.
pub(crate) fn narrowed(
    inputs: Vec<Plan>,
    meta: &Meta,
    wanted: &BTreeSet<Arc<str>>,
    env: &Env,
) -> Result<Plan, PlanError> {
    let index = meta.index_fields();
    let index = if index.iter().all(|field| wanted.contains(&field.name)) {
        index.len()
    } else {
        0
    };
    let fields = meta.fields().iter();
    let names: Vec<&Arc<str>> = fields
        .map(|field| &field.name)
        .filter(|name| wanted.contains(*name))
        .collect();
    let narrowed = inputs.into_iter().map(|input| {
        let have = input.meta();
        if have.names().eq(names.iter().map(|name| &***name)) && have.index().len() == index {
            return Ok(input);
        }
        let columns = names.iter().map(|name| (Arc::clone(name), column(name)));
        let columns = columns.collect();
        Project { columns, index }.plan(input, env)
    });
    concatenated(narrowed.collect::<Result<_, PlanError>>()?)
}

fn column(name: &Arc<str>) -> Expr {
    Expr::new(ExprNode::Column(Arc::clone(name)))
}

/// The columns of the result, each with the dtype in which all meet.
fn common_fields(inputs: &[Plan], outer: bool) -> Result<Vec<Field>, PlanError> {
    let mut fields: Vec<Field> = Vec::new();
    let all = inputs.iter().flat_map(|input| input.meta().fields());
    let is_wanted = |field: &&Field| {
        let mut metas = inputs.iter().map(Plan::meta);
        outer || metas.all(|meta| meta.contains(&field.name))
    };
    for field in all.filter(is_wanted) {
        let Some(known) = fields.iter_mut().find(|known| known.name == field.name) else {
            fields.push(field.clone());
            continue;
        };
        let Some(dtype) = common_supertype(&known.dtype, &field.dtype) else {
            return Err(PlanError::NothingInCommon {
                operation: "concat",
                left: field.name.to_string(),
                left_dtype: known.dtype.clone(),
                right: field.name.to_string(),
                right_dtype: field.dtype.clone(),
            });
        };
        known.dtype = dtype;
    }
    Ok(fields)
}

/// What computes a column of the result from the frame with this meta.
fn column_of(meta: &Meta, field: &Field) -> Expr {
    let cast = |input: Expr| {
        Expr::new(ExprNode::Cast {
            input,
            dtype: DTypeSpec::from(field.dtype.clone()),
        })
    };
    match meta.dtype(&field.name) {
        Ok(dtype) if *dtype == field.dtype => column(&field.name),
        Ok(_) => cast(column(&field.name)),
        Err(_) if field.dtype == DType::Null => Expr::from(Value::Null),
        Err(_) => cast(Expr::from(Value::Null)),
    }
}
