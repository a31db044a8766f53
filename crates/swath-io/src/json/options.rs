//! What a user says about reading newline-delimited JSON.

use serde::{Deserialize, Serialize};
use swath_expr::Expr;
use swath_graph::{Canon, Fingerprint};
use swath_meta::DTypeSpec;

use crate::OnBadLines;
use crate::hive::{Filter, FolderKeys};
use crate::paths::{Paths, from_paths, storage_options};
use crate::text::TextOptions;

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
    #[serde(flatten)]
    pub(super) text: TextOptions,
    // Beside the others: of structs within structs serde takes every field for unknown.
    #[serde(flatten)]
    pub(super) folders: FolderKeys,
}

impl ReadJson {
    /// Reads this file, folder or glob, or these.
    pub fn new(paths: impl Into<Self>) -> Self {
        paths.into()
    }

    /// Reads these columns alone, in this order.
    pub fn columns<C: Into<String>>(mut self, columns: impl IntoIterator<Item = C>) -> Self {
        self.text.columns = Some(columns.into_iter().map(Into::into).collect());
        self
    }

    /// Declares the dtype of a column instead of inferring it: `"int64"`, `"list<string>"`, `"struct<lat: float64, lon: float64>"`.
    ///
    /// A column that no line of the sample has is there by its declaration, behind the others. A `string` takes any value:
    /// numbers and truths as they are written, lists and objects as JSON.
    pub fn dtype(mut self, column: impl Into<String>, dtype: impl Into<DTypeSpec>) -> Self {
        self.text.dtypes.insert(column.into(), dtype.into());
        self
    }

    /// Says how the dates or timestamps of a column are written, in the letters of `strptime`: `"%d.%m.%Y %H:%M"`. Without, as ISO
    /// 8601 says. The column is a `timestamp[us]` unless [`dtype`](Self::dtype) says otherwise; numbers in it are counts of its unit
    /// as ever. Columns within lists and objects are read as ISO 8601 says.
    pub fn date_format(mut self, column: impl Into<String>, format: impl Into<String>) -> Self {
        self.text.date_formats.insert(column.into(), format.into());
        self
    }

    /// Bytes of a file that are one partition, such as `"128MB"`; 64 MiB by default. A compressed file is one partition.
    pub fn blocksize(mut self, blocksize: impl Into<String>) -> Self {
        self.text.blocksize = Some(blocksize.into());
        self
    }

    /// Bytes that are looked at to find columns and infer dtypes at each of some places; `"64KiB"` by default.
    pub fn sample(mut self, sample: impl Into<String>) -> Self {
        self.text.sample = Some(sample.into());
        self
    }

    /// `"gzip"`, `"zstd"`, `"none"`, or `"infer"`, as it is by default: by what names of files end with.
    pub fn compression(mut self, compression: impl Into<String>) -> Self {
        self.text.compression = Some(compression.into());
        self
    }

    /// Adds a column of this name, the last, with the path of the file that a row is from.
    pub fn include_path_column(mut self, name: impl Into<String>) -> Self {
        self.text.include_path_column = Some(name.into());
        self
    }

    /// What becomes of lines that are no JSON objects, and of those with a value that is none of its column's dtype. Null leaves
    /// the former out, and makes the values of the latter null.
    pub fn on_bad_lines(mut self, on_bad_lines: OnBadLines) -> Self {
        self.text.on_bad_lines = on_bad_lines;
        self
    }

    /// Takes files that end so from a folder, instead of `.json`, `.jsonl` and `.ndjson`, and those with `.gz` or `.zst` behind.
    pub fn file_extension(mut self, extension: impl Into<String>) -> Self {
        self.text.file_extension = Some(extension.into());
        self
    }

    /// Whether folders named `key=value` are columns. By default they are, below the folder that is read, or below that in which a
    /// pattern begins; with `true` also on the way to it; with `false` they are mere folders. As
    /// [`ReadParquet::hive`](crate::ReadParquet::hive) does it, but for dtypes that a file recorded.
    pub fn hive(mut self, hive: bool) -> Self {
        self.folders.hive = Some(hive);
        self
    }

    /// Reads this key of folders named `key=value` in this dtype: `"string"` for numbers that are none, such as `01234`.
    pub fn key_dtype(mut self, key: impl Into<String>, dtype: impl Into<DTypeSpec>) -> Self {
        self.folders.key_dtypes.insert(key.into(), dtype.into());
        self
    }

    /// Only the rows for which this is true: the frame is `read_json(..).filter(predicate)`. Files that the names of their folders
    /// rule out are not opened at all, and are no partitions. One file is looked at in any case, to know the columns.
    pub fn filter(mut self, predicate: impl Into<Expr>) -> Self {
        self.folders.filter = Some(Filter(predicate.into()));
        self
    }

    /// The predicate that rows have to pass, where one was given.
    pub fn predicate(&self) -> Option<&Expr> {
        self.folders.predicate()
    }

    /// The paths, as given.
    pub fn paths(&self) -> &[String] {
        &self.text.paths
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
            text: TextOptions {
                paths: Paths(paths),
                ..TextOptions::default()
            },
            folders: FolderKeys::default(),
        }
    }
}

from_paths!(ReadJson);
storage_options!(ReadJson, text.storage);
