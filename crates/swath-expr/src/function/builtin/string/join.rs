//! Texts one after the other.

use std::sync::Arc;

use arrow_array::builder::StringViewBuilder;
use arrow_array::cast::AsArray;
use arrow_array::{Array, ArrayRef, StringViewArray, new_null_array};
use swath_meta::DType;

use super::no_text;
use crate::function::builtin::arguments::{count, text_param};
use crate::{Argument, Evaluate, FunctionError, Input, Params, Returns, Rows, ScalarFunction};

/// The texts of several columns, one after the other, with the parameter `sep` between them; null if one is.
#[derive(Debug)]
pub(super) struct Cat;

impl ScalarFunction for Cat {
    fn name(&self) -> &'static str {
        "str.cat"
    }

    fn infer(&self, args: &[Argument<'_>], params: &Params) -> Result<Returns, FunctionError> {
        text_param(params, "sep")?;
        if args.is_empty() {
            return Err(count(1, args));
        }
        for (position, argument) in args.iter().enumerate() {
            let dtype = &argument.field.dtype;
            if !dtype.is_string() && *dtype != DType::Null {
                return Err(no_text(position, argument));
            }
        }
        Ok(Returns {
            dtype: DType::String,
            nullable: args.iter().any(|argument| argument.field.nullable),
        })
    }

    fn open(
        &self,
        args: &[Argument<'_>],
        params: &Params,
    ) -> Result<Box<dyn Evaluate>, FunctionError> {
        self.infer(args, params)?;
        let sep = text_param(params, "sep")?.unwrap_or("").to_owned();
        let null = args
            .iter()
            .any(|argument| argument.field.dtype == DType::Null);
        Ok(Box::new(Joined { sep, null }))
    }
}

struct Joined {
    sep: String,
    null: bool,
}

impl Evaluate for Joined {
    fn is_fallible(&self) -> bool {
        false
    }

    fn eval(&self, args: &[Input], rows: Rows<'_>) -> Result<ArrayRef, FunctionError> {
        if self.null {
            return Ok(new_null_array(&DType::String.border(), rows.len));
        }
        let texts = args.iter().map(|arg| {
            let len = if arg.is_scalar() { 1 } else { rows.len };
            arg.to_border(&DType::String, len)
        });
        let texts = texts.collect::<Result<Vec<ArrayRef>, _>>()?;
        let texts: Vec<&StringViewArray> = texts.iter().map(AsArray::as_string_view).collect();
        let mut builder = StringViewBuilder::with_capacity(rows.len);
        let mut out = String::new();
        for row in 0..rows.len {
            out.clear();
            let mut is_there = true;
            for (position, (text, arg)) in texts.iter().zip(args).enumerate() {
                let row = if arg.is_scalar() { 0 } else { row };
                if text.is_null(row) {
                    is_there = false;
                    break;
                }
                if position > 0 {
                    out.push_str(&self.sep);
                }
                out.push_str(text.value(row));
            }
            builder.append_option(is_there.then_some(&out));
        }
        Ok(Arc::new(builder.finish()))
    }
}
