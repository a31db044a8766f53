//! From what a user names to the files it means.

use globset::{GlobBuilder, GlobMatcher};
use std::path::{Component, Path, PathBuf};

use crate::{FileIdentity, IoContext, IoError, local, store};

/// The files that `paths` name, each once, in the order of the list and by name within a folder or glob.
///
/// A path is a file, a folder (its files of one of `extensions`, and those of folders in it) or a glob (`*`, `?`,
/// `[ab]`, `{a,b}`, `**`). Names that begin with `.` or `_` are passed over in folders and globs. A file that exists under
/// the very name of a glob is that file.
///
/// # Errors
/// [`IoError::NoMatch`] for a path that names no file, with the part of it that exists.
pub(crate) fn list_files(
    paths: &[String],
    extensions: &[&str],
    context: &IoContext,
) -> Result<Vec<FileIdentity>, IoError> {
    let mut files: Vec<FileIdentity> = Vec::new();
    let mut seen = std::collections::HashSet::new();
    for path in paths {
        context.cancel.check()?;
        let found = match store::scheme(path) {
            None | Some("file") => {
                list_local(path.strip_prefix("file://").unwrap_or(path), extensions)?
            }
            Some(_) => context.stores.list(path, extensions)?,
        };
        files.extend(
            found
                .into_iter()
                .filter(|file| seen.insert(file.path.clone())),
        );
    }
    if files.is_empty() {
        return Err(IoError::NoMatch {
            pattern: paths.join(", "),
            found: None,
        });
    }
    Ok(files)
}

fn list_local(pattern: &str, extensions: &[&str]) -> Result<Vec<FileIdentity>, IoError> {
    let path = Path::new(pattern);
    let mut found = Vec::new();
    if local::is_folder(path) {
        walk(path, &mut |file| {
            if has_extension(file, extensions) {
                found.push(file.to_owned());
            }
        })?;
    } else if !is_glob(pattern) || path.exists() {
        return match local::identity(path) {
            Err(error) if error.is_not_found() => Err(no_match(pattern)),
            file => file.map(|file| vec![file]),
        };
    } else {
        let matcher = glob(pattern)?;
        let root = fixed_part(path);
        if local::is_folder(&root) {
            walk(&root, &mut |file| {
                if matcher.is_match(file) {
                    found.push(file.to_owned());
                }
            })?;
        }
    }
    if found.is_empty() {
        return Err(no_match(pattern));
    }
    found.sort();
    found.iter().map(|file| local::identity(file)).collect()
}

/// Whether a text holds what only a glob has.
pub(crate) fn is_glob(text: &str) -> bool {
    text.contains(['*', '?', '[', '{'])
}

/// The matcher of a glob, whose `*` stays within a folder.
pub(crate) fn glob(pattern: &str) -> Result<GlobMatcher, IoError> {
    GlobBuilder::new(pattern)
        .literal_separator(true)
        .build()
        .map(|glob| glob.compile_matcher())
        .map_err(|error| IoError::Pattern {
            pattern: pattern.to_owned(),
            reason: error.kind().to_string(),
        })
}

/// Whether a name ends as files of the format do.
pub(crate) fn has_extension(path: &Path, extensions: &[&str]) -> bool {
    let name = path
        .file_name()
        .map(|name| name.to_string_lossy().to_lowercase())
        .unwrap_or_default();
    extensions
        .iter()
        .any(|extension| name.ends_with(&format!(".{}", extension.trim_start_matches('.'))))
}

/// Whether a name marks a file that belongs to a program, not to the data.
pub(crate) fn is_hidden(path: &Path) -> bool {
    path.file_name()
        .is_some_and(|name| name.to_string_lossy().starts_with(['.', '_']))
}

/// The folder above the first component with a wildcard.
fn fixed_part(pattern: &Path) -> PathBuf {
    let fixed: PathBuf = pattern
        .components()
        .take_while(|component| match component {
            Component::Normal(name) => !is_glob(&name.to_string_lossy()),
            _ => true,
        })
        .collect();
    if fixed.as_os_str().is_empty() {
        PathBuf::from(".")
    } else {
        fixed
    }
}

fn walk(folder: &Path, file: &mut dyn FnMut(&Path)) -> Result<(), IoError> {
    // A stack of its own: folders nest as deep as someone makes them.
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for (path, is_folder) in local::entries(&folder)? {
            // `./a` and `a` are one path to a pattern.
            let path = path.strip_prefix(".").map_or(path.clone(), Path::to_owned);
            if is_hidden(&path) {
                continue;
            }
            if is_folder {
                folders.push(path);
            } else {
                file(&path);
            }
        }
    }
    Ok(())
}

