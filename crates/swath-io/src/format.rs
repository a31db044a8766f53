//! Formats by name: which files are of which.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use swath_meta::nearest;

use crate::IoError;
use crate::list::has_extension;

/// A kind of file.
pub trait Format: Send + Sync + std::fmt::Debug {
    /// The name that users and plans know it by.
    fn name(&self) -> &'static str;

    /// What names of its files end with, without the dot.
    fn extensions(&self) -> &'static [&'static str];

    /// Whether bytes from the start of a file can be its first; `None` where the format has no mark of its own.
    fn begins(&self, start: &[u8]) -> Option<bool> {
        let _ = start;
        None
    }
}

/// Apache Parquet.
#[derive(Clone, Copy, Debug, Default)]
pub struct Parquet;

impl Format for Parquet {
    fn name(&self) -> &'static str {
        "parquet"
    }

    fn extensions(&self) -> &'static [&'static str] {
        &["parquet", "parq"]
    }

    fn begins(&self, start: &[u8]) -> Option<bool> {
        Some(start.starts_with(b"PAR1"))
    }
}

/// The formats that a session knows, by name.
///
/// ```
/// use swath_io::Formats;
///
/// let formats = Formats::standard();
/// assert_eq!(formats.of_file("a/b.PARQUET").map(|format| format.name()), Some("parquet"));
/// assert_eq!(formats.get("parket").unwrap_err().to_string(), "no format `parket`; did you mean `parquet`?");
/// ```
#[derive(Clone, Debug, Default)]
pub struct Formats {
    table: BTreeMap<&'static str, Arc<dyn Format>>,
}

impl Formats {
    /// The formats of this crate.
    pub fn standard() -> Self {
        let mut formats = Self::default();
        formats.register(Arc::new(Parquet));
        formats
    }

    /// Adds a format; one of the same name is replaced.
    pub fn register(&mut self, format: Arc<dyn Format>) {
        self.table.insert(format.name(), format);
    }

    /// The format of this name.
    ///
    /// # Errors
    /// [`IoError::UnknownFormat`], with the nearest name.
    pub fn get(&self, name: &str) -> Result<&Arc<dyn Format>, IoError> {
        self.table.get(name).ok_or_else(|| IoError::UnknownFormat {
            name: name.to_owned(),
            nearest: nearest(name, self.table.keys().copied()).map(str::to_owned),
        })
    }

    /// The format whose files are named so.
    pub fn of_file(&self, path: impl AsRef<Path>) -> Option<&Arc<dyn Format>> {
        self.table
            .values()
            .find(|format| has_extension(path.as_ref(), format.extensions()))
    }
}
