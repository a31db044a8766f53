//! What a user says about reading Parquet.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use swath_expr::Expr;
use swath_graph::{Canon, Fingerprint};
use swath_meta::{DTypeSpec, nearest};

use crate::IoError;
use crate::byte_size::parse_bytes;
use crate::difference::Admitted;
use crate::hive::{Filter, KeyOptions};
use crate::paths::{Paths, from_paths};
use crate::store::{self, StorageOptions};

/// Options of `read_parquet`: the bare argument is the default option.
///
/// A path is a file, a folder or a glob; see `Session::read_parquet`. Text is kept as given and parsed
/// by the verb, so that a mistake is told at its line.
///
/// ```
/// use swath_io::ReadParquet;
///
/// let read = ReadParquet::new("sales/*.parquet").columns(["region", "amount"]).split_row_groups(true);
/// assert_ne!(read, ReadParquet::from("sales/*.parquet"));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReadParquet {
    pub(crate) paths: Paths,
    #[serde(skip)]
    pub(super) storage: StorageOptions,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) columns: Option<Vec<String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) index: Option<Vec<String>>,
    #[serde(default)]
    pub(crate) split_row_groups: SplitRowGroups,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) partition_size: Option<String>,
    #[serde(default)]
    pub(crate) nan_as_null: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) file_extension: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) hive: Option<bool>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) key_dtypes: BTreeMap<String, DTypeSpec>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) filter: Option<Filter>,
    #[serde(default, skip_serializing_if = "Admitted::is_nothing")]
    pub(super) admit: Admitted,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) options: BTreeMap<String, String>,
}

/// How row groups become visible partitions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SplitRowGroups {
    /// By size: about 64 MiB decoded a partition. Large files are cut between row groups, small ones joined.
    #[default]
    BySize,
    /// One partition a file.
    Never,
    /// At most so many row groups of one file a partition.
    Every(i64),
}

impl From<bool> for SplitRowGroups {
    fn from(split: bool) -> Self {
        if split { Self::Every(1) } else { Self::Never }
    }
}

// The type of a literal without one; a number below 1 is an error of the verb.
impl From<i32> for SplitRowGroups {
    fn from(row_groups: i32) -> Self {
        Self::Every(row_groups.into())
    }
}

impl From<i64> for SplitRowGroups {
    fn from(row_groups: i64) -> Self {
        Self::Every(row_groups)
    }
}

/// Names of options of the reader; all others are a store's.
const TUNING: [&str; 3] = ["statistics", "page_index", "filter"];

impl ReadParquet {
    /// Reads this file, folder or glob, or these.
    pub fn new(paths: impl Into<Self>) -> Self {
        paths.into()
    }

    /// Reads these columns alone, in this order; index columns come with them, first.
    pub fn columns<C: Into<String>>(self, columns: impl IntoIterator<Item = C>) -> Self {
        Self {
            columns: Some(columns.into_iter().map(Into::into).collect()),
            ..self
        }
    }

    /// Makes this column the index. Divisions are known where the footers' statistics prove them.
    pub fn index(self, column: impl Into<String>) -> Self {
        self.index_columns([column.into()])
    }

    /// Makes these columns the index; none of them for no index, even if the files record one.
    pub fn index_columns<C: Into<String>>(self, columns: impl IntoIterator<Item = C>) -> Self {
        Self {
            index: Some(columns.into_iter().map(Into::into).collect()),
            ..self
        }
    }

    /// `true`: one partition a row group; `false`: one a file; `n`: up to `n` row groups of a file together. By size
    /// (about 64 MiB decoded) where it is not said.
    ///
    /// With an index whose labels ascend from partition to partition, rows of a label that two partitions would share go to the
    /// second of them, and a partition without rows is left out: divisions are then known.
    pub fn split_row_groups(self, split: impl Into<SplitRowGroups>) -> Self {
        Self {
            split_row_groups: split.into(),
            ..self
        }
    }

