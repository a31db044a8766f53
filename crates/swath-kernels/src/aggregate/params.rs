//! The parameters an aggregate was given, read one by one.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::sync::Arc;

use swath_batch::Value;

use crate::KernelError;

/// Parameters by name; [`done`](Self::done) finds those that nobody asked for.
///
/// ```
/// use swath_batch::Value;
/// use swath_kernels::Parameters;
///
/// let given = [("ddof".into(), Value::from(0_i64))];
/// let params = Parameters::new("var", &given);
/// assert_eq!(params.count("ddof", 1)?, 0);
/// params.done()?;
/// let error = Parameters::new("sum", &given).done().expect_err("`sum` has none");
/// assert_eq!(error.to_string(), "`sum` has no parameter `ddof`");
/// # Ok::<(), swath_kernels::KernelError>(())
/// ```
#[derive(Debug)]
pub struct Parameters<'a> {
    operation: &'static str,
    given: &'a [(Arc<str>, Value)],
    asked: RefCell<BTreeSet<&'static str>>,
}

impl<'a> Parameters<'a> {
    /// The parameters given to an aggregate.
    pub fn new(operation: &'static str, given: &'a [(Arc<str>, Value)]) -> Self {
        Self {
            operation,
            given,
            asked: RefCell::default(),
        }
    }

    /// A whole number that is not negative.
    ///
    /// # Errors
    /// [`KernelError::Parameter`] if it is something else.
    pub fn count(&self, name: &'static str, default: i64) -> Result<i64, KernelError> {
        match self.get(name) {
            None => Ok(default),
            Some(Value::Int(count)) if *count >= 0 => Ok(*count),
            Some(Value::UInt(count)) if i64::try_from(*count).is_ok() => Ok(*count as i64),
            Some(other) => Err(self.refused(name, "a whole number from 0 on", other)),
        }
    }

    /// A whole number.
    ///
    /// # Errors
    /// [`KernelError::Parameter`] if it is something else.
    pub fn integer(&self, name: &'static str, default: i64) -> Result<i64, KernelError> {
        match self.get(name) {
            None => Ok(default),
            Some(Value::Int(number)) => Ok(*number),
            Some(Value::UInt(number)) if i64::try_from(*number).is_ok() => Ok(*number as i64),
            Some(other) => Err(self.refused(name, "a whole number", other)),
        }
    }

    /// A number from 0 to 1.
    ///
    /// # Errors
    /// [`KernelError::Parameter`] if it is something else.
    pub fn share(&self, name: &'static str, default: f64) -> Result<f64, KernelError> {
        let share = match self.get(name) {
            None => return Ok(default),
            Some(Value::Float(share)) => Some(*share),
            Some(Value::Int(share)) => Some(*share as f64),
            Some(_) => None,
        };
        match (share, self.get(name)) {
            (Some(share), _) if (0.0..=1.0).contains(&share) => Ok(share),
            (_, Some(found)) => Err(self.refused(name, "a number from 0 to 1", found)),
            (_, None) => Ok(default),
        }
    }

    /// Numbers from 0 to 1; none if there is no such parameter.
    ///
    /// # Errors
    /// [`KernelError::Parameter`] if it is something else.
    pub fn shares(&self, name: &'static str) -> Result<Vec<f64>, KernelError> {
        let share = |value: &Value| match value {
            Value::Float(share) if (0.0..=1.0).contains(share) => Some(*share),
            Value::Int(share @ 0..=1) => Some(*share as f64),
            _ => None,
        };
        match self.get(name) {
            None => Ok(Vec::new()),
            Some(found @ Value::List(values)) => {
                let shares: Option<Vec<f64>> = values.iter().map(share).collect();
                shares.ok_or_else(|| self.refused(name, "numbers from 0 to 1", found))
            }
            Some(other) => Err(self.refused(name, "numbers from 0 to 1", other)),
        }
    }

    /// True or false.
    ///
    /// # Errors
    /// [`KernelError::Parameter`] if it is something else.
    pub fn flag(&self, name: &'static str, default: bool) -> Result<bool, KernelError> {
        match self.get(name) {
            None => Ok(default),
            Some(Value::Bool(flag)) => Ok(*flag),
            Some(other) => Err(self.refused(name, "true or false", other)),
        }
    }

    /// Checks that every parameter given was asked for.
    ///
    /// # Errors
    /// [`KernelError::UnknownParameter`] with the first that was not.
    pub fn done(self) -> Result<(), KernelError> {
        let asked = self.asked.into_inner();
        match self.given.iter().find(|(name, _)| !asked.contains(&**name)) {
            None => Ok(()),
            Some((name, _)) => Err(KernelError::UnknownParameter {
                operation: self.operation,
                parameter: name.to_string(),
                known: asked.iter().map(ToString::to_string).collect(),
            }),
        }
    }

    fn get(&self, name: &'static str) -> Option<&'a Value> {
        self.asked.borrow_mut().insert(name);
        let mut given = self.given.iter();
        given
            .find(|(known, _)| &**known == name)
            .map(|(_, value)| value)
    }

    fn refused(&self, name: &str, expected: &'static str, found: &Value) -> KernelError {
        KernelError::Parameter {
            operation: self.operation,
            parameter: name.to_owned(),
            expected,
            found: found.to_string(),
        }
    }
}
