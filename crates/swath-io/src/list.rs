//! From what a user names to the files it means.

use globset::{GlobBuilder, GlobMatcher};
use std::path::{Component, Path, PathBuf};

use crate::folder::is_publishing;
use crate::missing::{no_match, none_ends, not_there};
use crate::natural::natural_order;
use crate::{FileIdentity, IoContext, IoError, local, store};

/// What files are listed for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Wanted<'a> {
    /// The call that a user made.
    pub(crate) verb: &'static str,
    /// What names of files in a folder end with.
    pub(crate) extensions: &'a [&'a str],
    /// The option that says otherwise.
    pub(crate) option: &'static str,
}

/// The files that `paths` name, each once, in the order of the list and by name within a folder or glob, numbers in names as
/// numbers.
///
/// A path is a file, a folder (its files of the wanted extensions, and those of folders in it) or a glob (`*`, `?`,
/// `[ab]`, `{a,b}`, `**`). Names that begin with `.` or `_` are passed over in folders and globs. A file that exists under
/// the very name of a glob is that file.
///
/// # Errors
/// [`IoError::NoPath`]; [`IoError::NotThere`], [`IoError::NoMatch`] or [`IoError::NoneEnds`] for a path that names no file,
/// with what is there instead.
pub(crate) fn list_files(
    paths: &[String],
    wanted: &Wanted<'_>,
    context: &IoContext,
) -> Result<Vec<FileIdentity>, IoError> {
    if paths.is_empty() {
        return Err(IoError::NoPath { verb: wanted.verb });
    }
    let mut files: Vec<FileIdentity> = Vec::new();
    let mut seen = std::collections::HashSet::new();
    for path in paths {
        context.cancel.check()?;
        let found = match store::scheme(path) {
            None | Some("file") => {
                list_local(path.strip_prefix("file://").unwrap_or(path), wanted)?
            }
            Some(_) => context.stores.locate(path)?.list(wanted, &context.cancel)?,
        };
        files.extend(
            found
                .into_iter()
                .filter(|file| seen.insert(file.path.clone())),
        );
    }
    Ok(files)
}

