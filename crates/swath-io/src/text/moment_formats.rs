//! How dates and timestamps are written as text.

use arrow_array::{ArrayRef, Date32Array, TimestampMicrosecondArray};
use arrow_cast::display::{ArrayFormatter, FormatOptions};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use swath_graph::{Canon, Fingerprint};
use swath_meta::{DType, Meta};

use crate::IoError;

/// The letters of `strftime` in which a user wants dates and timestamps.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct MomentFormats {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) date_format: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) timestamp_format: Option<String>,
}

impl MomentFormats {
    /// The same for Arrow; what is not said is as in `otherwise`.
    pub(crate) fn options<'a>(&'a self, otherwise: &FormatOptions<'a>) -> FormatOptions<'a> {
        let mut options = otherwise.clone();
        if let Some(format) = &self.date_format {
            options = options.with_date_format(Some(format));
        }
        if let Some(format) = &self.timestamp_format {
            options = options
                .with_timestamp_format(Some(format))
                .with_timestamp_tz_format(Some(format));
        }
        options
    }

    /// Checks that the letters say something about every date and timestamp of a table.
    ///
    /// # Errors
    /// A letter that says nothing, or that asks a date for its hour or a timestamp without a zone for its offset.
    pub(crate) fn check(&self, meta: &Meta) -> Result<(), IoError> {
        meta.fields()
            .iter()
            .try_for_each(|field| self.check_dtype(&field.dtype))
    }

    fn check_dtype(&self, dtype: &DType) -> Result<(), IoError> {
        let (name, format, one): (_, _, ArrayRef) = match dtype {
            DType::Date => (
                "date_format",
                &self.date_format,
                Arc::new(Date32Array::from(vec![0])),
            ),
            DType::Timestamp(_, zone) => {
                let one = TimestampMicrosecondArray::from(vec![0]);
                let one = one.with_timezone_opt(zone.as_ref().map(|_| "+00:00"));
                ("timestamp_format", &self.timestamp_format, Arc::new(one))
            }
            DType::List(item) => return self.check_dtype(&item.dtype),
            DType::Struct(fields) => {
                let mut fields = fields.iter();
                return fields.try_for_each(|field| self.check_dtype(&field.dtype));
            }
            _ => return Ok(()),
        };
        let Some(format) = format else {
            return Ok(());
        };
        let options = self.options(&FormatOptions::new());
        let written = ArrayFormatter::try_new(one.as_ref(), &options)
            .and_then(|formatter| formatter.value(0).try_to_string());
        written.map(drop).map_err(|_| IoError::OptionValue {
            name: name.to_owned(),
            value: format.clone(),
            expected: "letters of `strftime` that every such column has, as in `%d.%m.%Y`",
        })
    }
}

impl Fingerprint for MomentFormats {
    fn feed(&self, out: &mut Canon) {
        out.object("moment-formats", 1)
            .feed(&self.date_format)
            .feed(&self.timestamp_format);
    }
}
