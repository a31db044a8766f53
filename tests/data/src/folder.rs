//! A folder of numbered files: what is whole and of the same recipe stays, the rest is made.
#![expect(
    clippy::disallowed_methods,
    reason = "data are made without swath's own writer; errors carry the path here"
)]

use crate::{
    csv,
    dataset::{Dataset, FileRange},
};
use anyhow::{Context, Result, ensure};
use parquet::{
    arrow::ArrowWriter,
    basic::Compression,
    file::{
        metadata::KeyValue,
        properties::WriterProperties,
        reader::{FileReader, SerializedFileReader},
    },
};
use rayon::prelude::{IntoParallelIterator, ParallelIterator};
use std::{
    fs::{self, File},
    path::{Path, PathBuf},
};

/// Rows of a row group, and so of a batch.
pub(crate) const ROW_GROUP_ROWS: u64 = 262_144;

const RECIPE: &str = "swath-data";

/// What the files of a folder are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// Row groups of 262,144 rows, snappy, page index.
    Parquet,
    /// A line of names, quotes where they are needed, `2025-03-01 23:59:59` for times.
    Csv,
}

impl Form {
    fn extension(self) -> &'static str {
        match self {
            Self::Parquet => "parquet",
            Self::Csv => "csv",
        }
    }
}

/// What writing a folder came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Made {
    /// Files in the folder now.
    pub files: u64,
    /// Those among them that were there already, whole and with these rows.
    pub kept: u64,
    /// Bytes of all files together.
    pub bytes: u64,
}

/// Makes the files `part-000.parquet` …, or `.csv`, of a dataset in a folder, on all cores; files that are there and hold these very rows
/// stay as they are, and numbered files beyond the last one are removed if this package wrote them.
///
/// # Errors
/// When there are no files to make or more than rows, or a file cannot be read, written or renamed. A file that is not finished
/// keeps the name `part-….tmp` and is written over by the next call.
pub fn write(dataset: &dyn Dataset, form: Form, files: u64, folder: &Path) -> Result<Made> {
    ensure!(
        (1..=dataset.rows()).contains(&files),
        "{files} files cannot share {} rows: from one file to one a row",
        dataset.rows()
    );
    fs::create_dir_all(folder)
        .with_context(|| format!("cannot make the folder {}", folder.display()))?;
    let outcomes: Vec<(bool, u64)> = (0..files)
        .into_par_iter()
        .map(|file| {
            let range = FileRange::of(file, files, dataset.rows());
            one(dataset, form, range, folder)
        })
        .collect::<Result<_>>()?;
    remove_others(files, form, folder)?;
    Ok(Made {
        files,
        kept: outcomes.iter().filter(|(kept, _)| *kept).count() as u64,
        bytes: outcomes.iter().map(|(_, bytes)| bytes).sum(),
    })
}

/// Makes one file unless it is there; says whether it was, and its bytes.
fn one(dataset: &dyn Dataset, form: Form, range: FileRange, folder: &Path) -> Result<(bool, u64)> {
    let path = part(folder, form, range.file);
    let recipe = format!("{} file={}/{}", dataset.recipe(), range.file, range.files);
    let kept = recipe_of(&path, form).is_some_and(|found| found == recipe);
    if !kept {
        let unfinished = path.with_extension("tmp");
        let filled = match form {
            Form::Parquet => fill(dataset, range, recipe, &unfinished),
            Form::Csv => csv::fill(dataset, range, &unfinished)
                .and_then(|()| csv::keep_recipe(&path, &unfinished, &recipe)),
        };
        filled.with_context(|| format!("cannot write {}", unfinished.display()))?;
        fs::rename(&unfinished, &path)
            .with_context(|| format!("cannot rename {}", unfinished.display()))?;
    }
    let bytes = fs::metadata(&path)
        .with_context(|| format!("cannot look at {}", path.display()))?
        .len();
    Ok((kept, bytes))
}

fn fill(dataset: &dyn Dataset, range: FileRange, recipe: String, path: &Path) -> Result<()> {
    let properties = WriterProperties::builder()
        .set_compression(Compression::SNAPPY)
        .set_max_row_group_row_count(Some(ROW_GROUP_ROWS as usize))
        .set_key_value_metadata(Some(vec![KeyValue::new(RECIPE.to_owned(), recipe)]))
        .build();
    let mut writer = ArrowWriter::try_new(File::create(path)?, dataset.schema(), Some(properties))?;
    dataset.file(range, &mut |batch| Ok(writer.write(batch)?))?;
    writer.close()?;
    Ok(())
}

fn part(folder: &Path, form: Form, file: u64) -> PathBuf {
    folder.join(format!("part-{file:03}.{}", form.extension()))
}

/// What a file says it was made from; nothing when it is not there, not whole, or not of this package.
fn recipe_of(path: &Path, form: Form) -> Option<String> {
    if form == Form::Csv {
        return csv::recipe_of(path);
    }
    let reader = SerializedFileReader::new(File::open(path).ok()?).ok()?;
    let entries = reader.metadata().file_metadata().key_value_metadata()?;
    entries
        .iter()
        .find(|entry| entry.key == RECIPE)?
        .value
        .clone()
}

