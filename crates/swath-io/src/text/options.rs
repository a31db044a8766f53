//! What a user says about reading text, in every format of it.

use jiff::Timestamp;
use jiff::fmt::strtime;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;
use swath_batch::Zone;
use swath_meta::{DType, DTypeSpec, Field, Index, Meta, TimeUnit};

use super::{Compression, OnBadLines};
use crate::IoError;
use crate::byte_size::parse_bytes;
use crate::hive::{Keys, columns_with};
use crate::paths::Paths;
use crate::store::StorageOptions;

/// What the options of CSV and of JSON say alike.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct TextOptions {
    pub(crate) paths: Paths,
    #[serde(skip)]
    pub(crate) storage: StorageOptions,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) columns: Option<Vec<String>>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) dtypes: BTreeMap<String, DTypeSpec>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) date_formats: BTreeMap<String, String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) blocksize: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) sample: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) compression: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) include_path_column: Option<String>,
    #[serde(default)]
    pub(crate) on_bad_lines: OnBadLines,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) file_extension: Option<String>,
}

impl TextOptions {
    pub(crate) fn block_bytes(&self) -> Result<u64, IoError> {
        match &self.blocksize {
            Some(text) => parse_bytes("blocksize", text),
            None => Ok(64 << 20),
        }
    }

    pub(crate) fn sample_bytes(&self) -> Result<usize, IoError> {
        match &self.sample {
            Some(text) => Ok(parse_bytes("sample", text)?.min(64 << 20) as usize),
            None => Ok(64 << 10),
        }
    }

    pub(crate) fn compression_of(&self, path: &str) -> Result<Compression, IoError> {
        Compression::said(self.compression.as_deref(), path)
    }

    /// The dtype that was said of a column, if one was; moments in a format of their own are timestamps.
    pub(crate) fn declared(&self, column: &str, path: &str) -> Result<Option<DType>, IoError> {
        let failed = |source| IoError::Meta {
            path: path.to_owned(),
            source,
        };
        Ok(match self.dtypes.get(column) {
            Some(dtype) => {
                let dtype = dtype.resolve().map_err(failed)?;
                if let DType::Timestamp(_, Some(zone)) = &dtype
                    && Zone::named(zone).is_none()
                {
                    return Err(IoError::NoZone {
                        column: column.to_owned(),
                        zone: zone.to_string(),
                        dtype: dtype.to_string(),
                    });
                }
                Some(dtype)
            }
            None => (self.date_formats.contains_key(column))
                .then_some(DType::Timestamp(TimeUnit::Microsecond, None)),
        })
    }

    /// The letters in which moments of a column are written, for each that has some of its own.
    ///
    /// # Errors
    /// Letters that say nothing; a column that is declared as neither a date nor a timestamp.
    pub(crate) fn formats(&self) -> Result<BTreeMap<String, Arc<str>>, IoError> {
        let some_moment = Timestamp::UNIX_EPOCH.to_zoned(TimeZone::UTC);
        let checked = self.date_formats.iter().map(|(name, format)| {
            let refused = |expected| IoError::OptionValue {
                name: format!("date_format(\"{name}\")"),
                value: format.clone(),
                expected,
            };
            let declared = self.dtypes.get(name).map(DTypeSpec::resolve);
            let is_moment = |dtype: &DType| matches!(dtype, DType::Date | DType::Timestamp(..));
            if matches!(&declared, Some(Ok(dtype)) if !is_moment(dtype)) {
                return Err(refused(
                    "none for a column declared as neither a date nor a timestamp",
                ));
            }
            strtime::format(format, &some_moment)
                .map_err(|_| refused("letters of `strptime`, as in `%d.%m.%Y`"))?;
            Ok((name.clone(), format.as_str().into()))
        });
        checked.collect()
    }

    /// The columns of a table of files with these: with the keys of their folders, as the options select them.
    ///
    /// # Errors
    /// A column that is not there.
    pub(super) fn table(
        &self,
        fields: &[Field],
        keys: Option<&Keys>,
        path: &str,
    ) -> Result<Meta, IoError> {
        let failed = |source| IoError::Meta {
            path: path.to_owned(),
            source,
        };
        let all = Meta::try_new(columns_with(fields.to_vec(), keys), Index::none());
        let all = all.map_err(failed)?;
        match &self.columns {
            Some(columns) => all.select(columns).map_err(failed),
            None => Ok(all),
        }
    }

    /// The table with the column of the paths of files, where it is to have one, behind the others.
    ///
    /// # Errors
    /// Files that have a column of its name.
    pub(super) fn with_path(&self, table: Meta, fields: &[Field]) -> Result<Meta, IoError> {
        let Some(name) = &self.include_path_column else {
            return Ok(table);
        };
        if table.contains(name) || fields.iter().any(|field| *field.name == **name) {
            return Err(IoError::PathColumn { name: name.clone() });
        }
        Ok(table.with_field(Field::new(name.as_str(), DType::Category, false)))
    }

    /// The columns that decide which rows there are: all of the frame that are in files, where lines that do not fit are left out.
    pub(crate) fn judged(&self, fields: &[Field], table: &Meta) -> Vec<Arc<str>> {
        if self.on_bad_lines != OnBadLines::Skip {
            return Vec::new();
        }
        let names = fields.iter().map(|field| &field.name);
        names
            .filter(|name| table.contains(name))
            .map(Arc::clone)
            .collect()
    }
}
