//! What a function can be tried with.

/// Parameters and columns that a function takes: what `swath plugin check` tries it with, and what its page shows.
///
/// ```
/// use swath_plugin::Example;
///
/// const EXAMPLE: Example = Example { params: r#"{"column":"x"}"#, input: "x: float64?, y: string" };
/// # let _ = EXAMPLE;
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Example {
    /// A JSON object of parameters; those that are left out have their defaults.
    pub params: &'static str,
    /// Columns with their dtypes, `?` after one that may be null.
    pub input: &'static str,
}