    /// Decoded bytes of a partition, such as `"128MiB"`, where row groups are not split otherwise.
    pub fn partition_size(self, size: impl Into<String>) -> Self {
        Self {
            partition_size: Some(size.into()),
            ..self
        }
    }

    /// Reads NaN as missing. By default NaN is a value, and only null is missing.
    pub fn nan_as_null(self, nan_as_null: bool) -> Self {
        Self {
            nan_as_null,
            ..self
        }
    }

    /// Takes files that end so from a folder, instead of `.parquet` and `.parq`.
    pub fn file_extension(self, extension: impl Into<String>) -> Self {
        Self {
            file_extension: Some(extension.into()),
            ..self
        }
    }

    /// Whether folders named `key=value` are columns. By default they are, below the folder that is read, or below that in which a
    /// pattern begins; with `true` also on the way to it, as in `sales/year=2024/`; with `false` they are mere folders.
    ///
    /// Such columns come last, unless the files have a column of that name too: then it stays in its place, and the folder's value
    /// is taken. `__HIVE_DEFAULT_PARTITION__` is null; percent-encoded names and values are decoded. Keys are integers or dates
    /// where all values are some, else text; what swath wrote comes back in the dtype it was written from.
    pub fn hive(self, hive: bool) -> Self {
        Self {
            hive: Some(hive),
            ..self
        }
    }

    /// Reads this key of folders named `key=value` in this dtype: `"string"` for numbers that are none, such as `01234`.
    pub fn key_dtype(mut self, key: impl Into<String>, dtype: impl Into<DTypeSpec>) -> Self {
        self.key_dtypes.insert(key.into(), dtype.into());
        self
    }

    /// Only the rows for which this is true: the frame is `read_parquet(..).filter(predicate)`. Files that the names of their
    /// folders rule out are not opened at all, not even for their footers, and are no partitions. One file is looked at in any
    /// case, to know the columns.
    ///
    /// ```
    /// use swath_expr::col;
    /// use swath_io::ReadParquet;
    ///
    /// let read = ReadParquet::new("sales/").filter(col("year").ge(2024) & col("amount").gt(0));
    /// assert_ne!(read, ReadParquet::new("sales/"));
    /// ```
    pub fn filter(self, predicate: impl Into<Expr>) -> Self {
        Self {
            filter: Some(Filter(predicate.into())),
            ..self
        }
    }

    /// Reads the columns of all files together, in the order in which they first appear, each as null where a file has it not. By
    /// default a file without a column of the first one is an error.
    ///
    /// With [`ignore_extra_columns`](Self::ignore_extra_columns) it is the columns of the first file alone.
    pub fn missing_columns_as_null(mut self, missing_columns_as_null: bool) -> Self {
        self.admit.missing = missing_columns_as_null;
        self
    }

    /// Leaves out columns that the first file has not. By default they are an error.
    pub fn ignore_extra_columns(mut self, ignore_extra_columns: bool) -> Self {
        self.admit.extra = ignore_extra_columns;
        self
    }

    /// Reads a column that files have in different numeric dtypes in the smallest that holds every value of all of them: `int32`
    /// and `int64` as `int64`, `int16` and `float32` as `float32`. By default they are an error, and where no dtype holds them, as
    /// with `int64` and `float64`, they stay one.
    pub fn widen_numbers(mut self, widen_numbers: bool) -> Self {
        self.admit.wider = widen_numbers;
        self
    }