/// Removes numbered files beyond the last one that an earlier call with more files left.
fn remove_others(files: u64, form: Form, folder: &Path) -> Result<()> {
    for number in files.. {
        let path = part(folder, form, number);
        if recipe_of(&path, form).is_none() {
            break;
        }
        fs::remove_file(&path).with_context(|| format!("cannot remove {}", path.display()))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{Form, Made, fs, part, recipe_of, write};
    use crate::{G1, Logs, Sales};
    use parquet::{
        basic::{Compression, Encoding},
        file::{
            metadata::RowGroupMetaData,
            reader::{FileReader, SerializedFileReader},
        },
    };
    use std::fs::File;

    #[test]
    fn whole_files_stay_and_others_are_made_anew() {
        let folder = tempfile::tempdir().unwrap();
        let sales = Sales {
            rows: 3_000,
            seed: 1,
        };
        let made = write(&sales, Form::Parquet, 3, folder.path()).unwrap();
        assert_eq!((made.files, made.kept), (3, 0));
        assert_eq!(
            write(&sales, Form::Parquet, 3, folder.path()).unwrap(),
            Made { kept: 3, ..made }
        );

        let broken = part(folder.path(), Form::Parquet, 1);
        fs::write(&broken, "not whole").unwrap();
        let before = fs::metadata(part(folder.path(), Form::Parquet, 0))
            .unwrap()
            .modified()
            .unwrap();
        assert_eq!(
            write(&sales, Form::Parquet, 3, folder.path()).unwrap(),
            Made { kept: 2, ..made }
        );
        assert_eq!(
            fs::metadata(part(folder.path(), Form::Parquet, 0))
                .unwrap()
                .modified()
                .unwrap(),
            before
        );

        assert_eq!(
            write(
                &Sales {
                    rows: 3_000,
                    seed: 2
                },
                Form::Parquet,
                3,
                folder.path()
            )
            .unwrap()
            .kept,
            0
        );
    }

    #[test]
    fn files_beyond_the_last_go_if_they_were_made_here() {
        let folder = tempfile::tempdir().unwrap();
        write(&G1 { rows: 500, seed: 1 }, Form::Parquet, 5, folder.path()).unwrap();
        write(&G1 { rows: 500, seed: 1 }, Form::Parquet, 2, folder.path()).unwrap();
        assert!(recipe_of(&part(folder.path(), Form::Parquet, 1), Form::Parquet).is_some());
        assert!(
            !part(folder.path(), Form::Parquet, 2).exists()
                && !part(folder.path(), Form::Parquet, 4).exists()
        );
    }

    #[test]
    fn files_are_laid_out_as_promised() {
        let folder = tempfile::tempdir().unwrap();
        write(
            &Sales {
                rows: 300_000,
                seed: 1,
            },
            Form::Parquet,
            1,
            folder.path(),
        )
        .unwrap();
        let file = File::open(part(folder.path(), Form::Parquet, 0)).unwrap();
        let reader = SerializedFileReader::new(file).unwrap();
        let groups = reader.metadata().row_groups();
        assert_eq!(
            groups
                .iter()
                .map(RowGroupMetaData::num_rows)
                .collect::<Vec<_>>(),
            [262_144, 37_856]
        );
        for (name, is_dictionary) in [
            ("region", true),
            ("category", true),
            ("quantity", true),
            ("order_id", false),
        ] {
            let column = groups[0]
                .columns()
                .iter()
                .find(|c| c.column_path().string() == name)
                .unwrap();
            // A dictionary that grows too large is given up, and plain pages follow it.
            let encodings = column.page_encoding_stats_mask().unwrap();
            let has_plain_pages = encodings.is_set(Encoding::PLAIN);
            assert_eq!(has_plain_pages, !is_dictionary, "{name}");
            assert!(column.column_index_offset().is_some() && column.statistics().is_some());
            assert_eq!(column.compression(), Compression::SNAPPY);
        }
    }

    #[test]
    fn text_is_kept_while_it_is_whole_and_of_the_same_recipe() {
        let folder = tempfile::tempdir().unwrap();
        let logs = |seed| Logs { rows: 1_000, seed };
        let made = write(&logs(1), Form::Csv, 2, folder.path()).unwrap();
        let again = write(&logs(1), Form::Csv, 2, folder.path()).unwrap();
        assert_eq!(again, Made { kept: 2, ..made });
        let text = fs::read_to_string(part(folder.path(), Form::Csv, 0)).unwrap();
        assert!(text.starts_with("date,status,user_id,level,message,latency\n2025-03-01 "));
        assert_eq!(text.lines().count(), 501);
        assert!(text.contains("\"\"name\"\" missing\""));
        fs::write(part(folder.path(), Form::Csv, 0), &text[..100]).unwrap();
        assert_eq!(
            write(&logs(1), Form::Csv, 2, folder.path()).unwrap(),
            Made { kept: 1, ..made }
        );
        assert_eq!(
            write(&logs(2), Form::Csv, 2, folder.path()).unwrap().kept,
            0
        );
        write(&logs(2), Form::Csv, 1, folder.path()).unwrap();
        assert!(!part(folder.path(), Form::Csv, 1).exists());
    }

    #[test]
    fn more_files_than_rows_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        for files in [0, 11] {
            assert!(
                write(
                    &G1 { rows: 10, seed: 1 },
                    Form::Parquet,
                    files,
                    folder.path()
                )
                .is_err()
            );
        }
    }
}
