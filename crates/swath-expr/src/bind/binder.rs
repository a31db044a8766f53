//! What is known about the parts of an expression, and the line of steps that grows from them.

use std::collections::HashMap;
use std::sync::Arc;

use arrow_array::ArrayRef;
use swath_batch::Value;
use swath_meta::{DType, Meta};

use crate::bound::{Column, Constant, Line, Operand, Step};
use crate::display::literal;
use crate::evaluate::{Input, Kernel, Rows, run};
use crate::typing::Conversion;
use crate::{Expr, ExprErrorKind, Functions, Late};

/// A part of an expression, typed.
#[derive(Clone)]
pub(super) struct Typed {
    pub(super) place: Place,
    pub(super) dtype: DType,
    pub(super) nullable: bool,
}

/// Where a part's values are.
#[derive(Clone)]
pub(super) enum Place {
    At(Operand),
    /// One value. A literal takes the dtype of what it meets; anything else keeps its own.
    Constant {
        value: Value,
        literal: bool,
    },
}

impl Typed {
    pub(super) fn constant(&self) -> Option<&Value> {
        match &self.place {
            Place::Constant { value, .. } => Some(value),
            Place::At(_) => None,
        }
    }

    pub(super) fn literal(&self) -> Option<&Value> {
        match &self.place {
            Place::Constant {
                value,
                literal: true,
            } => Some(value),
            _ => None,
        }
    }
}

impl Typed {
    /// A value that was written in the program.
    pub(super) fn of_literal(value: Value) -> Self {
        let (dtype, nullable) = (value.dtype(), value.is_null());
        Self {
            place: Place::Constant {
                value,
                literal: true,
            },
            dtype,
            nullable,
        }
    }

    fn at(operand: Operand, dtype: DType, nullable: bool) -> Self {
        Self {
            place: Place::At(operand),
            dtype,
            nullable,
        }
    }
}

/// Collects the steps of one expression.
pub(super) struct Binder<'a> {
    meta: &'a Meta,
    pub(super) functions: &'a Functions,
    line: Line,
    /// Whether rows have an order here, so that they may be read in it.
    pub(super) in_order: bool,
    /// What was typed already, by its fingerprint: equal parts are computed once.
    pub(super) known: HashMap<u128, Typed>,
}

impl<'a> Binder<'a> {
    pub(super) fn new(meta: &'a Meta, functions: &'a Functions) -> Self {
        Self {
            meta,
            functions,
            line: Line::default(),
            in_order: false,
            known: HashMap::new(),
        }
    }

    /// How many steps there are.
    pub(super) fn len(&self) -> usize {
        self.line.steps.len()
    }

    pub(super) fn into_line(self) -> Line {
        self.line
    }

    pub(super) fn column(&mut self, name: &Arc<str>) -> Result<Typed, ExprErrorKind> {
        let position = self.meta.position(name).map_err(ExprErrorKind::Meta)?;
        let field = &self.meta.fields()[position];
        if field.dtype == DType::Null {
            // All its values are the one that a null literal is.
            return Ok(Typed::of_literal(Value::Null));
        }
        let dtype = field.dtype.clone();
        self.line.columns.push(Column {
            position,
            name: Arc::clone(name),
            dtype: dtype.clone(),
        });
        Ok(Typed::at(
            Operand::Column(self.line.columns.len() - 1),
            dtype,
            field.nullable,
        ))
    }

    /// What another pass over the rows computes, as a column that is only typed: nothing is evaluated with it.
    pub(super) fn computed_before(&mut self, dtype: DType, nullable: bool) -> Typed {
        if dtype == DType::Null {
            return Typed::of_literal(Value::Null);
        }
        self.line.columns.push(Column {
            position: usize::MAX,
            name: Arc::from(""),
            dtype: dtype.clone(),
        });
        Typed::at(
            Operand::Column(self.line.columns.len() - 1),
            dtype,
            nullable,
        )
    }

