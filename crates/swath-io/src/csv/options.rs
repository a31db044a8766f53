//! What a user says about reading CSV.

use serde::{Deserialize, Serialize};
use swath_expr::Expr;
use swath_graph::{Canon, Fingerprint};
use swath_meta::DTypeSpec;

use super::nulls;
use super::scan::Dialect;
use crate::IoError;
use crate::hive::{Filter, FolderKeys};
use crate::paths::{Paths, from_paths, storage_options};
use crate::text::{Figures, OnBadLines, TextOptions};

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
    #[serde(flatten)]
    pub(super) text: TextOptions,
    // Beside the others: of structs within structs serde takes every field for unknown.
    #[serde(flatten)]
    pub(super) folders: FolderKeys,
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
    #[serde(default = "point")]
    pub(super) decimal: char,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) thousands: Option<char>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) na_values: Vec<String>,
    #[serde(default = "yes")]
    pub(super) keep_default_na: bool,
    #[serde(default)]
    pub(super) nan_as_null: bool,
}

fn yes() -> bool {
    true
}

fn comma() -> char {
    ','
}

fn point() -> char {
    '.'
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
    pub fn columns<C: Into<String>>(mut self, columns: impl IntoIterator<Item = C>) -> Self {
        self.text.columns = Some(columns.into_iter().map(Into::into).collect());
        self
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
        self.text.dtypes.insert(column.into(), dtype.into());
        self
    }

    /// Says how the dates or timestamps of a column are written, in the letters of `strptime`: `"%d.%m.%Y %H:%M"`. Without, as ISO
    /// 8601 says. The column is a `timestamp[us]` unless [`dtype`](Self::dtype) says otherwise.
    pub fn date_format(mut self, column: impl Into<String>, format: impl Into<String>) -> Self {
        self.text.date_formats.insert(column.into(), format.into());
        self
    }

    /// The character between whole and broken digits, `.` by default: `','` reads `1,5` as one and a half. Of integers, floats and
    /// decimals only; inference knows it too, and `1.5` is then text. It may be the delimiter, where such numbers are quoted.
    pub fn decimal(self, decimal: char) -> Self {
        Self { decimal, ..self }
    }

    /// A character that stands between digits of a whole number to make it readable, and means nothing: `'.'` reads `1.234` as
    /// 1234. Of integers, floats and decimals only; inference knows it too. It may be the delimiter, where such numbers are quoted.
    /// Reading such columns is slower.
    ///
    /// As in pandas, any number of them may follow the first digit of a whole number, and one each digit before the
    /// [`decimal`](Self::decimal) of one that is not.
    ///
    /// ```
    /// use swath_io::ReadCsv;
    ///
    /// let german = ReadCsv::new("umsatz.csv").delimiter(';').decimal(',').thousands('.');
    /// assert_ne!(german, ReadCsv::new("umsatz.csv"));
    /// ```
    pub fn thousands(self, thousands: char) -> Self {
        Self {
            thousands: Some(thousands),
            ..self
        }
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
    pub fn blocksize(mut self, blocksize: impl Into<String>) -> Self {
        self.text.blocksize = Some(blocksize.into());
        self
    }

    /// Bytes that are looked at to infer dtypes at each of some places; `"64KiB"` by default.
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

    /// What becomes of lines that do not fit.
    pub fn on_bad_lines(mut self, on_bad_lines: OnBadLines) -> Self {
        self.text.on_bad_lines = on_bad_lines;
        self
    }

    /// Takes files that end so from a folder, instead of `.csv`, `.csv.gz` and `.csv.zst`.
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

    /// Only the rows for which this is true: the frame is `read_csv(..).filter(predicate)`. Files that the names of their folders
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

    /// How numbers are spelt.
    pub(super) fn figures(&self) -> Result<Figures, IoError> {
        let byte = |name: &str, character: char, taken: Option<u8>| {
            let byte = u8::try_from(character).ok();
            byte.filter(|byte| {
                let other = Some(*byte) != taken && Some(character) != self.quote;
                let no_number = !byte.is_ascii_alphanumeric() && !matches!(byte, b'+' | b'-');
                other && no_number && byte.is_ascii() && !byte.is_ascii_control()
            })
            .ok_or_else(|| IoError::OptionValue {
                name: name.to_owned(),
                value: character.escape_default().to_string(),
                expected: "one ASCII character that no number has, `decimal` and `thousands` not the same",
            })
        };
        let decimal = byte("decimal", self.decimal, None)?;
        let thousands = (self.thousands)
            .map(|thousands| byte("thousands", thousands, Some(decimal)))
            .transpose()?;
        Ok(Figures { decimal, thousands })
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
            text: TextOptions {
                paths: Paths(paths),
                ..TextOptions::default()
            },
            folders: FolderKeys::default(),
            names: None,
            header: true,
            delimiter: comma(),
            quote: quote(),
            escape: None,
            comment: None,
            skip_rows: 0,
            decimal: point(),
            thousands: None,
            na_values: Vec::new(),
            keep_default_na: true,
            nan_as_null: false,
        }
    }
}

from_paths!(ReadCsv);
storage_options!(ReadCsv, text.storage);