    pub(super) fn keys(&self) -> KeyOptions<'_> {
        KeyOptions {
            reader: "ReadParquet",
            paths: &self.paths,
            hive: self.hive,
            dtypes: &self.key_dtypes,
            predicate: self.predicate(),
        }
    }

    /// Whether columns that the first file has not are columns of the table.
    pub(super) fn reads_all_columns(&self) -> bool {
        self.admit.missing && !self.admit.extra
    }

    /// What is no mistake: also columns that come later, where they are columns of the table.
    pub(super) fn admitted(&self) -> Admitted {
        Admitted {
            extra: self.admit.extra || self.admit.missing,
            ..self.admit
        }
    }

    /// The predicate that rows have to pass, where one was given.
    pub fn predicate(&self) -> Option<&Expr> {
        self.filter.as_ref().map(|filter| &filter.0)
    }

    /// Sets an option of the reader by name: `statistics` and `page_index` (`on`, `off`) say whether they may skip
    /// rows that a predicate rules out; `filter` (`auto`, `early`, `late`) says whether rows are dropped before or after
    /// the other columns are decoded. The answer is the same with every choice.
    ///
    /// Every other name is an option of the store that a URL names, as in `option("region", "eu-west-1")`: see
    /// [`ReadCsv::option`](crate::ReadCsv::option).
    pub fn option(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        let name = name.into();
        if TUNING.contains(&name.as_str()) {
            self.options.insert(name, value.into());
        } else {
            self.storage.set(name, value);
        }
        self
    }

    /// The paths, as given.
    pub fn paths(&self) -> &[String] {
        &self.paths
    }

    /// Bytes of a partition.
    pub(super) fn partition_bytes(&self) -> Result<u64, IoError> {
        let Some(text) = &self.partition_size else {
            return Ok(64 << 20);
        };
        parse_bytes("partition_size", text)
    }

    pub(super) fn tuning(&self) -> Result<Tuning, IoError> {
        if let SplitRowGroups::Every(n @ ..=0) = self.split_row_groups {
            let (name, value) = ("split_row_groups".to_owned(), n.to_string());
            return Err(IoError::OptionValue {
                name,
                value,
                expected: "at least one row group, `true` or `false`",
            });
        }
        let unknown = |name: &str| IoError::UnknownOption {
            name: name.to_owned(),
            nearest: nearest(name, TUNING).map(str::to_owned),
        };
        let is_local = |path: &String| store::local_path(path).is_some();
        if let Some(name) = self.storage.names().next()
            && self.paths.iter().all(is_local)
        {
            return Err(unknown(name));
        }
        let mut tuning = Tuning {
            nan_as_null: self.nan_as_null,
            ..Tuning::default()
        };
        for (name, value) in &self.options {
            let bad = |expected| IoError::OptionValue {
                name: name.clone(),
                value: value.clone(),
                expected,
            };
            let switch = || match value.as_str() {
                "on" | "true" => Ok(true),
                "off" | "false" => Ok(false),
                _ => Err(bad("`on` or `off`")),
            };
            match name.as_str() {
                "statistics" => tuning.statistics = switch()?,
                "page_index" => tuning.page_index = switch()?,
                "filter" => {
                    tuning.filter = match value.as_str() {
                        "auto" => FilterTime::Auto,
                        "early" => FilterTime::Early,
                        "late" => FilterTime::Late,
                        _ => return Err(bad("`auto`, `early` or `late`")),
                    };
                }
                _ => return Err(unknown(name)),
            }
        }
        Ok(tuning)
    }
}

/// How to skip; never what to answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Tuning {
    pub(super) statistics: bool,
    pub(super) page_index: bool,
    pub(super) filter: FilterTime,
    pub(super) nan_as_null: bool,
}

/// When rows that a predicate drops are dropped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum FilterTime {
    /// As the share of rows that passed lately says.
    Auto,
    /// Before the other columns are decoded.
    Early,
    /// After all columns are decoded; chunks carry a selection.
    Late,
}

impl Default for Tuning {
    fn default() -> Self {
        Self {
            statistics: true,
            page_index: true,
            filter: FilterTime::Auto,
            nan_as_null: false,
        }
    }
}