    pub(super) fn late(&mut self, late: &Late) -> Typed {
        self.line.lates.push(late.clone());
        Typed::at(
            Operand::Late(self.line.lates.len() - 1),
            late.dtype.clone(),
            true,
        )
    }

    /// Appends a step; where its inputs are known now, it is run now. What comes out of literals is one.
    pub(super) fn step(
        &mut self,
        expr: &Expr,
        kernel: Kernel,
        inputs: Vec<Operand>,
        (dtype, nullable): (DType, bool),
        literal: bool,
    ) -> Typed {
        let constants: Option<Vec<Input>> = inputs.iter().map(|input| self.value(*input)).collect();
        // What has no answer is an error of the rows, not of the program: there may be none.
        if let Some(constants) = constants.filter(|constants| !constants.is_empty())
            && let Ok(result) = run(&kernel, &constants, &dtype, Rows::all(1))
        {
            let value = Value::from_array(&result, 0);
            return Typed {
                nullable: value.is_null(),
                place: Place::Constant { value, literal },
                dtype,
            };
        }
        self.later(expr, kernel, inputs, (dtype, nullable))
    }

    /// Appends a step that runs with the rows, whatever is known now: a user's closure is not called while a plan is made.
    pub(super) fn later(
        &mut self,
        expr: &Expr,
        kernel: Kernel,
        inputs: Vec<Operand>,
        (dtype, nullable): (DType, bool),
    ) -> Typed {
        self.line
            .steps
            .push(Step::new(kernel, inputs, dtype.clone(), expr.clone()));
        Typed::at(Operand::Step(self.line.steps.len() - 1), dtype, nullable)
    }

    /// What is known about an operand that was converted to this dtype.
    pub(super) fn typed(&self, operand: Operand, dtype: DType, nullable: bool) -> Typed {
        match operand {
            Operand::Constant(at) => Typed {
                place: Place::Constant {
                    value: self.line.constants[at].value.clone(),
                    literal: false,
                },
                dtype,
                nullable,
            },
            operand => Typed::at(operand, dtype, nullable),
        }
    }

    fn value(&self, operand: Operand) -> Option<Input> {
        match operand {
            Operand::Constant(at) => Some(Input::Array(ArrayRef::clone(
                &self.line.constants[at].array,
            ))),
            _ => None,
        }
    }

    /// A side after its conversion.
    pub(super) fn converted(
        &mut self,
        expr: &Expr,
        typed: &Typed,
        conversion: Conversion,
    ) -> Result<Operand, ExprErrorKind> {
        match conversion {
            Conversion::Keep => self.operand(typed),
            Conversion::Literal(value, dtype) => self.constant(value, &dtype),
            Conversion::Promote(dtype) => {
                let operand = self.operand(typed)?;
                let kernel = Kernel::Promote(dtype.clone());
                let promoted =
                    self.step(expr, kernel, vec![operand], (dtype, typed.nullable), false);
                self.operand(&promoted)
            }
        }
    }

    pub(super) fn operand(&mut self, typed: &Typed) -> Result<Operand, ExprErrorKind> {
        match &typed.place {
            Place::At(operand) => Ok(*operand),
            Place::Constant { value, .. } => self.constant(value.clone(), &typed.dtype),
        }
    }

    /// A constant of this dtype. Only a literal that contradicts itself is none: a decimal of too many digits, a list of several dtypes.
    pub(super) fn constant(
        &mut self,
        value: Value,
        dtype: &DType,
    ) -> Result<Operand, ExprErrorKind> {
        let array = value
            .to_array(dtype, 1)
            .map_err(|_| ExprErrorKind::InvalidLiteral {
                literal: literal(&value),
                dtype: dtype.clone(),
            })?;
        self.line.constants.push(Constant { value, array });
        Ok(Operand::Constant(self.line.constants.len() - 1))
    }
}
