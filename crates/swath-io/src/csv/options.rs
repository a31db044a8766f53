//! What a user says about reading CSV.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use swath_graph::{Canon, Fingerprint};
use swath_meta::DTypeSpec;

use super::nulls;
use super::scan::Dialect;
use crate::IoError;
use crate::parquet::parse_bytes;
use crate::paths::from_paths;
use crate::text::Compression;

/// Options of `read_csv`: the bare argument is the default option.
///
/// A path is a file, a folder or a glob; see `Session::read_csv`. Text is kept as given and parsed by the verb, so that a
/// mistake is told at its line.
///
/// ```
/// use swath_io::{OnBadLines, ReadCsv};
///
/// let read = ReadCsv::new("logs/*.csv")
///     .blocksize("64MB")
///     .dtype("user_id", "string")
///     .on_bad_lines(OnBadLines::Skip);
/// assert_ne!(read, ReadCsv::from("logs/*.csv"));
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReadCsv {
    pub(super) paths: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) columns: Option<Vec<String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) names: Option<Vec<String>>,
    #[serde(default = "yes")]
    pub(super) header: bool,
    #[serde(default = "comma")]
    pub(super) delimiter: char,
    #[serde(default = "quote")]
    pub(super) quote: Option<char>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) escape: Option<char>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) comment: Option<char>,
    #[serde(default)]
    pub(super) skip_rows: usize,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) dtypes: BTreeMap<String, DTypeSpec>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) date_formats: BTreeMap<String, String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) na_values: Vec<String>,
    #[serde(default = "yes")]
    pub(super) keep_default_na: bool,
    #[serde(default)]
    pub(super) nan_as_null: bool,
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

/// What becomes of a line with too many fields, and of one with a field that is no value of its column's dtype.
///
/// A line with too few fields is no bad one: the others are null. Columns that are not read are not looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OnBadLines {
    /// The computation fails and names file, line, column and value.
    #[default]
    Error,
    /// The line is left out, and counted in the metric `bad_lines` of the run.
    Skip,
    /// The field is null, the fields too many are left out; counted as well.
    Null,
}

fn yes() -> bool {
    true
}

fn comma() -> char {
    ','
}

#[expect(clippy::unnecessary_wraps, reason = "the default of an optional field")]
fn quote() -> Option<char> {
    Some('"')
}

impl ReadCsv {
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

    /// Names the columns. The first line is then data, unless [`header`](Self::header) says that it has names, which are
    /// replaced.
    pub fn names<C: Into<String>>(self, names: impl IntoIterator<Item = C>) -> Self {
        Self {
            names: Some(names.into_iter().map(Into::into).collect()),
            header: false,
            ..self
        }
    }

    /// Whether the first line of each file has the names of the columns; it has by default. Without names, columns are `0`,
    /// `1`, ….
    pub fn header(self, header: bool) -> Self {
        Self { header, ..self }
    }

    /// The character between fields, `,` by default. Pandas' `sep`.
    pub fn delimiter(self, delimiter: char) -> Self {
        Self { delimiter, ..self }
    }

    /// The character around fields that hold delimiters, line ends or quotes, `"` by default; inside it stands doubled. `None`:
    /// every character is itself, and every line end ends a record.
    pub fn quote(self, quote: impl Into<Option<char>>) -> Self {
        Self {
            quote: quote.into(),
            ..self
        }
    }

    /// A character before one that is meant as it is. Reading is slower then.
    pub fn escape(self, escape: char) -> Self {
        Self {
            escape: Some(escape),
            ..self
        }
    }

    /// A character from which on a line is a comment. Reading is slower then.
    pub fn comment(self, comment: char) -> Self {
        Self {
            comment: Some(comment),
            ..self
        }
    }

    /// Passes over so many lines at the beginning of each file.
    pub fn skip_rows(self, skip_rows: usize) -> Self {
        Self { skip_rows, ..self }
    }

    /// Declares the dtype of a column instead of inferring it.
    pub fn dtype(mut self, column: impl Into<String>, dtype: impl Into<DTypeSpec>) -> Self {
        self.dtypes.insert(column.into(), dtype.into());
        self
    }

