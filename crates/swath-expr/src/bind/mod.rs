//! From an expression to a straight line of typed steps: names become positions, literals the dtype of what they meet.

mod binder;
mod operation;

use std::collections::HashMap;

use swath_meta::{DType, Field, Meta};

use self::binder::{Binder, Typed};
use crate::bound::Program;
use crate::display::brief;
use crate::rewrite::conjunct_parts;
use crate::typing::boolean_fix;
use crate::walk::{each, try_bottom_up};
use crate::{Bound, Expr, ExprError, ExprErrorKind, ExprNode, FunctionRef, Functions};

impl Expr {
    /// Checks the expression against a frame's columns and says what it gives: its name (or its text, where it has
    /// [none](Self::output_name)), dtype, and whether there may be nulls.
    ///
    /// ```
    /// use swath_expr::{Functions, col};
    /// use swath_meta::{DType, Meta};
    ///
    /// let meta = Meta::of([("amount", "float64"), ("region", "string")])?;
    /// assert_eq!(col("amount").gt(5000).infer(&meta, &Functions::standard())?.dtype, DType::Bool);
    ///
    /// let error = col("region").gt(5000).infer(&meta, &Functions::standard()).unwrap_err();
    /// assert_eq!(error.to_string(), "the literal 5000 does not fit `region`, which is string: it is a number");
    /// assert_eq!(error.fix(), Some(r#"write `col("region").cast("int64").gt(5000)`"#));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// Columns, functions and dtypes that are not there; sides and literals that do not go together.
    pub fn infer(&self, meta: &Meta, functions: &Functions) -> Result<Field, ExprError> {
        self.bind(meta, functions)
            .map(|bound| bound.field().clone())
    }

    /// [`infer`](Self::infer) where rows come in a known order, so that operations on other rows than their own are allowed:
    /// [`needs_order`](Self::needs_order) says whether there are any. What computes them is told by [`OrderedParts`](crate::OrderedParts).
    ///
    /// ```
    /// use swath_expr::{Functions, col};
    /// use swath_meta::{DType, Meta};
    ///
    /// let meta = Meta::of([("px", "float64")])?;
    /// let gain = col("px") / col("px").shift(1) - 1.0;
    /// assert_eq!(gain.infer_in_order(&meta, &Functions::standard())?.dtype, DType::Float64);
    /// assert!(gain.infer(&meta, &Functions::standard()).is_err());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// Those of [`infer`](Self::infer).
    pub fn infer_in_order(&self, meta: &Meta, functions: &Functions) -> Result<Field, ExprError> {
        let mut binder = Binder::new(meta, functions);
        binder.in_order = true;
        let typed = try_bottom_up(self, |expr, inputs: Vec<Typed>| {
            let typed = binder.node(expr, &inputs);
            typed.map_err(|kind| ExprError::at(expr, kind))
        })?;
        let name = self.output_name().unwrap_or_else(|| brief(self).into());
        Ok(Field::new(name, typed.dtype, typed.nullable))
    }

    /// Prepares evaluation on batches whose columns are those of `meta`, in that order.
    ///
    /// # Errors
    /// Those of [`infer`](Self::infer).
    pub fn bind(&self, meta: &Meta, functions: &Functions) -> Result<Bound, ExprError> {
        let mut binder = Binder::new(meta, functions);
        // Where each part of the conjunction ends in the line of steps.
        let parts = conjunct_parts(self);
        let mut ends: HashMap<_, _> = parts.iter().map(|part| (part.address(), None)).collect();
        let typed = try_bottom_up(self, |expr, inputs: Vec<Typed>| {
            let digest = expr.digest();
            let typed = if let Some(typed) = binder.known.get(&digest) {
                typed.clone()
            } else {
                let typed = binder
                    .node(expr, &inputs)
                    .map_err(|kind| ExprError::at(expr, kind))?;
                binder.known.insert(digest, typed.clone());
                typed
            };
            if let Some(end) = ends.get_mut(&expr.address()) {
                *end = Some((binder.len(), typed.clone()));
            }
            Ok(typed)
        })?;
        let name = self.output_name().unwrap_or_else(|| brief(self).into());
        let field = Field::new(name, typed.dtype.clone(), typed.nullable);
        let output = binder
            .operand(&typed)
            .map_err(|kind| ExprError::at(self, kind))?;
        let mut conjuncts = Vec::with_capacity(parts.len());
        if matches!(typed.dtype, DType::Bool | DType::Null) {
            for part in parts {
                let (end, typed) = ends[&part.address()]
                    .clone()
                    .expect("every part was visited");
                conjuncts.push((
                    end,
                    binder
                        .operand(&typed)
                        .map_err(|kind| ExprError::at(part, kind))?,
                ));
            }
        }
        Ok(Bound::new(Program::new(
            self.clone(),
            field,
            binder.into_line(),
            output,
            conjuncts,
        )))
    }

    /// [`bind`](Self::bind), and checks that the expression is true or false: what a filter takes.
    ///
    /// # Errors
    /// Those of [`infer`](Self::infer), and [`ExprErrorKind::NotBoolean`].
    pub fn bind_predicate(&self, meta: &Meta, functions: &Functions) -> Result<Bound, ExprError> {
        let bound = self.bind(meta, functions)?;
        bound.check_boolean()?;
        Ok(bound)
    }

    /// The same expression with every function settled to the version that is registered now, so that its fingerprint changes
    /// when the function does.
    ///
    /// # Errors
    /// Functions that are not in the table.
    pub fn pin_functions(&self, functions: &Functions) -> Result<Self, ExprError> {
        self.settled(functions, |_| true)
    }

    /// The same expression with every function of a plugin settled to the one of all versions that is meant now: whatever is loaded
    /// later, and wherever the expression goes, it means that one, and its fingerprint changes with the plugin's file.
    ///
    /// # Errors
    /// [`ExprErrorKind::Plugin`].
    pub fn pin_plugins(&self, functions: &Functions) -> Result<Self, ExprError> {
        let is_open =
            |function: &FunctionRef| function.pin().is_none() && function.plugin().is_some();
        let mut any = false;
        each(self, |expr| {
            if let ExprNode::Call { function, .. } = expr.node() {
                any |= is_open(function);
            }
        });
        if any {
            self.settled(functions, is_open)
        } else {
            Ok(self.clone())
        }
    }

    fn settled(
        &self,
        functions: &Functions,
        which: impl Fn(&FunctionRef) -> bool,
    ) -> Result<Self, ExprError> {
        try_bottom_up(self, |expr, inputs: Vec<Self>| {
            let node = expr.node().with_children(inputs);
            let node = match node {
                ExprNode::Call { function, args } if which(&function) => {
                    let found = functions
                        .get(&function)
                        .map_err(|kind| ExprError::at(expr, kind))?;
                    ExprNode::Call {
                        function: function.settled(&*found),
                        args,
                    }
                }
                other => other,
            };
            Ok(expr.replaced_by(node))
        })
    }
}

impl ExprError {
    /// The error for a predicate that is not true or false.
    pub(crate) fn not_boolean(expr: &Expr, dtype: &DType) -> Self {
        let fix = boolean_fix(expr, dtype).map(Into::into);
        Self::at(
            expr,
            ExprErrorKind::NotBoolean {
                expression: brief(expr),
                dtype: dtype.clone(),
                fix,
            },
        )
    }
}
