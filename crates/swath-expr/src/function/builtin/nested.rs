//! Functions of lists and structs: the accessors `list` and `struct_`.

use std::cmp::Ordering;
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{Decimal128Type, Float64Type};
use arrow_array::{
    Array, ArrayRef, BooleanArray, Float64Array, Int64Array, ListArray, UInt32Array, UInt64Array,
    new_null_array,
};
use arrow_buffer::{BooleanBuffer, NullBuffer};
use arrow_cast::cast;
use arrow_schema::{ArrowError, DataType};
use arrow_select::take::take;
use swath_meta::{DType, Field, nearest};

use super::arguments::{constant_count, count, text_param};
use crate::evaluate::{EntryCache, compare};
use crate::typing::adapt;
use crate::{
    Argument, BinaryOp, Evaluate, FunctionError, Input, Params, Returns, Rows, ScalarFunction,
};

/// All of them.
pub(super) fn all() -> impl Iterator<Item = Arc<dyn ScalarFunction>> {
    use OfList::{Contains, Get, Len, Max, Mean, Min, Sum};
    [Len, Get, Contains, Sum, Mean, Min, Max]
        .into_iter()
        .map(|one| Arc::new(one) as Arc<dyn ScalarFunction>)
        .chain([Arc::new(FieldOf) as Arc<dyn ScalarFunction>])
}

/// A function of the items of one list. Items that are null are left out, but of `len` and `get`.
#[derive(Clone, Copy, Debug, PartialEq)]
enum OfList {
    Len,
    /// The item at a position, from the end if negative; null where there is none.
    Get,
    Contains,
    /// Of nothing: 0.
    Sum,
    Mean,
    Min,
    Max,
}

