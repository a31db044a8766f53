//! Canonical fingerprints: what makes two computations the same, in every process.

mod canon;
mod impls;

pub use canon::{CANON_VERSION, Canon};

/// A value that can say, in canonical bytes, everything that makes it what it is.
///
/// Two values that feed the same bytes are the same parameter and give the same [`Name`](crate::Name), in every process and
/// on every machine. So `feed` must cover whatever changes the answer (a version of the operation too, see [`Canon::object`])
/// and must leave out what does not: labels, caller locations, estimates.
///
/// Values without an order of their own, such as `HashMap`, have no canonical bytes and do not implement it. Numbers of one
/// signedness feed the same bytes at every width; floats feed their bits (`0.0` and `-0.0` differ). Paths feed their *text*,
/// not what the file holds: feed size and modification time beside them when that matters.
///
/// ```
/// use swath_graph::{Canon, Fingerprint, Name};
///
/// struct Head { rows: u64 }
/// impl Fingerprint for Head {
///     fn feed(&self, out: &mut Canon) {
///         out.object("head", 1).u64(self.rows);
///     }
/// }
///
/// let input = Name::of("load", "a.csv");
/// assert_eq!(Name::of("head", &(Head { rows: 5 }, &input)), Name::of("head", &(Head { rows: 5 }, &input)));
/// assert_ne!(Name::of("head", &(Head { rows: 5 }, &input)), Name::of("head", &(Head { rows: 6 }, &input)));
/// ```
pub trait Fingerprint {
    /// Feeds the value's canonical bytes to `out`.
    fn feed(&self, out: &mut Canon);
}
