//! What a user's function may ask about where it runs.

use std::error::Error;
use std::fmt::{self, Debug, Display, Formatter};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

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

    /// Whether that is known: what is called for rows of whichever partition, or for none, is in none.
    fn is_in_partition(&self) -> bool {
        true
    }

    /// The boundary of this number, of which there is one more than partitions; `None` where divisions are not known.
    fn boundary(&self, at: usize) -> Option<&[Value]> {
        let _ = at;
        None
    }

    /// A number that is the same for every attempt at this partition, and another one for every other partition.
    fn seed(&self) -> u64 {
        let (number, _) = self.partition();
        // Neighbouring numbers become numbers that share no bits: the finaliser of splitmix64.
        let mut seed = (number as u64).wrapping_add(0x9e37_79b9_7f4a_7c15);
        seed = (seed ^ (seed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        seed = (seed ^ (seed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        seed ^ (seed >> 31)
    }

    /// How many of the rows that the function sees are not the partition's own: those of its neighbours in front, and behind.
    fn halo(&self) -> (usize, usize) {
        (0, 0)
    }

    /// Asks for this many bytes, or gives them back if negative; `false` where there is no room for them.
    fn reserve(&self, bytes: i64) -> bool {
        let _ = bytes;
        true
    }

    /// Why it refused bytes, the last time, in words of whoever acts on that.
    fn refusal(&self) -> Option<Box<dyn Error + Send + Sync>> {
        None
    }

    /// Hears how much is done, of how much.
    fn progress(&self, done: u64, total: u64) {
        let _ = (done, total);
    }
}

/// Where a user's function runs: which partition of how many, between which boundaries, and whether it should go on.
///
/// The second argument of the functions that `map_partitions` takes, where they want it.
pub struct Cx {
    host: Arc<dyn Host>,
    ticks: AtomicU32,
}

/// Calls of [`Cx::tick`] of which one looks whether to stop.
const TICKS: u32 = 1024;

impl Cx {
    /// What this host answers.
    pub fn new(host: Arc<dyn Host>) -> Self {
        Self {
            host,
            ticks: AtomicU32::new(0),
        }
    }

    /// Returns at once, with an error if the run was cancelled: long functions call it now and then and pass it on with `?`.
    ///
    /// # Errors
    /// [`Stopped`].
    pub fn check(&self) -> Result<(), Stopped> {
        self.host.check().map_err(Stopped)
    }

    /// [`check`](Self::check) for every row: looks once in some thousand calls, and only counts in the others.
    ///
    /// # Errors
    /// [`Stopped`].
    pub fn tick(&self) -> Result<(), Stopped> {
        if self
            .ticks
            .fetch_add(1, Ordering::Relaxed)
            .is_multiple_of(TICKS)
        {
            self.check()?;
        }
        Ok(())
    }

    /// A number to begin a random generator from: the same for every attempt at this partition, another one for every other.
    pub fn seed(&self) -> u64 {
        self.host.seed()
    }

    /// Counts bytes that the function is about to allocate against the memory limit, until the answer is dropped.
    ///
    /// # Errors
    /// [`NoRoom`] where the limit has no room for them.
    pub fn reserve(&self, bytes: u64) -> Result<Reserved, NoRoom> {
        if self.host.reserve(bytes.try_into().unwrap_or(i64::MAX)) {
            Ok(Reserved {
                host: Arc::clone(&self.host),
                bytes,
            })
        } else {
            Err(NoRoom { bytes })
        }
    }

    /// Says how much is done, of how much, in a unit of the function's own.
    pub fn progress(&self, done: u64, total: u64) {
        self.host.progress(done, total);
    }

    /// The partition that the function is called for.
    pub fn partition(&self) -> ThisPartition<'_> {
        ThisPartition(self)
    }
}

impl Clone for Cx {
    fn clone(&self) -> Self {
        Self::new(Arc::clone(&self.host))
    }
}

impl Debug for Cx {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let (number, count) = self.host.partition();
        write!(f, "Cx(partition {number} of {count})")
    }
}

/// The partition that a function is called for.
#[derive(Clone, Copy, Debug)]
pub struct ThisPartition<'a>(&'a Cx);

