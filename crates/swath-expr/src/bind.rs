//! From an expression to a straight line of typed steps: names become positions, literals the dtype of what they meet.

use std::collections::HashMap;
use std::sync::Arc;

use arrow_array::ArrayRef;
use swath_batch::Value;
use swath_meta::{DType, Field, Meta};

use crate::bound::{Column, Constant, Operand, Program, Step};
use crate::display::brief;
use crate::evaluate::{Input, Kernel, Members, Rows, run};
use crate::rewrite::conjunct_parts;
use crate::typing::{
    self, Arithmetic, Conversion, Side, adapt, boolean_fix, castable, literal_error,
};
use crate::walk::try_bottom_up;
use crate::{
    Argument, BinaryOp, Bound, Expr, ExprError, ExprErrorKind, ExprNode, Functions, Late, UnaryOp,
};

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
    /// assert_eq!(
    ///     error.to_string(),
    ///     "the literal 5000 does not fit `region`, which is string: it is a number; write `col(\"region\").cast(\"int64\").gt(5000)`",
    /// );
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// Columns, functions and dtypes that are not there; sides and literals that do not go together.
    pub fn infer(&self, meta: &Meta, functions: &Functions) -> Result<Field, ExprError> {
        self.bind(meta, functions)
            .map(|bound| bound.field().clone())
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
            let typed = match binder.known.get(&digest) {
                Some(typed) => typed.clone(),
                None => {
                    let typed = binder
                        .node(expr, &inputs)
                        .map_err(|kind| ExprError::at(expr, kind))?;
                    binder.known.insert(digest, typed.clone());
                    typed
                }
            };
            if let Some(end) = ends.get_mut(&expr.address()) {
                *end = Some((binder.steps.len(), typed.clone()));
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
        let Binder {
            columns,
            steps,
            constants,
            lates,
            ..
        } = binder;
        Ok(Bound::new(Program::new(
            self.clone(),
            field,
            columns,
            steps,
            constants,
            lates,
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
        try_bottom_up(self, |expr, inputs: Vec<Self>| {
            let node = expr.node().with_children(inputs);
            let node = match node {
                ExprNode::Call { function, args } => {
                    let pin = functions
                        .get(&function)
                        .map_err(|kind| ExprError::at(expr, kind))?
                        .pin();
                    ExprNode::Call {
                        function: function.pinned(pin),
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
        let fix = boolean_fix(expr, dtype);
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

/// A part of an expression, typed.
#[derive(Clone)]
struct Typed {
    place: Place,
    dtype: DType,
    nullable: bool,
}

/// Where a part's values are.
#[derive(Clone)]
enum Place {
    At(Operand),
    /// One value. A literal takes the dtype of what it meets; anything else keeps its own.
    Constant {
        value: Value,
        literal: bool,
    },
}

impl Typed {
    fn constant(&self) -> Option<&Value> {
        match &self.place {
            Place::Constant { value, .. } => Some(value),
            Place::At(_) => None,
        }
    }

    fn literal(&self) -> Option<&Value> {
        match &self.place {
            Place::Constant {
                value,
                literal: true,
            } => Some(value),
            _ => None,
        }
    }
}

struct Binder<'a> {
    meta: &'a Meta,
    functions: &'a Functions,
    columns: Vec<Column>,
    steps: Vec<Step>,
    constants: Vec<Constant>,
    lates: Vec<Late>,
    /// What was typed already, by its fingerprint: equal parts are computed once.
    known: HashMap<u128, Typed>,
}

impl<'a> Binder<'a> {
    fn new(meta: &'a Meta, functions: &'a Functions) -> Self {
        let (columns, steps, constants, lates) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        Self {
            meta,
            functions,
            columns,
            steps,
            constants,
            lates,
            known: HashMap::new(),
        }
    }

    fn node(&mut self, expr: &Expr, inputs: &[Typed]) -> Result<Typed, ExprErrorKind> {
        match (expr.node(), inputs) {
            (ExprNode::Column(name), _) => self.column(name),
            (ExprNode::Literal(value), _) => Ok(Typed {
                place: Place::Constant {
                    value: value.clone(),
                    literal: true,
                },
                dtype: value.dtype(),
                nullable: value.is_null(),
            }),
            (ExprNode::Late(late), _) => {
                self.lates.push(late.clone());
                let place = Place::At(Operand::Late(self.lates.len() - 1));
                Ok(Typed {
                    place,
                    dtype: late.dtype.clone(),
                    nullable: true,
                })
            }
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
            (ExprNode::Cast { input, dtype }, [typed]) => {
                let to = dtype.resolve().map_err(ExprErrorKind::Meta)?;
                if !castable(&typed.dtype, &to) {
                    let fix = None;
                    return Err(ExprErrorKind::Cast {
                        expression: brief(input),
                        from: typed.dtype.clone(),
                        to,
                        fix,
                    });
                }
                let from = typed.dtype.clone();
                let operand = self.operand(typed)?;
                // A cast settles the dtype: what comes out is no literal any more.
                self.step(
                    expr,
                    Kernel::Cast {
                        from,
                        to: to.clone(),
                    },
                    vec![operand],
                    to,
                    typed.nullable,
                    false,
                )
            }
            (ExprNode::Alias { .. }, [typed]) => Ok(typed.clone()),
            (ExprNode::Call { function, args }, inputs) => {
                let function = (function, Arc::clone(self.functions.get(function)?));
                let named = |arg: &Expr| arg.output_name().unwrap_or_else(|| brief(arg).into());
                let fields: Vec<Field> = args
                    .iter()
                    .zip(inputs)
                    .map(|(arg, typed)| Field::new(named(arg), typed.dtype.clone(), typed.nullable))
                    .collect();
                let arguments: Vec<Argument<'_>> = fields
                    .iter()
                    .zip(inputs)
                    .map(|(field, typed)| Argument {
                        field,
                        constant: typed.constant(),
                    })
                    .collect();
                let (reference, function) = function;
                let failed = |source| ExprErrorKind::Function {
                    function: reference.name().to_owned(),
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
                    .map(|typed| self.operand(typed))
                    .collect::<Result<Vec<_>, _>>()?;
                let kernel = Kernel::Call {
                    name: reference.name().into(),
                    function: evaluate,
                };
                self.step(
                    expr,
                    kernel,
                    operands,
                    returns.dtype,
                    returns.nullable,
                    false,
                )
            }
            _ => unreachable!("every node has the inputs it was made with"),
        }
    }

    fn column(&mut self, name: &Arc<str>) -> Result<Typed, ExprErrorKind> {
        let position = self.meta.position(name).map_err(ExprErrorKind::Meta)?;
        let field = &self.meta.fields()[position];
        if field.dtype == DType::Null {
            // All its values are the one that a null literal is.
            let place = Place::Constant {
                value: Value::Null,
                literal: true,
            };
            return Ok(Typed {
                place,
                dtype: DType::Null,
                nullable: true,
            });
        }
        self.columns.push(Column {
            position,
            name: Arc::clone(name),
            dtype: field.dtype.clone(),
        });
        let place = Place::At(Operand::Column(self.columns.len() - 1));
        Ok(Typed {
            place,
            dtype: field.dtype.clone(),
            nullable: field.nullable,
        })
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
                self.step(
                    expr,
                    Kernel::Not,
                    vec![operand],
                    DType::Bool,
                    typed.nullable,
                    literal,
                )
            }
            UnaryOp::IsNull | UnaryOp::IsNotNull => {
                let operand = self.operand(typed)?;
                let kernel = Kernel::IsNull {
                    negated: op == UnaryOp::IsNotNull,
                };
                self.step(expr, kernel, vec![operand], DType::Bool, false, literal)
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
                    let place = Place::Constant {
                        value: Value::Int(negative),
                        literal: true,
                    };
                    return Ok(Typed {
                        place,
                        dtype: DType::Int64,
                        nullable: false,
                    });
                }
                let signed = dtype.is_signed_integer()
                    || dtype.is_float()
                    || dtype.is_decimal()
                    || matches!(dtype, DType::Duration(_));
                if !signed {
                    let fix = (dtype.is_unsigned_integer() || *dtype == DType::Bool)
                        .then(|| format!("-{}.cast(\"int64\")", crate::display::code(input)));
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
                self.step(
                    expr,
                    Kernel::Neg,
                    vec![operand],
                    dtype.clone(),
                    typed.nullable,
                    literal,
                )
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
        self.step(
            expr,
            Kernel::Logic(op),
            inputs,
            DType::Bool,
            l.1.nullable || r.1.nullable,
            literal,
        )
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
            DType::Null => self.constant(Value::Null, DType::Bool),
            _ => Err(ExprErrorKind::Operand {
                operation,
                expected: "bool on both sides",
                expression: brief(expr),
                dtype: typed.dtype.clone(),
                fix: boolean_fix(expr, &typed.dtype),
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
                return Err(self.refused(op, l, r));
            }
            (self.as_dtype(l.1, dtype)?, self.as_dtype(r.1, dtype)?)
        } else {
            let (left, right) = typing::comparison(op, side(l), side(r))?;
            (
                self.converted(expr, l.1, left)?,
                self.converted(expr, r.1, right)?,
            )
        };
        self.step(
            expr,
            Kernel::Compare(op, Default::default()),
            vec![left, right],
            DType::Bool,
            nullable,
            literal,
        )
    }

    fn refused(&self, op: BinaryOp, l: (&Expr, &Typed), r: (&Expr, &Typed)) -> ExprErrorKind {
        let (left_dtype, right_dtype) = (l.1.dtype.clone(), r.1.dtype.clone());
        ExprErrorKind::Mismatch {
            operation: op.name(),
            left: brief(l.0),
            left_dtype,
            right: brief(r.0),
            right_dtype,
            fix: None,
        }
    }

    /// A null constant as one of `dtype`; anything else as it is.
    fn as_dtype(&mut self, typed: &Typed, dtype: &DType) -> Result<Operand, ExprErrorKind> {
        match typed.constant() {
            Some(Value::Null) => self.constant(Value::Null, dtype.clone()),
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
        self.step(
            expr,
            Kernel::Arithmetic(op, form),
            inputs,
            dtype,
            l.1.nullable || r.1.nullable,
            literal,
        )
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
        self.step(
            expr,
            Kernel::Fill,
            inputs,
            dtype,
            l.1.nullable && r.1.nullable,
            literal,
        )
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
            let operand = self.constant(Value::Null, DType::Bool)?;
            return self.step(expr, Kernel::Not, vec![operand], DType::Bool, true, literal);
        }
        let values = values.iter().map(fitting).collect::<Result<Vec<_>, _>>()?;
        let members = Members::new(&values, dtype).expect("the values were made to fit the dtype");
        let operand = self.operand(typed)?;
        let kernel = Kernel::IsIn(members, values.into(), Default::default());
        self.step(
            expr,
            kernel,
            vec![operand],
            DType::Bool,
            typed.nullable || has_null,
            literal,
        )
    }

    /// Appends a step; where its inputs are known now, it is run now.
    fn step(
        &mut self,
        expr: &Expr,
        kernel: Kernel,
        inputs: Vec<Operand>,
        dtype: DType,
        nullable: bool,
        literal: bool,
    ) -> Result<Typed, ExprErrorKind> {
        let constants: Option<Vec<Input>> = inputs.iter().map(|input| self.value(input)).collect();
        // What has no answer is an error of the rows, not of the program: there may be none.
        if let Some(constants) = constants.filter(|constants| !constants.is_empty())
            && let Ok(result) = run(&kernel, &constants, &dtype, Rows::all(1))
        {
            let value = Value::from_array(&result, 0);
            return Ok(Typed {
                nullable: value.is_null(),
                place: Place::Constant { value, literal },
                dtype,
            });
        }
        self.steps
            .push(Step::new(kernel, inputs, dtype.clone(), expr.clone()));
        Ok(Typed {
            place: Place::At(Operand::Step(self.steps.len() - 1)),
            dtype,
            nullable,
        })
    }

    fn value(&self, operand: &Operand) -> Option<Input> {
        match operand {
            Operand::Constant(at) => {
                Some(Input::Array(ArrayRef::clone(&self.constants[*at].array)))
            }
            _ => None,
        }
    }

    fn converted(
        &mut self,
        expr: &Expr,
        typed: &Typed,
        conversion: Conversion,
    ) -> Result<Operand, ExprErrorKind> {
        match conversion {
            Conversion::Keep => self.operand(typed),
            Conversion::Literal(value, dtype) => self.constant(value, dtype),
            Conversion::Promote(dtype) => {
                let operand = self.operand(typed)?;
                let promoted = self.step(
                    expr,
                    Kernel::Promote(dtype.clone()),
                    vec![operand],
                    dtype,
                    typed.nullable,
                    false,
                )?;
                self.operand(&promoted)
            }
        }
    }

    fn operand(&mut self, typed: &Typed) -> Result<Operand, ExprErrorKind> {
        match &typed.place {
            Place::At(operand) => Ok(*operand),
            Place::Constant { value, .. } => self.constant(value.clone(), typed.dtype.clone()),
        }
    }

    fn constant(&mut self, value: Value, dtype: DType) -> Result<Operand, ExprErrorKind> {
        let array = value
            .to_array(&dtype, 1)
            .expect("a constant has the dtype it was given");
        self.constants.push(Constant { value, array });
        Ok(Operand::Constant(self.constants.len() - 1))
    }
}

fn side<'a>((expr, typed): (&'a Expr, &'a Typed)) -> Side<'a> {
    Side {
        expr,
        dtype: &typed.dtype,
        literal: typed.literal(),
    }
}