fn list_local(pattern: &str, wanted: &Wanted<'_>) -> Result<Vec<FileIdentity>, IoError> {
    let path = Path::new(pattern);
    let mut found = Vec::new();
    if local::is_folder(path) {
        let mut others = Vec::new();
        let hidden = walk(path, &mut |file| {
            let ends = has_extension(file, wanted.extensions);
            let files = if ends { &mut found } else { &mut others };
            files.push(file.to_owned());
        })?;
        if found.is_empty() {
            return Err(none_ends(path, &others, hidden, wanted));
        }
    } else if !is_glob(pattern) || path.exists() {
        return match local::identity(path) {
            Err(IoError::File { .. }) if !path.exists() => Err(not_there(path)),
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
        if found.is_empty() {
            return Err(no_match(pattern, &root));
        }
    }
    found.sort_by(|left, right| natural_order(&left.to_string_lossy(), &right.to_string_lossy()));
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
        .is_some_and(|name| starts_hidden(&name.to_string_lossy()))
}

/// Whether one part of a path marks what belongs to a program.
pub(crate) fn starts_hidden(name: &str) -> bool {
    name.starts_with(['.', '_'])
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

/// Visits the files in a folder and in folders in it; returns how many files and folders it passed over.
fn walk(folder: &Path, file: &mut dyn FnMut(&Path)) -> Result<usize, IoError> {
    // A stack of its own: folders nest as deep as someone makes them.
    let mut folders = vec![folder.to_owned()];
    let mut hidden = 0;
    while let Some(folder) = folders.pop() {
        for (path, is_folder) in local::entries(&folder)? {
            if is_publishing(&path) {
                return Err(IoError::Publishing {
                    path: folder.display().to_string(),
                });
            }
            // `./a` and `a` are one path to a pattern.
            let path = path.strip_prefix(".").map_or(path.clone(), Path::to_owned);
            if is_hidden(&path) {
                hidden += 1;
            } else if is_folder {
                folders.push(path);
            } else {
                file(&path);
            }
        }
    }
    Ok(hidden)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::FooterCache;
    use std::sync::Arc;
    use swath_memory::CancelToken;

    const WANTED: Wanted<'_> = Wanted {
        verb: "read_parquet",
        extensions: &["parquet", "parq"],
        option: "ReadParquet::file_extension",
    };

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
        for name in ["year=2024/day=1", "texts", "marks"] {
            std::fs::create_dir_all(folder.path().join(name)).expect("folders");
        }
        for name in ["year=2024/day=1/c.parquet", "texts/a.txt", "marks/_SUCCESS"] {
            std::fs::write(folder.path().join(name), b"x").expect("a file");
        }
        folder
    }

    #[track_caller]
    fn check(folder: &Path, patterns: &[&str], expected: &[&str]) {
        let patterns: Vec<String> = patterns
            .iter()
            .map(|pattern| format!("{}/{pattern}", folder.display()))
            .collect();
        let found = list_files(&patterns, &WANTED, &context()).expect("files");
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
        let told = |pattern: &str| {
            let pattern = format!("{}/{pattern}", folder.path().display());
            let error = list_files(&[pattern], &WANTED, &context()).expect_err("nothing there");
            assert!(error.is_not_found() || matches!(error, IoError::Pattern { .. }));
            format!("{error}\n  {}", error.fix().expect("what to do"))
                .replace(&folder.path().display().to_string(), "DATA")
        };
        let cases = [
            "x*.parquet",
            "year=2023/*.parquet",
            "no/such/folder/*.parquet",
            "c.parquet",
            "year=2023/day=1",
            "text",
            "others",
            "others/a.parquet",
            "notes.txt/a.parquet",
            "texts",
            "marks",
            "{a",
        ];
        insta::assert_snapshot!(cases.map(told).join("\n"), @r#"
        no file matches `DATA/x*.parquet`
          check the pattern; `DATA` has `a [1].parquet`, `a.parquet`, `b.parquet` and 4 more; a pattern may have `*`, `?`, `[…]`, `{a,b}` and `**`
        no file matches `DATA/year=2023/*.parquet`: there is no folder `DATA/year=2023`
          did you mean `DATA/year=2024`?
        no file matches `DATA/no/such/folder/*.parquet`: there is no folder `DATA/no/such/folder`
          check the pattern; `DATA` has `a [1].parquet`, `a.parquet`, `b.parquet` and 4 more; a pattern may have `*`, `?`, `[…]`, `{a,b}` and `**`
        there is no file or folder `DATA/c.parquet`
          did you mean `DATA/a.parquet`?
        there is no file or folder `DATA/year=2023/day=1`: `DATA` has no `year=2023`
          did you mean `DATA/year=2024/day=1`?
        there is no file or folder `DATA/text`
          did you mean `DATA/texts`?
        there is no file or folder `DATA/others`
          check the path; `DATA` has `a [1].parquet`, `a.parquet`, `b.parquet` and 4 more
        there is no file or folder `DATA/others/a.parquet`: `DATA` has no `others`
          check the path; `DATA` has `a [1].parquet`, `a.parquet`, `b.parquet` and 4 more
        there is no file or folder `DATA/notes.txt/a.parquet`: `DATA/notes.txt` is a file
          check the path
        `DATA/texts` has 1 file, and none ends in .parquet or .parq
          if these are the files, say so with `ReadParquet::file_extension("txt")`
        `DATA/marks` has no files but 1 whose names begin with `.` or `_`, which are passed over
          check the path, or write the files first
        `DATA/{a` is not a pattern for file names: unclosed alternate group; missing '}' (maybe escape '{' with '[{]'?)
          write a bracket that belongs to the name in brackets, as in `[[]`
        "#);
        let empty = tempfile::tempdir().expect("a folder");
        let path = empty.path().display().to_string();
        let error = list_files(std::slice::from_ref(&path), &WANTED, &context())
            .expect_err("nothing there");
        insta::assert_snapshot!(error.to_string().replace(&path, "DATA"), @"`DATA` has no files");
        let error = list_files(&[], &WANTED, &context()).expect_err("nothing asked");
        insta::assert_snapshot!(format!("{error}\n  {}", error.fix().expect("what to do")), @r#"
        `read_parquet` was given no path
          name a file, a folder or a pattern, as in `read_parquet("sales/")`
        "#);
        let store = list_files(&["ftp://host/x".into()], &WANTED, &context());
        let error = store.expect_err("no store");
        insta::assert_snapshot!(error, @"`ftp://host/x` is in the store `ftp://host`, which this session does not have");
    }
}