impl Fingerprint for ReadParquet {
    fn feed(&self, out: &mut Canon) {
        let split = match self.split_row_groups {
            SplitRowGroups::BySize => (0, 0),
            SplitRowGroups::Never => (1, 0),
            SplitRowGroups::Every(row_groups) => (2, row_groups),
        };
        let key_dtypes: BTreeMap<String, String> = self
            .key_dtypes
            .iter()
            .map(|(key, dtype)| (key.clone(), dtype.to_string()))
            .collect();
        out.object("read-parquet", 2)
            .feed(&self.paths)
            .feed(&self.columns)
            .feed(&self.index)
            .u64(split.0)
            .i64(split.1)
            .feed(&self.partition_size)
            .bool(self.nan_as_null)
            .feed(&self.file_extension)
            .feed(&self.options)
            .feed(&self.hive)
            .feed(&key_dtypes)
            .feed(&self.filter)
            .bool(self.admit.missing)
            .bool(self.admit.extra)
            .bool(self.admit.wider);
    }
}

impl From<Vec<String>> for ReadParquet {
    fn from(paths: Vec<String>) -> Self {
        Self {
            paths: Paths(paths),
            ..Self::default()
        }
    }
}

from_paths!(ReadParquet);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_are_plain_data() {
        let read = ReadParquet::new(["a.parquet", "b/"])
            .columns(["x"])
            .index("ts")
            .split_row_groups(4)
            .partition_size("1MB")
            .nan_as_null(true)
            .key_dtype("zip", "string")
            .filter(swath_expr::col("z"))
            .option("page_index", "off");
        let json = serde_json::to_string(&read).expect("plain data");
        insta::assert_snapshot!(json, @r#"{"paths":["a.parquet","b/"],"columns":["x"],"index":["ts"],"split_row_groups":{"every":4},"partition_size":"1MB","nan_as_null":true,"key_dtypes":{"zip":"string"},"filter":[147,164,101,120,112,114,1,129,165,110,111,100,101,115,145,147,166,99,111,108,117,109,110,1,129,164,110,97,109,101,161,122],"options":{"page_index":"off"}}"#);
        assert_eq!(
            serde_json::from_str::<ReadParquet>(&json).expect("the same"),
            read
        );
        assert_eq!(read.partition_bytes().expect("a size"), 1_000_000);
        let error = serde_json::from_str::<ReadParquet>(r#"{"paths": [], "colums": []}"#)
            .expect_err("misspelt");
        insta::assert_snapshot!(error, @"unknown field `colums`, expected one of `paths`, `columns`, `index`, `split_row_groups`, `partition_size`, `nan_as_null`, `file_extension`, `hive`, `key_dtypes`, `filter`, `admit`, `options` at line 1 column 22");
    }

    #[test]
    fn mistakes_are_told_with_what_is_meant() {
        let error = |read: ReadParquet| match read.tuning() {
            Err(error) => error.to_string(),
            Ok(_) => read.partition_bytes().expect_err("refused").to_string(),
        };
        insta::assert_snapshot!(error(ReadParquet::from("x").option("page-index", "on")), @"no option `page-index`; did you mean `page_index`?");
        insta::assert_snapshot!(error(ReadParquet::from("x").option("endpoint", "on")), @"no option `endpoint`");
        insta::assert_snapshot!(error(ReadParquet::from("x").option("page_index", "maybe")), @"option `page_index` is `maybe`; expected `on` or `off`");
        insta::assert_snapshot!(error(ReadParquet::from("x").option("filter", "soon")), @"option `filter` is `soon`; expected `auto`, `early` or `late`");
        insta::assert_snapshot!(error(ReadParquet::from("x").partition_size("64 parsecs")), @"option `partition_size` is `64 parsecs`; expected a number of bytes, such as `64MiB`");
        insta::assert_snapshot!(error(ReadParquet::from("x").split_row_groups(0)), @"option `split_row_groups` is `0`; expected at least one row group, `true` or `false`");
    }
}