impl<'a> ThisPartition<'a> {
    /// Its number in the frame, from 0.
    pub fn number(self) -> usize {
        self.0.host.partition().0
    }

    /// How many partitions the frame has.
    pub fn count(self) -> usize {
        self.0.host.partition().1
    }

    /// Its lower and its upper boundary, one value an index column, where divisions are known. The upper one belongs to the next
    /// partition, except for the last.
    pub fn bounds(self) -> Option<(&'a [Value], &'a [Value])> {
        let host = &*self.0.host;
        let (number, _) = host.partition();
        Some((host.boundary(number)?, host.boundary(number + 1)?))
    }

    /// How many of the rows that the function sees are not the partition's own: those of its neighbours in front, and behind.
    pub fn halo(self) -> (usize, usize) {
        self.0.host.halo()
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

/// Bytes that count against the memory limit as long as this lives.
#[must_use = "bytes are given back when this is dropped"]
pub struct Reserved {
    host: Arc<dyn Host>,
    bytes: u64,
}

impl Drop for Reserved {
    fn drop(&mut self) {
        let bytes = i64::try_from(self.bytes).unwrap_or(i64::MAX);
        // Bytes that are given back are never refused.
        self.host.reserve(-bytes);
    }
}

impl Debug for Reserved {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "Reserved({} bytes)", self.bytes)
    }
}

/// The memory limit has no room for what a function asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the memory limit has no room for {bytes} bytes more")]
pub struct NoRoom {
    /// How much it asked for.
    pub bytes: u64,
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Mutex;

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

    /// Answers nothing but what it must, and counts how often it is asked, and for what.
    #[derive(Default)]
    struct Counts(Mutex<(u32, i64)>);

    impl Host for Counts {
        fn check(&self) -> Result<(), Box<dyn Error + Send + Sync>> {
            self.0.lock().expect("no panic").0 += 1;
            Ok(())
        }

        fn partition(&self) -> (usize, usize) {
            (0, 1)
        }

        fn reserve(&self, bytes: i64) -> bool {
            let mut counts = self.0.lock().expect("no panic");
            let fits = counts.1 + bytes <= 100;
            counts.1 += if fits { bytes } else { 0 };
            fits
        }
    }

    #[test]
    fn ticks_look_once_in_a_while() {
        let counts = Arc::new(Counts::default());
        let cx = Cx::new(Arc::<Counts>::clone(&counts));
        for _ in 0..3 * TICKS {
            cx.tick().expect("nobody wants it to stop");
        }
        assert_eq!(counts.0.lock().expect("no panic").0, 3);
    }

    #[test]
    fn what_is_reserved_is_given_back() {
        let counts = Arc::new(Counts::default());
        let cx = Cx::new(Arc::<Counts>::clone(&counts));
        let reserved = cx.reserve(80).expect("there is room");
        assert_eq!(cx.reserve(40).err(), Some(NoRoom { bytes: 40 }));
        drop(reserved);
        assert_eq!(counts.0.lock().expect("no panic").1, 0);
        assert!(cx.reserve(40).is_ok());
    }

    #[test]
    fn partitions_have_seeds_of_their_own() {
        let seed = |number| {
            struct At(usize);
            impl Host for At {
                fn check(&self) -> Result<(), Box<dyn Error + Send + Sync>> {
                    Ok(())
                }
                fn partition(&self) -> (usize, usize) {
                    (self.0, 9)
                }
            }
            Cx::new(Arc::new(At(number))).seed()
        };
        assert_eq!(seed(1), seed(1));
        assert_ne!(seed(1), seed(2));
    }
}