/// The field of the items of a list.
fn item<'a>(args: &'a [Argument<'_>]) -> Result<&'a Field, FunctionError> {
    let Some(first) = args.first() else {
        return Err(count(1, args));
    };
    match &first.field.dtype {
        DType::List(item) => Ok(item),
        _ => Err(FunctionError::argument(0, first, "a list")),
    }
}

impl OfList {
    fn dtype(self, args: &[Argument<'_>], item: &DType) -> Result<DType, FunctionError> {
        let wrong = |expected| Err(FunctionError::argument(0, &args[0], expected));
        match self {
            Self::Len => Ok(DType::Int64),
            Self::Contains if item.is_nested() => wrong("a list of plain values"),
            Self::Contains => Ok(DType::Bool),
            Self::Sum if item.is_unsigned_integer() => Ok(DType::UInt64),
            Self::Sum if item.is_integer() => Ok(DType::Int64),
            Self::Sum if item.is_float() => Ok(DType::Float64),
            Self::Mean if item.is_integer() || item.is_float() => Ok(DType::Float64),
            Self::Sum | Self::Mean => wrong("a list of integers or floats"),
            Self::Min | Self::Max if item.is_nested() || *item == DType::Null => {
                wrong("a list of values that have an order")
            }
            Self::Get | Self::Min | Self::Max => Ok(item.clone()),
        }
    }
}

impl ScalarFunction for OfList {
    fn name(&self) -> &'static str {
        match self {
            Self::Len => "list.len",
            Self::Get => "list.get",
            Self::Contains => "list.contains",
            Self::Sum => "list.sum",
            Self::Mean => "list.mean",
            Self::Min => "list.min",
            Self::Max => "list.max",
        }
    }

    fn infer(&self, args: &[Argument<'_>], _: &Params) -> Result<Returns, FunctionError> {
        let wanted = match self {
            Self::Get | Self::Contains => 2,
            _ => 1,
        };
        if args.len() != wanted {
            return Err(count(wanted, args));
        }
        if args[0].field.dtype == DType::Null {
            return Ok(Returns {
                dtype: DType::Null,
                nullable: true,
            });
        }
        let item = item(args)?;
        let dtype = self.dtype(args, &item.dtype)?;
        let may_lack = matches!(self, Self::Get | Self::Mean | Self::Min | Self::Max);
        Ok(Returns {
            dtype,
            nullable: args[0].field.nullable || may_lack,
        })
    }

    fn open(
        &self,
        args: &[Argument<'_>],
        params: &Params,
    ) -> Result<Box<dyn Evaluate>, FunctionError> {
        let returns = self.infer(args, params)?.dtype;
        if returns == DType::Null {
            return Ok(Box::new(|_: &[Input], rows: Rows<'_>| {
                Ok(new_null_array(&DataType::Null, rows.len))
            }));
        }
        let item = item(args)?.dtype.clone();
        let position = match self {
            Self::Get => constant_count(1, &args[1], "a position")?.unwrap_or(0),
            _ => 0,
        };
        let wanted = match self {
            Self::Contains => Some(wanted(&args[1], &item)?),
            _ => None,
        };
        Ok(Box::new(OverLists {
            kind: *self,
            dtype: args[0].field.dtype.clone(),
            returns,
            position,
            wanted,
        }))
    }
}

/// What is looked for, as one item.
fn wanted(argument: &Argument<'_>, item: &DType) -> Result<ArrayRef, FunctionError> {
    let expected = "a value of the list's dtype";
    let Some(value) = argument.constant else {
        return Err(FunctionError::Constant {
            position: 1,
            expected,
        });
    };
    let fits = adapt(value, item)
        .ok()
        .and_then(|value| value.to_array(item, 1).ok());
    fits.ok_or_else(|| FunctionError::argument(1, argument, expected))
}

/// A function of the lists of one dtype.
struct OverLists {
    kind: OfList,
    dtype: DType,
    returns: DType,
    position: i64,
    wanted: Option<ArrayRef>,
}

impl Evaluate for OverLists {
    fn is_fallible(&self) -> bool {
        self.kind == OfList::Sum
    }

    fn eval(&self, args: &[Input], rows: Rows<'_>) -> Result<ArrayRef, FunctionError> {
        let failed = |source: ArrowError| FunctionError::Arrow {
            during: "looking into lists",
            source,
        };
        let array = args[0].to_border(&self.dtype, rows.len)?;
        let lists = array.as_list::<i32>();
        let (values, nulls) = (lists.values(), lists.nulls().cloned());
        Ok(match self.kind {
            OfList::Len => {
                let lengths = (0..lists.len()).map(|row| i64::from(lists.value_length(row)));
                Arc::new(Int64Array::new(lengths.collect(), nulls))
            }
            OfList::Get => {
                let at = |row| {
                    let (from, to) = bounds(lists, row)?;
                    let at =
                        if self.position < 0 { to } else { from }.checked_add(self.position)?;
                    (from..to).contains(&at).then_some(at as u32)
                };
                let picked: UInt32Array = (0..lists.len()).map(at).collect();
                take(values, &picked, None).map_err(failed)?
            }
            OfList::Contains => {
                let wanted = self
                    .wanted
                    .as_ref()
                    .expect("it was made when this was opened");
                let items = Input::Array(ArrayRef::clone(values));
                let found = if wanted.is_null(0) {
                    BooleanArray::new_null(values.len())
                } else {
                    let one = Input::Scalar(ArrayRef::clone(wanted));
                    let rows = Rows::all(values.len());
                    compare(BinaryOp::Eq, &items, &one, rows, &EntryCache::default())
                        .expect("the value was made to fit the items")
                };
                let is_there = |at: i64| found.is_valid(at as usize) && found.value(at as usize);
                let has =
                    |row| bounds(lists, row).is_some_and(|(from, to)| (from..to).any(is_there));
                Arc::new(BooleanArray::new(
                    BooleanBuffer::collect_bool(lists.len(), has),
                    nulls,
                ))
            }
            OfList::Sum | OfList::Mean if self.returns == DType::Float64 => {
                let items = cast(values, &DataType::Float64).map_err(failed)?;
                self.floats(lists, items.as_primitive::<Float64Type>(), nulls)
            }
            OfList::Sum | OfList::Mean => {
                let items = cast(values, &DataType::Decimal128(38, 0)).map_err(failed)?;
                self.integers(lists, items.as_primitive::<Decimal128Type>(), nulls, rows)?
            }
            OfList::Min | OfList::Max => {
                let order = order(values);
                let best = |row| {
                    let (from, to) = bounds(lists, row)?;
                    let there = (from as usize..to as usize).filter(|at| values.is_valid(*at));
                    let best = match self.kind {
                        OfList::Min => there.min_by(|a, b| order(*a, *b)),
                        _ => there.max_by(|a, b| order(*a, *b)),
                    };
                    best.map(|at| at as u32)
                };
                let picked: UInt32Array = (0..lists.len()).map(best).collect();
                take(values, &picked, None).map_err(failed)?
            }
        })
    }
}

/// Where the items of a row are; `None` for null.
fn bounds(lists: &ListArray, row: usize) -> Option<(i64, i64)> {
    let offsets = lists.value_offsets();
    lists
        .is_valid(row)
        .then(|| (offsets[row].into(), offsets[row + 1].into()))
}

/// The order of two items that are there.
fn order(values: &ArrayRef) -> Box<dyn Fn(usize, usize) -> Ordering + '_> {
    macro_rules! typed {
        ($type:ty) => {{
            let values = values.as_primitive::<$type>().values();
            Box::new(move |a, b| {
                let (a, b) = (values[a], values[b]);
                // Only NaN is in no order; it is larger than every number.
                a.partial_cmp(&b).unwrap_or_else(|| (a != a).cmp(&(b != b)))
            })
        }};
    }
    match values.data_type() {
        DataType::Utf8View => {
            let texts = values.as_string_view();
            Box::new(|a, b| texts.value(a).cmp(texts.value(b)))
        }
        DataType::BinaryView => {
            let bytes = values.as_binary_view();
            Box::new(|a, b| bytes.value(a).cmp(bytes.value(b)))
        }
        DataType::Boolean => {
            let truths = values.as_boolean();
            Box::new(|a, b| truths.value(a).cmp(&truths.value(b)))
        }
        DataType::Dictionary(..) => Box::new(|a, b| {
            let text = |at| swath_batch::Value::from_array(values, at);
            text(a).compare(&text(b)).unwrap_or(Ordering::Equal)
        }),
        found => crate::evaluate::for_primitive!(found, typed),
    }
}

impl OverLists {
    fn floats(
        &self,
        lists: &ListArray,
        items: &Float64Array,
        nulls: Option<NullBuffer>,
    ) -> ArrayRef {
        let folded = |row| {
            let (from, to) = bounds(lists, row)?;
            let there = (from as usize..to as usize).filter(|at| items.is_valid(*at));
            let (sum, count) = there.fold((0.0, 0_u32), |(sum, count), at| {
                (sum + items.value(at), count + 1)
            });
            match self.kind {
                OfList::Mean if count == 0 => None,
                OfList::Mean => Some(sum / f64::from(count)),
                _ => Some(sum),
            }
        };
        let folded: Float64Array = (0..lists.len()).map(folded).collect();
        drop(nulls);
        Arc::new(folded)
    }

    fn integers(
        &self,
        lists: &ListArray,
        items: &arrow_array::Decimal128Array,
        nulls: Option<NullBuffer>,
        rows: Rows<'_>,
    ) -> Result<ArrayRef, FunctionError> {
        let sum = |row| {
            let (from, to) = bounds(lists, row)?;
            let there = (from as usize..to as usize).filter(|at| items.is_valid(*at));
            Some(there.map(|at| items.value(at)).sum::<i128>())
        };
        let sums: Vec<i128> = (0..lists.len()).map(|row| sum(row).unwrap_or(0)).collect();
        let unsigned = self.returns == DType::UInt64;
        let fits = |sum: i128| {
            if unsigned {
                u64::try_from(sum).is_ok()
            } else {
                i64::try_from(sum).is_ok()
            }
        };
        let wrong = (0..sums.len()).find(|row| !fits(sums[*row]) && rows.is_active(*row));
        if let Some(row) = wrong {
            return Err(FunctionError::Value {
                value: sums[row].to_string(),
                reason: format!("the sum of a list does not fit {}", self.returns),
            });
        }
        Ok(if unsigned {
            let sums = sums.into_iter().map(|sum| sum as u64).collect();
            Arc::new(UInt64Array::new(sums, nulls))
        } else {
            let sums = sums.into_iter().map(|sum| sum as i64).collect();
            Arc::new(Int64Array::new(sums, nulls))
        })
    }
}

/// One field of a struct; null where the struct is.
#[derive(Debug)]
struct FieldOf;

impl FieldOf {
    fn plan(args: &[Argument<'_>], params: &Params) -> Result<(usize, Field), FunctionError> {
        let [argument] = args else {
            return Err(count(1, args));
        };
        let DType::Struct(fields) = &argument.field.dtype else {
            return Err(FunctionError::argument(0, argument, "a struct"));
        };
        let name = text_param(params, "name")?.unwrap_or_default();
        let position = fields.iter().position(|field| *field.name == *name);
        let Some(position) = position else {
            let nearest = nearest(name, fields.iter().map(|field| &*field.name));
            return Err(FunctionError::Param {
                name: "name",
                expected: "the name of a field",
                found: match nearest {
                    Some(nearest) => format!("`{name}` (did you mean `{nearest}`?)"),
                    None => format!("`{name}`"),
                },
            });
        };
        Ok((position, fields[position].clone()))
    }
}

impl ScalarFunction for FieldOf {
    fn name(&self) -> &'static str {
        "struct.field"
    }

    fn infer(&self, args: &[Argument<'_>], params: &Params) -> Result<Returns, FunctionError> {
        let (_, field) = Self::plan(args, params)?;
        Ok(Returns {
            dtype: field.dtype,
            nullable: field.nullable || args[0].field.nullable,
        })
    }

    fn open(
        &self,
        args: &[Argument<'_>],
        params: &Params,
    ) -> Result<Box<dyn Evaluate>, FunctionError> {
        let (position, _) = Self::plan(args, params)?;
        let dtype = args[0].field.dtype.clone();
        Ok(Box::new(OfField { position, dtype }))
    }
}

struct OfField {
    position: usize,
    dtype: DType,
}

impl Evaluate for OfField {
    fn is_fallible(&self) -> bool {
        false
    }

    fn eval(&self, args: &[Input], rows: Rows<'_>) -> Result<ArrayRef, FunctionError> {
        let array = args[0].to_border(&self.dtype, rows.len)?;
        let structs = array.as_struct();
        let column = structs.column(self.position);
        let Some(outer) = structs.nulls().filter(|nulls| nulls.null_count() > 0) else {
            return Ok(ArrayRef::clone(column));
        };
        // A field may hold a value where its struct is null.
        let there: UInt32Array = (0..column.len() as u32)
            .map(|row| outer.is_valid(row as usize).then_some(row))
            .collect();
        take(column, &there, None).map_err(|source| FunctionError::Arrow {
            during: "taking a field",
            source,
        })
    }
}