fn no_match(pattern: &str) -> IoError {
    let path = Path::new(pattern);
    let exists = path
        .ancestors()
        .skip(1)
        .find(|folder| !folder.as_os_str().is_empty() && local::is_folder(folder));
    let folder = if local::is_folder(path) {
        Some(path)
    } else {
        exists
    };
    let found = match folder {
        Some(folder) => {
            let entries = local::entries(folder).unwrap_or_default();
            let files = entries
                .iter()
                .filter(|(path, folder)| !folder && !is_hidden(path))
                .count();
            Some(format!(
                "the folder `{}` exists and has {files} files",
                folder.display()
            ))
        }
        None if path.is_relative() => Some("nothing of it exists under the working folder".into()),
        None => None,
    };
    IoError::NoMatch {
        pattern: pattern.to_owned(),
        found,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::FooterCache;
    use std::sync::Arc;
    use swath_memory::CancelToken;

    fn context() -> IoContext {
        IoContext::new(CancelToken::new(), Arc::new(FooterCache::default()))
    }

    #[expect(clippy::disallowed_methods, reason = "a test makes its own files")]
    fn folder() -> tempfile::TempDir {
        let folder = tempfile::tempdir().expect("a folder");
        for name in [
            "b.parquet",
            "a.parquet",
            "a [1].parquet",
            "notes.txt",
            ".hidden.parquet",
            "_SUCCESS",
        ] {
            std::fs::write(folder.path().join(name), b"x").expect("a file");
        }
        std::fs::create_dir_all(folder.path().join("year=2024/day=1")).expect("folders");
        std::fs::write(folder.path().join("year=2024/day=1/c.parquet"), b"x").expect("a file");
        folder
    }

    #[track_caller]
    fn check(folder: &Path, patterns: &[&str], expected: &[&str]) {
        let patterns: Vec<String> = patterns
            .iter()
            .map(|pattern| format!("{}/{pattern}", folder.display()))
            .collect();
        let found = list_files(&patterns, &["parquet"], &context()).expect("files");
        let found: Vec<&str> = found
            .iter()
            .map(|file| {
                Path::new(&file.path)
                    .strip_prefix(folder)
                    .expect("in the folder")
                    .to_str()
                    .expect("text")
            })
            .collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn files_folders_and_globs_are_listed_in_order() {
        let folder = folder();
        let folder = folder.path();
        check(folder, &["b.parquet"], &["b.parquet"]);
        check(folder, &["notes.txt"], &["notes.txt"]);
        check(
            folder,
            &[""],
            &[
                "a [1].parquet",
                "a.parquet",
                "b.parquet",
                "year=2024/day=1/c.parquet",
            ],
        );
        check(
            folder,
            &["*.parquet"],
            &["a [1].parquet", "a.parquet", "b.parquet"],
        );
        check(folder, &["?.parquet"], &["a.parquet", "b.parquet"]);
        check(folder, &["{b,a}.parquet"], &["a.parquet", "b.parquet"]);
        check(folder, &["**/c.parquet"], &["year=2024/day=1/c.parquet"]);
    }

    #[test]
    fn a_list_keeps_its_order_and_names_each_file_once() {
        let folder = folder();
        check(
            folder.path(),
            &["b.parquet", "*.parquet"],
            &["b.parquet", "a [1].parquet", "a.parquet"],
        );
        check(folder.path(), &["a [1].parquet"], &["a [1].parquet"]);
    }

    #[test]
    fn what_is_not_there_is_told_with_what_is() {
        let folder = folder();
        let error = |pattern: &str| {
            let pattern = format!("{}/{pattern}", folder.path().display());
            let error =
                list_files(&[pattern], &["parquet"], &context()).expect_err("nothing there");
            assert!(error.is_not_found() || matches!(error, IoError::Pattern { .. }));
            error
                .to_string()
                .replace(&folder.path().display().to_string(), "DATA")
        };
        insta::assert_snapshot!(error("x*.parquet"), @"no file matches `DATA/x*.parquet`; the folder `DATA` exists and has 4 files");
        insta::assert_snapshot!(error("no/such/folder/*.parquet"), @"no file matches `DATA/no/such/folder/*.parquet`; the folder `DATA` exists and has 4 files");
        insta::assert_snapshot!(error("no.parquet"), @"no file matches `DATA/no.parquet`; the folder `DATA` exists and has 4 files");
        insta::assert_snapshot!(error("{a"), @"`DATA/{a` is not a pattern for file names: unclosed alternate group; missing '}' (maybe escape '{' with '[{]'?)");
        let empty = tempfile::tempdir().expect("a folder");
        let path = empty.path().display().to_string();
        let error = list_files(std::slice::from_ref(&path), &["parquet"], &context())
            .expect_err("nothing there");
        insta::assert_snapshot!(error.to_string().replace(&path, "DATA"), @"no file matches `DATA`; the folder `DATA` exists and has 0 files");
        insta::assert_snapshot!(list_files(&[], &["parquet"], &context()).expect_err("nothing asked"), @"no file matches ``");
        insta::assert_snapshot!(list_files(&["s3://bucket/x".into()], &["parquet"], &context()).expect_err("no store"), @"`s3://bucket/x` needs a store for `s3://`, and none is registered; `Stores::register` adds one");
    }
}
