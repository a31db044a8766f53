//! Each kind of node, typed and turned into steps.

use swath_batch::Value;
use swath_kernels::Ordered;
use swath_meta::{DType, DTypeSpec, Field};

use super::binder::{Binder, Typed};
use crate::bound::Operand;
use crate::code::code;
use crate::display::brief;
use crate::evaluate::{EntryCache, Kernel, Members};
use crate::typing::{self, Arithmetic, Side, adapt, boolean_fix, castable, literal_error};
use crate::{Argument, BinaryOp, Expr, ExprErrorKind, ExprNode, FunctionRef, UnaryOp};

impl Binder<'_> {
    /// Types one node from its typed inputs.
    pub(super) fn node(&mut self, expr: &Expr, inputs: &[Typed]) -> Result<Typed, ExprErrorKind> {
        match (expr.node(), inputs) {
            (ExprNode::Column(name), _) => self.column(name),
            (ExprNode::Literal(value), _) => Ok(Typed::of_literal(value.clone())),
            (ExprNode::Late(late), _) => Ok(self.late(late)),
            (ExprNode::Unary { op, input }, [typed]) => self.unary(expr, *op, input, typed),
            (ExprNode::Binary { op, left, right }, [l, r]) => {
                let (l, r) = ((left, l), (right, r));
                match op {
                    BinaryOp::And | BinaryOp::Or => self.logical(expr, *op, l, r),
                    BinaryOp::FillNull => self.fill(expr, l, r),
                    _ if op.is_comparison() => self.comparison(expr, *op, l, r),
                    _ => self.arithmetic(expr, *op, l, r),
                }
            }
            (ExprNode::IsIn { input, values }, [typed]) => self.isin(expr, input, typed, values),
            (ExprNode::Cast { input, dtype }, [typed]) => self.cast(expr, input, typed, dtype),
            (ExprNode::Alias { .. }, [typed]) => Ok(typed.clone()),
            (ExprNode::Call { function, args }, inputs) => self.call(expr, function, args, inputs),
            (ExprNode::When { parts }, inputs) => self.when(expr, parts, inputs),
            (ExprNode::Ordered { op, .. }, [typed]) => self.ordered(expr, *op, typed),
            _ => unreachable!("every node has the inputs it was made with"),
        }
    }

    /// An operation on rows in their order: typed here, and computed where the rows come in order.
    fn ordered(&mut self, expr: &Expr, op: Ordered, typed: &Typed) -> Result<Typed, ExprErrorKind> {
        if !self.in_order {
            let expression = brief(expr);
            return Err(ExprErrorKind::NeedsOrder { expression });
        }
        let dtype = op.infer(&typed.dtype).map_err(ExprErrorKind::Ordered)?;
        Ok(self.computed_before(dtype, op.is_nullable(typed.nullable)))
    }

    fn unary(
        &mut self,
        expr: &Expr,
        op: UnaryOp,
        input: &Expr,
        typed: &Typed,
    ) -> Result<Typed, ExprErrorKind> {
        let literal = typed.literal().is_some();
        match op {
            UnaryOp::Not => {
                let operand = self.boolean("!", input, typed)?;
                Ok(self.step(
                    expr,
                    Kernel::Not,
                    vec![operand],
                    (DType::Bool, typed.nullable),
                    literal,
                ))
            }
            UnaryOp::IsNull | UnaryOp::IsNotNull => {
                let operand = self.operand(typed)?;
                let kernel = Kernel::IsNull {
                    negated: op == UnaryOp::IsNotNull,
                };
                Ok(self.step(expr, kernel, vec![operand], (DType::Bool, false), literal))
            }
            UnaryOp::Neg => {
                let dtype = &typed.dtype;
                if *dtype == DType::Null {
                    return Ok(typed.clone());
                }
                // The most negative integer is written as the negative of a literal one too large.
                if let Some(Value::UInt(value)) = typed.literal()
                    && let Some(negative) = 0_i64.checked_sub_unsigned(*value)
                {
                    return Ok(Typed::of_literal(Value::Int(negative)));
                }
                let signed = dtype.is_signed_integer()
                    || dtype.is_float()
                    || dtype.is_decimal()
                    || matches!(dtype, DType::Duration(_));
                if !signed {
                    let fix = (dtype.is_unsigned_integer() || *dtype == DType::Bool)
                        .then(|| format!("-{}.cast(\"int64\")", code(input)).into());
                    let (expression, dtype) = (brief(input), dtype.clone());
                    return Err(ExprErrorKind::Operand {
                        operation: "-",
                        expected: "a number that can be negative",
                        expression,
                        dtype,
                        fix,
                    });
                }
                let operand = self.operand(typed)?;
                Ok(self.step(
                    expr,
                    Kernel::Neg,
                    vec![operand],
                    (dtype.clone(), typed.nullable),
                    literal,
                ))
            }
        }
    }

    fn logical(
        &mut self,
        expr: &Expr,
        op: BinaryOp,
        l: (&Expr, &Typed),
        r: (&Expr, &Typed),
    ) -> Result<Typed, ExprErrorKind> {
        let literal = l.1.literal().is_some() && r.1.literal().is_some();
        let inputs = vec![
            self.boolean(op.name(), l.0, l.1)?,
            self.boolean(op.name(), r.0, r.1)?,
        ];
        Ok(self.step(
            expr,
            Kernel::Logic(op),
            inputs,
            (DType::Bool, l.1.nullable || r.1.nullable),
            literal,
        ))
    }

    /// A side of Kleene's logic.
    fn boolean(
        &mut self,
        operation: &'static str,
        expr: &Expr,
        typed: &Typed,
    ) -> Result<Operand, ExprErrorKind> {
        match typed.dtype {
            DType::Bool => self.operand(typed),
            DType::Null => self.constant(Value::Null, &DType::Bool),
            _ => Err(ExprErrorKind::Operand {
                operation,
                expected: "bool on both sides",
                expression: brief(expr),
                dtype: typed.dtype.clone(),
                fix: boolean_fix(expr, &typed.dtype).map(Into::into),
            }),
        }
    }

    fn comparison(
        &mut self,
        expr: &Expr,
        op: BinaryOp,
        l: (&Expr, &Typed),
        r: (&Expr, &Typed),
    ) -> Result<Typed, ExprErrorKind> {
        let literal = l.1.literal().is_some() && r.1.literal().is_some();
        let missing = matches!(op, BinaryOp::EqMissing | BinaryOp::NeMissing);
        let nullable = !missing && (l.1.nullable || r.1.nullable);
        let (left, right) = if l.1.dtype == DType::Null || r.1.dtype == DType::Null {
            let dtype = if l.1.dtype == DType::Null {
                &r.1.dtype
            } else {
                &l.1.dtype
            };
            if dtype.is_nested() {
                return Err(refused(op, l, r));
            }
            (self.as_dtype(l.1, dtype)?, self.as_dtype(r.1, dtype)?)
        } else {
            let (left, right) = typing::comparison(op, side(l), side(r))?;
            (
                self.converted(expr, l.1, left)?,
                self.converted(expr, r.1, right)?,
            )
        };
        Ok(self.step(
            expr,
            Kernel::Compare(op, EntryCache::default()),
            vec![left, right],
            (DType::Bool, nullable),
            literal,
        ))
    }

    /// A null constant as one of `dtype`; anything else as it is.
    fn as_dtype(&mut self, typed: &Typed, dtype: &DType) -> Result<Operand, ExprErrorKind> {
        match typed.constant() {
            Some(Value::Null) => self.constant(Value::Null, dtype),
            _ => self.operand(typed),
        }
    }

    fn arithmetic(
        &mut self,
        expr: &Expr,
        op: BinaryOp,
        l: (&Expr, &Typed),
        r: (&Expr, &Typed),
    ) -> Result<Typed, ExprErrorKind> {
        let literal = l.1.literal().is_some() && r.1.literal().is_some();
        let Arithmetic {
            left,
            right,
            form,
            dtype,
        } = typing::arithmetic(op, side(l), side(r))?;
        let inputs = vec![
            self.converted(expr, l.1, left)?,
            self.converted(expr, r.1, right)?,
        ];
        Ok(self.step(
            expr,
            Kernel::Arithmetic(op, form),
            inputs,
            (dtype, l.1.nullable || r.1.nullable),
            literal,
        ))
    }

    fn fill(
        &mut self,
        expr: &Expr,
        l: (&Expr, &Typed),
        r: (&Expr, &Typed),
    ) -> Result<Typed, ExprErrorKind> {
        let literal = l.1.literal().is_some() && r.1.literal().is_some();
        let (left, right, dtype) = typing::fill(side(l), side(r))?;
        let inputs = vec![
            self.converted(expr, l.1, left)?,
            self.converted(expr, r.1, right)?,
        ];
        Ok(self.step(
            expr,
            Kernel::Fill,
            inputs,
            (dtype, l.1.nullable && r.1.nullable),
            literal,
        ))
    }

    fn when(
        &mut self,
        expr: &Expr,
        parts: &[Expr],
        inputs: &[Typed],
    ) -> Result<Typed, ExprErrorKind> {
        let last = parts.len() - 1;
        let is_value = |at: &usize| at % 2 == 1 || *at == last;
        let values: Vec<usize> = (0..parts.len()).filter(is_value).collect();
        let sides: Vec<_> = values
            .iter()
            .map(|at| side((&parts[*at], &inputs[*at])))
            .collect();
        let (dtype, conversions) = typing::meet("when", &sides)?;
        if dtype == DType::Null {
            for at in (0..last).step_by(2) {
                self.boolean("when", &parts[at], &inputs[at])?;
            }
            return Ok(Typed::of_literal(Value::Null));
        }
        let mut conversions = conversions.into_iter();
        let mut operands = Vec::with_capacity(parts.len());
        for (at, (part, typed)) in parts.iter().zip(inputs).enumerate() {
            operands.push(if is_value(&at) {
                let conversion = conversions.next().expect("one conversion a value");
                self.converted(expr, typed, conversion)?
            } else {
                self.boolean("when", part, typed)?
            });
        }
        let nullable = values.iter().any(|at| inputs[*at].nullable);
        Ok(self.step(expr, Kernel::When, operands, (dtype, nullable), false))
    }

    fn isin(
        &mut self,
        expr: &Expr,
        input: &Expr,
        typed: &Typed,
        values: &[Value],
    ) -> Result<Typed, ExprErrorKind> {
        let dtype = &typed.dtype;
        if dtype.is_nested() {
            let (expression, dtype) = (brief(input), dtype.clone());
            return Err(ExprErrorKind::Operand {
                operation: "isin",
                expected: "a plain value",
                expression,
                dtype,
                fix: None,
            });
        }
        let fitting = |value: &Value| {
            adapt(value, dtype).map_err(|reason| {
                literal_error(BinaryOp::Eq, value, side((input, typed)), false, reason)
            })
        };
        let has_null = values.iter().any(Value::is_null);
        let literal = typed.literal().is_some();
        if *dtype == DType::Null {
            let operand = self.constant(Value::Null, &DType::Bool)?;
            return Ok(self.step(
                expr,
                Kernel::Not,
                vec![operand],
                (DType::Bool, true),
                literal,
            ));
        }
        let values = values.iter().map(fitting).collect::<Result<Vec<_>, _>>()?;
        let members = Members::new(&values, dtype).expect("the values were made to fit the dtype");
        let operand = self.operand(typed)?;
        let kernel = Kernel::IsIn(members, values.into(), EntryCache::default());
        Ok(self.step(
            expr,
            kernel,
            vec![operand],
            (DType::Bool, typed.nullable || has_null),
            literal,
        ))
    }

    fn cast(
        &mut self,
        expr: &Expr,
        input: &Expr,
        typed: &Typed,
        dtype: &DTypeSpec,
    ) -> Result<Typed, ExprErrorKind> {
        let to = dtype.resolve().map_err(ExprErrorKind::Meta)?;
        // The name of a dtype is read back, because a dtype can be made by hand that has no name: `decimal(99, 0)`.
        let to: DType = to.to_string().parse().map_err(ExprErrorKind::Meta)?;
        let from = typed.dtype.clone();
        if !castable(&from, &to) {
            return Err(ExprErrorKind::Cast {
                expression: brief(input),
                from,
                to,
            });
        }
        let operand = self.operand(typed)?;
        // A cast settles the dtype: what comes out is no literal any more.
        let kernel = Kernel::Cast {
            from,
            to: to.clone(),
        };
        Ok(self.step(expr, kernel, vec![operand], (to, typed.nullable), false))
    }

    fn call(
        &mut self,
        expr: &Expr,
        reference: &FunctionRef,
        args: &[Expr],
        inputs: &[Typed],
    ) -> Result<Typed, ExprErrorKind> {
        let function = self.functions.get(reference)?;
        let meeting = function.meeting(args.len());
        let mut inputs = inputs.to_vec();
        let mut operands: Vec<Option<Operand>> = vec![None; inputs.len()];
        if !meeting.is_empty() && meeting.end <= inputs.len() {
            let sides: Vec<_> = args.iter().zip(&inputs).map(side).collect();
            let (dtype, conversions) = typing::meet(reference.name(), &sides[meeting.clone()])?;
            if dtype == DType::Null {
                return Ok(Typed::of_literal(Value::Null));
            }
            for (at, conversion) in meeting.zip(conversions) {
                let operand = self.converted(expr, &inputs[at], conversion)?;
                inputs[at] = self.typed(operand, dtype.clone(), inputs[at].nullable);
                operands[at] = Some(operand);
            }
        }
        let inputs = &inputs[..];
        let named = |arg: &Expr| arg.output_name().unwrap_or_else(|| brief(arg).into());
        let typed_args = args.iter().zip(inputs);
        let fields: Vec<Field> = typed_args
            .map(|(arg, typed)| Field::new(named(arg), typed.dtype.clone(), typed.nullable))
            .collect();
        let constants = inputs.iter().map(Typed::constant);
        let arguments: Vec<Argument<'_>> = fields
            .iter()
            .zip(constants)
            .map(|(field, constant)| Argument { field, constant })
            .collect();
        let failed = |source| ExprErrorKind::Function {
            function: reference.in_messages(),
            source,
        };
        let returns = function
            .infer(&arguments, reference.params())
            .map_err(failed)?;
        let evaluate = function
            .open(&arguments, reference.params())
            .map_err(failed)?;
        let operands = inputs
            .iter()
            .zip(operands)
            .map(|(typed, met)| met.map_or_else(|| self.operand(typed), Ok))
            .collect::<Result<Vec<_>, _>>()?;
        let kernel = Kernel::Call {
            name: reference.in_messages().into(),
            function: evaluate,
        };
        if reference.is_of_user() {
            return Ok(self.later(expr, kernel, operands, (returns.dtype, returns.nullable)));
        }
        Ok(self.step(
            expr,
            kernel,
            operands,
            (returns.dtype, returns.nullable),
            false,
        ))
    }
}

fn refused(op: BinaryOp, l: (&Expr, &Typed), r: (&Expr, &Typed)) -> ExprErrorKind {
    let (left_dtype, right_dtype) = (l.1.dtype.clone(), r.1.dtype.clone());
    ExprErrorKind::Mismatch {
        operation: op.name().into(),
        left: brief(l.0).into(),
        left_dtype,
        right: brief(r.0).into(),
        right_dtype,
        fix: None,
    }
}

fn side<'a>((expr, typed): (&'a Expr, &'a Typed)) -> Side<'a> {
    Side {
        expr,
        dtype: &typed.dtype,
        literal: typed.literal(),
    }
}