    /// Says how the dates or timestamps of a column are written, in the letters of `strptime`: `"%d.%m.%Y %H:%M"`. Without, as ISO
    /// 8601 says. The column is a `timestamp[us]` unless [`dtype`](Self::dtype) says otherwise.
    pub fn date_format(mut self, column: impl Into<String>, format: impl Into<String>) -> Self {
        self.date_formats.insert(column.into(), format.into());
        self
    }

    /// More texts that mean null.
    pub fn na_values<T: Into<String>>(mut self, texts: impl IntoIterator<Item = T>) -> Self {
        self.na_values.extend(texts.into_iter().map(Into::into));
        self
    }

    /// Whether the texts that pandas takes for missing (nothing, `NA`, `NULL`, `NaN`, `None`, `n/a`, … ) are null; they are by
    /// default. Text in quotes never is. An empty field is null in every column that is not text.
    pub fn keep_default_na(self, keep_default_na: bool) -> Self {
        Self {
            keep_default_na,
            ..self
        }
    }

    /// Reads NaN as missing where no text for null says so: with [`keep_default_na`](Self::keep_default_na) `NaN` is null
    /// anyway.
    pub fn nan_as_null(self, nan_as_null: bool) -> Self {
        Self {
            nan_as_null,
            ..self
        }
    }

    /// Bytes of a file that are one partition, such as `"128MB"`; 64 MiB by default. A compressed file is one partition.
    pub fn blocksize(self, blocksize: impl Into<String>) -> Self {
        Self {
            blocksize: Some(blocksize.into()),
            ..self
        }
    }

    /// Bytes that are looked at to infer dtypes at each of some places; `"64KiB"` by default.
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

    /// What becomes of lines that do not fit.
    pub fn on_bad_lines(self, on_bad_lines: OnBadLines) -> Self {
        Self {
            on_bad_lines,
            ..self
        }
    }

    /// Takes files that end so from a folder, instead of `.csv`, `.csv.gz` and `.csv.zst`.
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

    pub(super) fn dialect(&self) -> Result<Dialect, IoError> {
        let mut taken = vec![b'\n', b'\r', 0];
        let mut byte = |name: &str, character: char| {
            let byte = u8::try_from(character)
                .ok()
                .filter(|byte| byte.is_ascii() && !taken.contains(byte));
            taken.extend(byte);
            byte.ok_or_else(|| IoError::OptionValue {
                name: name.to_owned(),
                value: character.escape_default().to_string(),
                expected: "one ASCII character, other than a line end and those with another meaning",
            })
        };
        let delimiter = byte("delimiter", self.delimiter)?;
        let mut optional = |name, character: Option<char>| {
            character.map(|character| byte(name, character)).transpose()
        };
        Ok(Dialect {
            delimiter,
            quote: optional("quote", self.quote)?,
            escape: optional("escape", self.escape)?,
            comment: optional("comment", self.comment)?,
        })
    }

    /// The texts that mean null.
    pub(super) fn null_texts(&self) -> Vec<String> {
        let default: &[&str] = if self.keep_default_na {
            &nulls::DEFAULT
        } else {
            &[]
        };
        let default = default.iter().map(|text| (*text).to_owned());
        default.chain(self.na_values.iter().cloned()).collect()
    }
}

impl Fingerprint for ReadCsv {
    fn feed(&self, out: &mut Canon) {
        // All of it is plain data with one order.
        let text = serde_json::to_string(self).expect("options are maps of text");
        out.object("read-csv", 1).str(&text);
    }
}

impl From<Vec<String>> for ReadCsv {
    fn from(paths: Vec<String>) -> Self {
        Self {
            paths,
            columns: None,
            names: None,
            header: true,
            delimiter: comma(),
            quote: quote(),
            escape: None,
            comment: None,
            skip_rows: 0,
            dtypes: BTreeMap::new(),
            date_formats: BTreeMap::new(),
            na_values: Vec::new(),
            keep_default_na: true,
            nan_as_null: false,
            blocksize: None,
            sample: None,
            compression: None,
            include_path_column: None,
            on_bad_lines: OnBadLines::default(),
            file_extension: None,
        }
    }
}

from_paths!(ReadCsv);
