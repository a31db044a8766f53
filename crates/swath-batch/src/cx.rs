//! What a user's function may ask about where it runs.

use std::error::Error;
use std::fmt::{self, Debug, Display, Formatter};
use std::sync::Arc;

use crate::Value;

/// What runs a user's function answers: a task of the engine, or a plugin's side of its boundary.
pub trait Host: Send + Sync {
    /// Says whether to go on; the error is the reason to stop.
    ///
    /// # Errors
    /// The run was cancelled, or its deadline is over.
    fn check(&self) -> Result<(), Box<dyn Error + Send + Sync>>;

    /// Which partition it is, from 0, and of how many.
    fn partition(&self) -> (usize, usize);

    /// The boundary of this number, of which there is one more than partitions; `None` where divisions are not known.
    fn boundary(&self, at: usize) -> Option<&[Value]> {
        let _ = at;
        None
    }
}

/// Where a user's function runs: which partition of how many, between which boundaries, and whether it should go on.
///
/// The second argument of the functions that `map_partitions` takes, where they want it.
#[derive(Clone)]
pub struct Cx(Arc<dyn Host>);

impl Cx {
    /// What this host answers.
    pub fn new(host: Arc<dyn Host>) -> Self {
        Self(host)
    }

    /// Returns at once, with an error if the run was cancelled: long functions call it now and then and pass it on with `?`.
    ///
    /// # Errors
    /// [`Stopped`].
    pub fn check(&self) -> Result<(), Stopped> {
        self.0.check().map_err(Stopped)
    }

    /// The partition that the function is called for.
    pub fn partition(&self) -> ThisPartition<'_> {
        ThisPartition(self)
    }
}

impl Debug for Cx {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let (number, count) = self.0.partition();
        write!(f, "Cx(partition {number} of {count})")
    }
}

/// The partition that a function is called for.
#[derive(Clone, Copy, Debug)]
pub struct ThisPartition<'a>(&'a Cx);

impl<'a> ThisPartition<'a> {
    /// Its number in the frame, from 0.
    pub fn number(self) -> usize {
        self.0.0.partition().0
    }

    /// How many partitions the frame has.
    pub fn count(self) -> usize {
        self.0.0.partition().1
    }

    /// Its lower and its upper boundary, one value an index column, where divisions are known. The upper one belongs to the next
    /// partition, except for the last.
    pub fn bounds(self) -> Option<(&'a [Value], &'a [Value])> {
        let host = &*self.0.0;
        let (number, _) = host.partition();
        Some((host.boundary(number)?, host.boundary(number + 1)?))
    }

    /// Whether it is the last partition.
    pub fn is_last(self) -> bool {
        self.number() + 1 == self.count()
    }
}

/// The function should stop: the run was cancelled.
#[derive(Debug)]
pub struct Stopped(Box<dyn Error + Send + Sync>);

impl Display for Stopped {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str("the run was asked to stop")
    }
}

impl Error for Stopped {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&*self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Third([Vec<Value>; 5]);

    impl Host for Third {
        fn check(&self) -> Result<(), Box<dyn Error + Send + Sync>> {
            Err("enough".into())
        }

        fn partition(&self) -> (usize, usize) {
            (3, 4)
        }

        fn boundary(&self, at: usize) -> Option<&[Value]> {
            self.0.get(at).map(Vec::as_slice)
        }
    }

    #[test]
    fn it_says_what_its_host_says() {
        let cx = Cx::new(Arc::new(Third(
            [0, 10, 20, 30, 40].map(|at| vec![Value::from(at)]),
        )));
        let partition = cx.partition();
        assert_eq!(
            (partition.number(), partition.count(), partition.is_last()),
            (3, 4, true)
        );
        assert_eq!(
            partition.bounds(),
            Some((&[Value::from(30)][..], &[Value::from(40)][..]))
        );
        let stopped = cx.check().expect_err("it should stop");
        assert_eq!(stopped.source().expect("why").to_string(), "enough");
        assert_eq!(format!("{cx:?}"), "Cx(partition 3 of 4)");
    }
}
