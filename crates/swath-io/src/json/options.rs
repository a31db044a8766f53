//! What a user says about reading newline-delimited JSON.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use swath_graph::{Canon, Fingerprint};
use swath_meta::DTypeSpec;

use crate::parquet::parse_bytes;
use crate::paths::from_paths;
use crate::text::Compression;
use crate::{IoError, OnBadLines};

/// Options of `read_json`: the bare argument is the default option.
///
/// A path is a file, a folder or a glob; see `Session::read_json`. Text is kept as given and parsed by the verb, so that a
/// mistake is told at its line.
///
/// ```
/// use swath_io::{OnBadLines, ReadJson};
///
/// let read = ReadJson::new("events/*.jsonl")
///     .blocksize("64MB")
///     .dtype("user_id", "string")
///     .on_bad_lines(OnBadLines::Skip);
/// assert_ne!(read, ReadJson::from("events/*.jsonl"));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReadJson {
    pub(super) paths: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) columns: Option<Vec<String>>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) dtypes: BTreeMap<String, DTypeSpec>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) blocksize: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) sample: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) compression: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) include_path_column: Option<String>,
    #[serde(default)]
    pub(super) on_bad_lines: OnBadLines,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) file_extension: Option<String>,
}

impl ReadJson {
    /// Reads this file, folder or glob, or these.
    pub fn new(paths: impl Into<Self>) -> Self {
        paths.into()
    }

    /// Reads these columns alone, in this order.
    pub fn columns<C: Into<String>>(self, columns: impl IntoIterator<Item = C>) -> Self {
        Self {
            columns: Some(columns.into_iter().map(Into::into).collect()),
            ..self
        }
    }

    /// Declares the dtype of a column instead of inferring it: `"int64"`, `"list<string>"`, `"struct<lat: float64, lon: float64>"`.
    ///
    /// A column that no line of the sample has is there by its declaration, behind the others. A `string` takes any value:
    /// numbers and truths as they are written, lists and objects as JSON.
    pub fn dtype(mut self, column: impl Into<String>, dtype: impl Into<DTypeSpec>) -> Self {
        self.dtypes.insert(column.into(), dtype.into());
        self
    }

    /// Bytes of a file that are one partition, such as `"128MB"`; 64 MiB by default. A compressed file is one partition.
    pub fn blocksize(self, blocksize: impl Into<String>) -> Self {
        Self {
            blocksize: Some(blocksize.into()),
            ..self
        }
    }

    /// Bytes that are looked at to find columns and infer dtypes at each of some places; `"64KiB"` by default.
    pub fn sample(self, sample: impl Into<String>) -> Self {
        Self {
            sample: Some(sample.into()),
            ..self
        }
    }

    /// `"gzip"`, `"zstd"`, `"none"`, or `"infer"`, as it is by default: by what names of files end with.
    pub fn compression(self, compression: impl Into<String>) -> Self {
        Self {
            compression: Some(compression.into()),
            ..self
        }
    }

    /// Adds a column of this name, the last, with the path of the file that a row is from.
    pub fn include_path_column(self, name: impl Into<String>) -> Self {
        Self {
            include_path_column: Some(name.into()),
            ..self
        }
    }

    /// What becomes of lines that are no JSON objects, and of those with a value that is none of its column's dtype. Null leaves
    /// the former out, and makes the values of the latter null.
    pub fn on_bad_lines(self, on_bad_lines: OnBadLines) -> Self {
        Self {
            on_bad_lines,
            ..self
        }
    }

    /// Takes files that end so from a folder, instead of `.json`, `.jsonl` and `.ndjson`, and those with `.gz` or `.zst` behind.
    pub fn file_extension(self, extension: impl Into<String>) -> Self {
        Self {
            file_extension: Some(extension.into()),
            ..self
        }
    }

    /// The paths, as given.
    pub fn paths(&self) -> &[String] {
        &self.paths
    }

    pub(super) fn block_bytes(&self) -> Result<u64, IoError> {
        match &self.blocksize {
            Some(text) => parse_bytes("blocksize", text),
            None => Ok(64 << 20),
        }
    }

    pub(super) fn sample_bytes(&self) -> Result<usize, IoError> {
        match &self.sample {
            Some(text) => Ok(parse_bytes("sample", text)?.min(64 << 20) as usize),
            None => Ok(64 << 10),
        }
    }

    pub(super) fn compression_of(&self, path: &str) -> Result<Compression, IoError> {
        Compression::said(self.compression.as_deref(), path)
    }
}

impl Fingerprint for ReadJson {
    fn feed(&self, out: &mut Canon) {
        // All of it is plain data with one order.
        let text = serde_json::to_string(self).expect("options are maps of text");
        out.object("read-json", 1).str(&text);
    }
}

impl From<Vec<String>> for ReadJson {
    fn from(paths: Vec<String>) -> Self {
        Self {
            paths,
            ..Self::default()
        }
    }
}

from_paths!(ReadJson);
