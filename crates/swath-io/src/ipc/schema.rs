//! One meta for all files of a data set.

use std::sync::Arc;
use swath_meta::{Field, Index, Meta, MetaError};

use super::footer::Footer;
use super::options::ReadIpc;
use crate::difference::{Admitted, beside, difference};
use crate::hive::{Keys, columns_with};
use crate::{FileIdentity, IoError};

/// The meta of a data set: the columns of the first file, nullable where they are in any, as the options select them. The keys of
/// folders come last, or in the place of a column of that name.
///
/// # Errors
/// Where a file has other columns or dtypes than the first (the order does not matter; columns that the options leave out do
/// not count), and where the options name a column that is not there.
pub(super) fn dataset_meta(
    files: &[FileIdentity],
    footers: &[Arc<Footer>],
    keys: Option<&Keys>,
    options: &ReadIpc,
) -> Result<Meta, IoError> {
    let Some((first, others)) = footers.split_first() else {
        return Err(IoError::NoPath { verb: "read_ipc" });
    };
    check_same(files, first, others, keys, options)?;
    let mut fields = first.meta.fields().to_vec();
    for other in others {
        for field in &mut fields {
            let same = other.meta.field(&field.name);
            field.nullable |= same.is_ok_and(|other| other.nullable);
        }
    }
    let failed = |source| IoError::Meta {
        path: files[0].path.clone(),
        source,
    };
    let whole = Meta::try_new(columns_with(fields, keys), first.meta.index()).map_err(failed)?;
    selected(&whole, options).map_err(failed)
}

/// The columns that the options select, index columns first.
fn selected(whole: &Meta, options: &ReadIpc) -> Result<Meta, MetaError> {
    let index: Vec<&str> = match &options.index {
        Some(columns) => columns.iter().map(String::as_str).collect(),
        None => recorded(whole).collect(),
    };
    let data: Vec<&str> = match &options.columns {
        Some(columns) => columns.iter().map(String::as_str).collect(),
        None => whole.names().collect(),
    };
    let data = data.into_iter().filter(|name| !index.contains(name));
    let fields = (index.iter().copied().chain(data))
        .map(|name| whole.field(name).cloned())
        .collect::<Result<Vec<Field>, _>>()?;
    Meta::try_new(fields, Index::leading(index.len() as u32))
}

fn recorded(meta: &Meta) -> impl Iterator<Item = &str> {
    meta.index_fields().iter().map(|field| &*field.name)
}

/// Checks that all files have the columns of the first, or those of them that the options name.
fn check_same(
    files: &[FileIdentity],
    first: &Footer,
    others: &[Arc<Footer>],
    keys: Option<&Keys>,
    options: &ReadIpc,
) -> Result<(), IoError> {
    let read = |name: &str| {
        let named = |list: &[String]| list.iter().any(|column| column == name);
        let is_index = || match &options.index {
            Some(index) => named(index),
            None => recorded(&first.meta).any(|column| column == name),
        };
        let is_key = |keys: &Keys| keys.fields.iter().any(|key| &*key.name == name);
        (options.columns.as_deref()).is_none_or(|columns| named(columns) || is_index())
            && !keys.is_some_and(is_key)
    };
    let mut differing = (files[1..].iter().zip(others)).filter_map(|(file, other)| {
        let difference = difference(&first.meta, &other.meta, read, Admitted::default())?;
        Some((file, difference))
    });
    let Some((second, difference)) = differing.next() else {
        return Ok(());
    };
    let (first_path, second_path) = (&files[0].path, &second.path);
    let shared = first.meta.fields().iter().filter(|field| {
        let same = |other: &Arc<Footer>| {
            let other = other.meta.field(&field.name);
            other.is_ok_and(|other| other.dtype == field.dtype)
        };
        others.iter().all(same)
    });
    Err(IoError::Schemas {
        options: &["ReadIpc", ""],
        first: first_path.clone(),
        second: second_path.clone(),
        difference: difference.told(beside(first_path, second_path), second_path),
        differing: 1 + differing.count(),
        files: files.len(),
        shared: shared.map(|field| field.name.to_string()).collect(),
    })
}
