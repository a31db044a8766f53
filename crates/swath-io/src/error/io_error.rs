//! What can be wrong with files, and how it is said.

use std::io;
use swath_batch::BatchError;
use swath_expr::ExprError;
use swath_graph::Shown;
use swath_memory::{Cancelled, OverBudget};
use swath_meta::MetaError;

use super::words::{
    did_you_mean, keys_there, no_value, of_many, of_none, place, unlike, with_article,
};
use crate::words::counted;

/// A file that cannot be read or written, or that is not what it was said to be.
///
/// The text says what is wrong; [`IoError::fix`] says what to do about it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum IoError {
    /// An empty list of paths.
    #[error("`{verb}` was given no path")]
    NoPath {
        /// The call.
        verb: &'static str,
    },
    /// A path that leads nowhere.
    #[error("there is no file or folder `{path}`{}", reason.as_deref().unwrap_or_default())]
    NotThere {
        /// What was asked for.
        path: String,
        /// How far it leads, where that is not to its last part.
        reason: Option<String>,
        /// The nearest that exists.
        nearest: Option<String>,
        /// What is in the folder where the path ends; empty where it ends at a file.
        beside: String,
    },
    /// A pattern that no file matches.
    #[error("no file matches `{pattern}`{}", reason.as_deref().unwrap_or_default())]
    NoMatch {
        /// What was asked for.
        pattern: String,
        /// What is wrong with the folder that it begins with.
        reason: Option<String>,
        /// The nearest folder that exists.
        nearest: Option<String>,
        /// What is in the folder that it begins with.
        beside: String,
    },
    /// A folder without files of the format.
    #[error("`{folder}` has {}", of_none(*files, *hidden, extensions))]
    NoneEnds {
        /// The folder.
        folder: String,
        /// Files in it, and in folders in it.
        files: usize,
        /// Files and folders that are passed over for their names.
        hidden: usize,
        /// What names of the format's files end with.
        extensions: Vec<String>,
        /// The option that says otherwise, and what its value may be.
        option: String,
    },
    /// A pattern that is no glob, or a URL that names no object.
    #[error("`{pattern}` is not a pattern for file names: {reason}")]
    Pattern {
        /// What was asked for.
        pattern: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A URL of a store that the session does not know.
    #[error("`{url}` is in the store `{address}`, which this session does not have")]
    NoStore {
        /// What was asked for, without its query.
        url: String,
        /// Scheme and host.
        address: String,
        /// The stores that the session has.
        known: Vec<String>,
    },
    /// A URL of a bucket with a name, a password or a query in it.
    #[error(
        "`{url}` was given with a name, a password or a query, which URLs of its kind have not"
    )]
    UrlSecrets {
        /// What was asked for, without these.
        url: String,
    },
    /// A pattern or a folder of a web server.
    #[error("`{url}` names several files, and a web server does not list its files")]
    NoListing {
        /// What was asked for, without what may be secret.
        url: String,
        /// The call.
        verb: &'static str,
    },
    /// A web server as the target of a write.
    #[error("`{url}` cannot be written to: it is on a web server, which takes no files")]
    ReadOnly {
        /// What was asked for, without what may be secret.
        url: String,
    },
    /// An option that a store does not have.
    #[error("`{address}` has no option `{name}`{}", did_you_mean(nearest.as_deref()))]
    UnknownStorageOption {
        /// What was asked for.
        name: String,
        /// The store.
        address: String,
        /// The nearest that exists.
        nearest: Option<String>,
    },
    /// An option that a store cannot be opened with. Its value is never shown.
    #[error("option `{name}` for `{address}` {reason}")]
    StorageOption {
        /// The option.
        name: String,
        /// The store, or the path.
        address: String,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// An address that names no store.
    #[error(
        "`{address}` is no address of a store; expected a scheme and a host without a user, as in `s3://bucket`"
    )]
    Address {
        /// What was given.
        address: String,
    },
    /// The operating system or an object store refused.
    #[error("cannot {action} `{path}`")]
    File {
        /// What was tried: `read`, `write`, `list`, …
        action: &'static str,
        /// The file or folder.
        path: String,
        /// What the system says.
        #[source]
        source: io::Error,
    },
    /// A file where a folder is needed.
    #[error("`{path}` is a file, not a folder")]
    NotAFolder {
        /// The file.
        path: String,
    },
    /// A file that was there when it was listed.
    #[error("`{path}` is gone: it was there when the frame was planned")]
    Gone {
        /// The file.
        path: String,
    },
    /// A file has changed since it was listed.
    #[error("`{path}` changed after the frame was planned: {change}")]
    Changed {
        /// The file.
        path: String,
        /// What is different.
        change: String,
    },
    /// A file without bytes.
    #[error("`{path}` is empty (0 bytes), not {} file", with_article(format))]
    Empty {
        /// The file.
        path: String,
        /// The format that was expected.
        format: &'static str,
    },
    /// A file that begins as one of the format and does not end as one.
    #[error(
        "`{path}` is cut off after {len} bytes: it begins as {} file and has no end",
        with_article(format)
    )]
    CutOff {
        /// The file.
        path: String,
        /// The format.
        format: &'static str,
        /// Its bytes.
        len: u64,
    },
    /// A file of another format.
    #[error("`{path}` is not {} file: {found}", with_article(format))]
    NotFormat {
        /// The file.
        path: String,
        /// The format that was expected.
        format: &'static str,
        /// What it is instead, as far as its first bytes tell.
        found: String,
    },
    /// A file that only its owner's keys open.
    #[error("`{path}` is encrypted, and encrypted {format} files are not supported")]
    Encrypted {
        /// The file.
        path: String,
        /// The format.
        format: &'static str,
    },
    /// A file of the format whose account of itself does not decode.
    #[error("`{path}` is damaged: its footer does not decode")]
    Footer {
        /// The file.
        path: String,
        /// What the decoder says.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// A file whose contents contradict themselves or do not decode.
    #[error("`{path}` is damaged: {reason}{}", place(*row_group, column.as_deref()))]
    Corrupt {
        /// The file.
        path: String,
        /// The row group, from 0.
        row_group: Option<usize>,
        /// The column.
        column: Option<String>,
        /// What does not fit.
        reason: String,
    },
    /// Files of one data set have different columns.
    #[error("{difference}{}", of_many(*differing, *files, first))]
    Schemas {
        /// The file that the data set takes its columns from.
        first: String,
        /// The first file that differs from it.
        second: String,
        /// The two files, the column, and what differs about it.
        difference: String,
        /// How many files differ from the first, …
        differing: usize,
        /// … and how many there are.
        files: usize,
        /// The type of the options, and those of them under which such files are one table; empty where there is none.
        options: &'static [&'static str; 2],
        /// The columns that all files have, with the same dtype.
        shared: Box<[String]>,
    },
    /// The folders of two files have names with different keys.
    #[error("`{path}` {difference}{}", unlike(path, first))]
    Keys {
        /// The options of the reader.
        reader: &'static str,
        /// The file.
        path: String,
        /// The file that the data set takes its keys from.
        first: String,
        /// What is wrong with its folders.
        difference: String,
    },
    /// A key of folders that none of them has.
    #[error("no folder is named `{name}=…`{}", keys_there(known, nearest.as_deref()))]
    NoKey {
        /// The options of the reader.
        reader: &'static str,
        /// What was asked for.
        name: String,
        /// The nearest that is one.
        nearest: Option<String>,
        /// Those that there are, in words.
        known: String,
    },
    /// The name of a folder whose value is none of its key's dtype.
    #[error(
        "`{}` is no {dtype}: key `{key}` in the folders of `{path}`",
        Shown(value)
    )]
    KeyValue {
        /// The options of the reader.
        reader: &'static str,
        /// The file.
        path: String,
        /// The key.
        key: String,
        /// Its text.
        value: String,
        /// What it is read as.
        dtype: String,
    },
    /// The first lines of two text files name different columns.
    #[error("{difference}")]
    Headers {
        /// The file that the data set takes its columns from.
        first: String,
        /// The file that differs from it.
        second: String,
        /// What differs.
        difference: String,
        /// How many files there are.
        files: usize,
    },
    /// Names were given, and there are not as many fields.
    #[error("{} given for lines of {}", counted(*given, "name"), counted(*fields, "field"))]
    Names {
        /// Names.
        given: usize,
        /// Fields of the first line.
        fields: usize,
    },
    /// The column with the paths of files has the name of another.
    #[error("the files have a column `{name}`, and the column of their paths is to be named so")]
    PathColumn {
        /// The name.
        name: String,
    },
    /// A column of a text file was declared to be what no text is.
    #[error("column `{column}` cannot be read as {dtype}: a field of a text file has no parts")]
    NotOfText {
        /// The column.
        column: String,
        /// What it was declared as.
        dtype: String,
    },
    /// A column of a text file was declared with a time zone that there is not.
    #[error("column `{column}` cannot be read as {dtype}: there is no time zone `{zone}`")]
    NoZone {
        /// The column.
        column: String,
        /// What it was declared as.
        dtype: String,
        /// The zone.
        zone: String,
    },
    /// A column that is to be written as text, and is none.
    #[error("column `{column}` cannot be written as a field of text: it is {dtype}")]
    NoField {
        /// The column.
        column: String,
        /// Its dtype.
        dtype: String,
    },
    /// A line with too many fields.
    #[error("line {line} of `{path}` has {}, and there are {}", counted(*fields, "field"), counted(*expected, "column"))]
    Line {
        /// The file.
        path: String,
        /// The line, from 1.
        line: u64,
        /// Its fields.
        fields: usize,
        /// The columns.
        expected: usize,
    },
    /// A line that does not hold what lines of its format do.
    #[error("line {line} of `{path}` is no JSON object: {reason}")]
    Malformed {
        /// The file.
        path: String,
        /// The line, from 1.
        line: u64,
        /// What is wrong with it.
        reason: String,
    },
    /// A field that is no value of its column's dtype.
    #[error("{}column `{column}`, line {line} of `{path}`", no_value(value, dtype, *is_text))]
    Field {
        /// The options that declare dtypes.
        reader: &'static str,
        /// The file.
        path: String,
        /// The line, from 1.
        line: u64,
        /// The column.
        column: String,
        /// What stands there.
        value: Box<str>,
        /// What the column is read as.
        dtype: Box<str>,
        /// Whether it is text at all.
        is_text: bool,
    },
    /// A quote that nothing closes.
    #[error(
        "a quoted field of `{path}` is never closed: it is in the record that begins in line {line}"
    )]
    Unclosed {
        /// The file.
        path: String,
        /// The line, from 1.
        line: u64,
    },
    /// A range of a text file was read from within a record. Whoever submitted the computation submits it again.
    #[error("records of `{path}` were read from the wrong place, near byte {offset}")]
    Misread {
        /// The file.
        path: String,
        /// About where.
        offset: u64,
    },
    /// An option that does not exist.
    #[error("no option `{name}`{}", did_you_mean(nearest.as_deref()))]
    UnknownOption {
        /// What was asked for.
        name: String,
        /// The nearest that exists.
        nearest: Option<String>,
    },
    /// An option's text that does not parse.
    #[error("option `{name}` is `{value}`; expected {expected}")]
    OptionValue {
        /// The option.
        name: String,
        /// What was given.
        value: String,
        /// What it may be.
        expected: &'static str,
    },
    /// A format that is not registered.
    #[error("no format `{name}`{}", did_you_mean(nearest.as_deref()))]
    UnknownFormat {
        /// What was asked for.
        name: String,
        /// The nearest that is registered.
        nearest: Option<String>,
    },
    /// The target of a write has files already.
    #[error("`{path}` has {} already; `.overwrite()` replaces them", counted(*files, "file"))]
    Exists {
        /// The options of the write.
        options: Box<str>,
        /// The folder.
        path: String,
        /// How many files it has.
        files: usize,
    },
    /// A column that cannot name folders.
    #[error("cannot partition on `{column}`: {reason}")]
    PartitionOn {
        /// The column.
        column: String,
        /// Why not.
        reason: String,
    },
    /// Partitions are to be replaced, and nothing says what they are.
    #[error("`.overwrite_partitions()` without `.partition_on(..)`")]
    NoPartitions {
        /// The options of the write.
        options: &'static str,
    },
    /// What is written into a folder has other columns than the files that stay in it.
    #[error("cannot add to the files of `{folder}`: {difference}")]
    OtherColumns {
        /// The folder.
        folder: String,
        /// What differs.
        difference: String,
    },
    /// A folder whose files are being replaced, or whose process was killed when it replaced them.
    #[error(
        "the files of `{path}` are getting their names at this moment, or a process was killed at it"
    )]
    Publishing {
        /// The folder.
        path: String,
    },
    /// The columns of a file that this engine has no dtype for, or an index that is not there.
    #[error("cannot use the columns of `{path}`")]
    Meta {
        /// The file.
        path: String,
        /// What is wrong with the columns.
        #[source]
        source: MetaError,
    },
    /// A predicate that does not fit the columns, or fails on rows.
    #[error("the predicate of the scan failed")]
    Predicate(#[from] ExprError),
    /// Rows that cannot be put together.
    #[error("rows cannot be put together")]
    Batch(#[from] BatchError),
    /// A file cannot be encoded.
    #[error("cannot encode `{path}`")]
    Encode {
        /// The file.
        path: String,
        /// What the encoder says.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// Rows come from a function that is no part of this crate, and that gave none.
    #[error("{0}")]
    Function(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// A file needs more memory than there is.
    #[error(transparent)]
    OverBudget(#[from] OverBudget),
    /// Reading or writing was cancelled.
    #[error("cancelled")]
    Cancelled(#[from] Cancelled),
}
