//! The files of a data set of text, on their way to a table.

use swath_meta::{Field, Index, Meta};

use super::TextOptions;
use crate::hive::{KeyOptions, Keys, keys_of};
use crate::list::{Wanted, list_files};
use crate::{FileIdentity, FileSet, IoContext, IoError};

/// Files that were listed, and the keys of their folders.
#[derive(Debug)]
pub(crate) struct TextFiles {
    /// Those that the keys do not rule out.
    pub(crate) files: Vec<FileIdentity>,
    /// The first of all.
    pub(crate) first: FileIdentity,
    listed: usize,
    keys: Option<Keys>,
}

impl TextFiles {
    /// Lists the files that options mean.
    pub(crate) fn list(
        options: &TextOptions,
        keys: &KeyOptions<'_>,
        wanted: &Wanted<'_>,
        context: &IoContext,
    ) -> Result<Self, IoError> {
        let own: Vec<&str> = options.file_extension.as_deref().into_iter().collect();
        let extensions = if own.is_empty() {
            wanted.extensions
        } else {
            &own
        };
        let wanted = Wanted {
            extensions,
            ..*wanted
        };
        context.stores.configure(&options.paths, &options.storage)?;
        let mut files = list_files(&options.paths, &wanted, context)?;
        let (listed, first) = (files.len(), files[0].clone());
        // Text records no dtype of a key.
        let recorded = |_: &FileIdentity| Ok(|_: &str| None);
        Ok(Self {
            keys: keys_of(&mut files, keys, recorded, context)?,
            files,
            first,
            listed,
        })
    }

    /// The files that tell of the columns: where none is left, the first all the same.
    pub(crate) fn telling(&self) -> &[FileIdentity] {
        if self.files.is_empty() {
            std::slice::from_ref(&self.first)
        } else {
            &self.files
        }
    }

    /// The columns of a table of files with these: with the keys of their folders, as the options select them.
    ///
    /// # Errors
    /// A column that is not there.
    pub(crate) fn table(&self, options: &TextOptions, fields: &[Field]) -> Result<Meta, IoError> {
        options.table(fields, self.keys.as_ref(), &self.first.path)
    }

    /// The files as that table, each block of bytes a partition.
    ///
    /// # Errors
    /// Files that have a column of the name of that of their paths.
    pub(crate) fn into_set(
        self,
        options: &TextOptions,
        fields: &[Field],
        table: Meta,
        blocks: usize,
    ) -> Result<FileSet, IoError> {
        let columns = Meta::try_new(fields.iter().cloned(), Index::none());
        let columns = columns.map_err(|source| IoError::Meta {
            path: self.first.path,
            source,
        })?;
        let fits = FileSet::fits_of(self.files.len(), &columns, &table, self.keys.as_ref());
        let meta = options.with_path(table, fields)?;
        let (paths, listed) = (&options.paths, self.listed);
        Ok(FileSet::of_blocks(
            paths, self.files, listed, fits, meta, blocks,
        ))
    }
}
