//! What a user says about writing CSV.

use serde::{Deserialize, Serialize};
use std::sync::Arc;
use swath_graph::{Canon, DecodeError, Decoder, Encoder, Fingerprint};
use swath_meta::Meta;

use super::writer::CsvWriter;
use crate::paths::from_folder;
use crate::text::Compression;
use crate::{IoContext, IoError, Staged, WriteOptions, WriteTarget, Writer};

/// Options of `to_csv` and `sink_csv`: the bare argument is the default option.
///
/// One file a partition, `part.0.csv` and so on, in a folder. They are seen when all of them are whole.
///
/// ```
/// use swath_io::ToCsv;
///
/// let write = ToCsv::new("out/").delimiter(';').compression("gzip").overwrite();
/// assert_ne!(write, ToCsv::from("out/"));
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ToCsv {
    folder: String,
    pub(super) header: bool,
    delimiter: char,
    pub(super) na_rep: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    compression: Option<String>,
    #[serde(default)]
    overwrite: bool,
}

impl ToCsv {
    /// Writes into this folder, which is made where it is not there.
    pub fn new(folder: impl Into<Self>) -> Self {
        folder.into()
    }

    /// Whether each file begins with the names of the columns; it does by default.
    pub fn header(self, header: bool) -> Self {
        Self { header, ..self }
    }

    /// The character between fields, `,` by default.
    pub fn delimiter(self, delimiter: char) -> Self {
        Self { delimiter, ..self }
    }

    /// What stands for null, nothing by default. Text that would read as null is written in quotes.
    pub fn na_rep(self, text: impl Into<String>) -> Self {
        Self {
            na_rep: text.into(),
            ..self
        }
    }

    /// `none` (where nothing is said), `gzip` or `zstd`; files are then named `part.0.csv.gz` or `part.0.csv.zst`.
    pub fn compression(self, codec: impl Into<String>) -> Self {
        Self {
            compression: Some(codec.into()),
            ..self
        }
    }

    /// Replaces the CSV files that a reader of the folder sees, those in folders below included; without it they are an
    /// error.
    pub fn overwrite(self) -> Self {
        Self {
            overwrite: true,
            ..self
        }
    }

    pub(crate) fn decode(from: &Decoder<'_>) -> Result<Self, DecodeError> {
        let object = from.object()?;
        object.expect("to-csv", 1)?;
        object.serde("options")
    }

    pub(super) fn codec(&self) -> Result<Compression, IoError> {
        Compression::to_write(self.compression.as_deref())
    }

    pub(super) fn delimiter_byte(&self) -> Result<u8, IoError> {
        let byte = u8::try_from(self.delimiter).ok();
        byte.filter(|byte| byte.is_ascii() && !matches!(byte, b'"' | b'\n' | b'\r' | 0))
            .ok_or_else(|| IoError::OptionValue {
                name: "delimiter".into(),
                value: self.delimiter.escape_default().to_string(),
                expected: "one ASCII character, other than a line end and a quote",
            })
    }
}

impl WriteOptions for ToCsv {
    fn format(&self) -> &'static str {
        "csv"
    }

    fn verb(&self) -> &'static str {
        "to_csv"
    }

    fn folder(&self) -> &str {
        &self.folder
    }

    fn check(&self, meta: &Meta) -> Result<(), IoError> {
        self.codec()?;
        self.delimiter_byte()?;
        match meta.fields().iter().find(|field| field.dtype.is_nested()) {
            Some(field) => Err(IoError::NoField {
                column: field.name.to_string(),
                dtype: field.dtype.to_string(),
            }),
            None => Ok(()),
        }
    }

    fn target(&self, context: &IoContext) -> Result<WriteTarget, IoError> {
        let extensions = match self.codec()? {
            Compression::None => ["csv", "csv.gz", "csv.zst"],
            Compression::Gzip => ["csv.gz", "csv", "csv.zst"],
            Compression::Zstd => ["csv.zst", "csv", "csv.gz"],
        };
        WriteTarget::new(&self.folder, &extensions, self.overwrite, context)
    }

    fn create(
        &self,
        staged: &Staged,
        meta: &Arc<Meta>,
        partition: usize,
        context: &IoContext,
    ) -> Result<Box<dyn Writer>, IoError> {
        let writer = CsvWriter::create(self, staged, meta, partition, context)?;
        Ok(Box::new(writer))
    }

    fn encode(&self, out: &mut Encoder) {
        out.object("to-csv", 1, |object| object.serde("options", self));
    }
}

impl Fingerprint for ToCsv {
    fn feed(&self, out: &mut Canon) {
        out.object("to-csv", 1)
            .str(&self.folder)
            .bool(self.header)
            .str(self.delimiter.encode_utf8(&mut [0; 4]))
            .str(&self.na_rep)
            .feed(&self.compression)
            .bool(self.overwrite);
    }
}

impl From<String> for ToCsv {
    fn from(folder: String) -> Self {
        Self {
            folder,
            header: true,
            delimiter: ',',
            na_rep: String::new(),
            compression: None,
            overwrite: false,
        }
    }
}

from_folder!(ToCsv);
