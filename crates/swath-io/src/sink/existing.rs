//! Whether what is written goes with the files that stay.

use std::sync::Arc;
use swath_graph::Shown;
use swath_meta::{DType, Meta, nearest};

use super::{WriteTo, file_meta};
use crate::difference::{Admitted, Difference, difference};
use crate::folder::Mode;
use crate::hive::{Directories, KeyOptions, spelt_otherwise};
use crate::list::{Wanted, list_files};
use crate::words::quoted;
use crate::{FileIdentity, IoContext, IoError};

/// What a frame is compared with: the files of the folder that it is written into.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Existing<'a> {
    pub(crate) to: &'a WriteTo,
    /// The columns of the frame.
    pub(crate) meta: &'a Meta,
    pub(crate) wanted: Wanted<'a>,
    /// The options that would read the files: `ReadParquet`.
    pub(crate) reader: &'static str,
}

impl Existing<'_> {
    /// Compares keys and columns of a frame with those of the files that stay, by the first of them; `differs` says what is
    /// different between that file and the columns that new ones will have.
    ///
    /// # Errors
    /// [`IoError::OtherColumns`], which says what differs; a folder that cannot be listed, a first file that is none.
    pub(crate) fn check(
        &self,
        context: &IoContext,
        differs: impl FnOnce(&FileIdentity, &Meta) -> Result<Option<String>, IoError>,
    ) -> Result<(), IoError> {
        let to = self.to;
        if matches!(to.mode, Mode::New | Mode::Overwrite) {
            return Ok(());
        }
        let files = match list_files(std::slice::from_ref(&to.folder), &self.wanted, context) {
            Err(error) if error.is_not_found() => return Ok(()),
            files => files?,
        };
        let found = match self.other_keys(&files)? {
            Some(found) => Some(found),
            None => differs(&files[0], &file_meta(self.meta, &to.partition_on)?)?,
        };
        match found {
            None => Ok(()),
            Some(difference) => Err(IoError::OtherColumns {
                folder: to.folder.clone(),
                difference,
            }),
        }
    }

    /// What is different between the keys of the files and those of the frame.
    fn other_keys(&self, files: &[FileIdentity]) -> Result<Option<String>, IoError> {
        let (to, paths) = (self.to, std::slice::from_ref(&self.to.folder));
        if to.mode == Mode::OverwritePartitions
            && let Some((found, own)) = spelt_otherwise(files, paths, self.meta)
        {
            return Ok(Some(format!(
                "its folder `{}` would stay beside `{}`, which is the same partition by another name; rename it",
                Shown(found),
                Shown(own)
            )));
        }
        let options = KeyOptions {
            reader: self.reader,
            paths,
            hive: None,
            dtypes: &std::collections::BTreeMap::new(),
            predicate: None,
        };
        let keys = Directories::of(files, &options)?;
        let keys = keys.map(Directories::into_names).unwrap_or_default();
        let told = |keys: &[String]| match keys {
            [] => "nothing".to_owned(),
            keys => quoted(keys),
        };
        Ok((keys != to.partition_on).then(|| {
            format!(
                "its files are partitioned on {}, and the frame on {}",
                told(&keys),
                told(&to.partition_on)
            )
        }))
    }
}

/// What is different between a file that records columns, keys and index, and the frame with the columns that new files of it
/// will have.
pub(crate) fn recorded_difference(
    there: &Meta,
    keys: &[(String, DType)],
    path: &str,
    frame: &Meta,
    own: &Meta,
) -> Option<String> {
    for (key, before) in keys {
        if let Ok(now) = frame.dtype(key)
            && now != before
        {
            return Some(format!(
                "key `{key}` is {now} in the frame and {before} in `{path}`"
            ));
        }
    }
    if let Some(difference) = difference(there, own, |_| true, Admitted::default()) {
        return Some(told(&difference, path));
    }
    let index = |meta: &Meta| match meta.index_fields() {
        [] => "no index".to_owned(),
        fields => {
            let names: Vec<String> = fields.iter().map(|field| field.name.to_string()).collect();
            format!("the index {}", quoted(&names))
        }
    };
    let (now, before) = (index(own), index(there));
    (now != before).then(|| format!("the frame has {now}, and `{path}` has {before}"))
}

/// What is different between the columns of a file that records nothing but their names, and those that new ones will have; in
/// whatever order they are.
pub(crate) fn names_difference(there: &[Arc<str>], path: &str, own: &[Arc<str>]) -> Option<String> {
    let missing = there.iter().find(|name| !own.contains(name));
    let difference = match missing {
        Some(missing) => {
            let others = own.iter().filter(|name| !there.contains(name));
            let near = nearest(missing, others.map(AsRef::as_ref)).map(str::to_owned);
            Difference::Missing(missing.to_string(), near)
        }
        None => Difference::Extra(own.iter().find(|name| !there.contains(name))?.to_string()),
    };
    Some(told(&difference, path))
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
