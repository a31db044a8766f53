//! Whether what is written goes with the files that stay.

use swath_meta::{DType, Meta};

use super::dataset::EXTENSIONS;
use super::hive::{Directories, PARTITION_ON_KEY, spelt_otherwise};
use super::options::{Admitted, ReadParquet};
use super::partitioned::file_meta;
use super::schema::{Difference, difference};
use super::write_options::ToParquet;
use crate::folder::Mode;
use crate::list::{Wanted, list_files};
use crate::words::quoted;
use crate::{IoContext, IoError};

/// Compares columns, dtypes, index and keys of a frame with those of the files in the folder, by the first of them.
///
/// # Errors
/// [`IoError::OtherColumns`], which says what differs; a folder that cannot be listed, a first file that is none.
pub(super) fn check(options: &ToParquet, meta: &Meta, context: &IoContext) -> Result<(), IoError> {
    let wanted = Wanted {
        verb: "to_parquet",
        extensions: &EXTENSIONS,
        option: "ReadParquet::file_extension",
    };
    let folder = options.folder.clone();
    let files = match list_files(std::slice::from_ref(&folder), &wanted, context) {
        Err(error) if error.is_not_found() => return Ok(()),
        files => files?,
    };
    let first = &context.footers.open_all(&files[..1], context)?[0];
    let there = first.identity.path.as_str();
    let differs = |difference: String| IoError::OtherColumns {
        folder: folder.clone(),
        difference,
    };
    let read = ReadParquet::from(folder.as_str());
    if options.mode == Mode::OverwritePartitions
        && let Some((found, own)) = spelt_otherwise(&files, &read, meta)
    {
        return Err(differs(format!(
            "its folder `{found}` would stay beside `{own}`, which is the same partition by another name; rename it"
        )));
    }
    let keys = Directories::of(&files, &read)?;
    let keys = keys.map(Directories::into_names).unwrap_or_default();
    if keys != options.partition_on {
        let told = |keys: &[String]| match keys {
            [] => "nothing".to_owned(),
            keys => quoted(keys),
        };
        return Err(differs(format!(
            "its files are partitioned on {}, and the frame on {}",
            told(&keys),
            told(&options.partition_on)
        )));
    }
    let recorded: Vec<(String, DType)> = first
        .recorded(PARTITION_ON_KEY)
        .and_then(|text| serde_json::from_str(text).ok())
        .unwrap_or_default();
    for (key, before) in recorded {
        if let Ok(now) = meta.dtype(&key)
            && *now != before
        {
            return Err(differs(format!(
                "key `{key}` is {now} in the frame and {before} in `{there}`"
            )));
        }
    }
    let own = file_meta(meta, &options.partition_on)?;
    if let Some(difference) = difference(&first.meta, &own, |_| true, Admitted::default()) {
        return Err(differs(told(&difference, there)));
    }
    let index = |meta: &Meta| match meta.index_fields() {
        [] => "no index".to_owned(),
        fields => {
            let names: Vec<String> = fields.iter().map(|field| field.name.to_string()).collect();
            format!("the index {}", quoted(&names))
        }
    };
    let (now, before) = (index(&own), index(&first.meta));
    if now != before {
        return Err(differs(format!(
            "the frame has {now}, and `{there}` has {before}"
        )));
    }
    Ok(())
}

fn told(difference: &Difference, there: &str) -> String {
    match difference {
        Difference::Missing(column, near) => {
            let near = near
                .as_ref()
                .map_or(String::new(), |near| format!("; it has `{near}`"));
            format!("the frame has no column `{column}`, which `{there}` has{near}")
        }
        Difference::Extra(column) => {
            format!("the frame has a column `{column}`, which `{there}` has not")
        }
        Difference::Dtype(column, before, now, _) => {
            format!("column `{column}` is {now} in the frame and {before} in `{there}`")
        }
    }
}
