//! What the commands ask of the file system.

#![expect(
    clippy::disallowed_methods,
    reason = "files of a project are read and written here, and errors carry the path"
)]

use std::fs;
use std::io;
use std::path::{Component, Path, PathBuf};

use crate::Error;

fn cannot(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Error {
    let path = path.to_owned();
    move |source| Error::Disk {
        action,
        path,
        source,
    }
}

/// The text of a file; `None` where there is none.
pub(crate) fn read(path: &Path) -> Result<Option<String>, Error> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(cannot("read", path)(error)),
    }
}

/// Puts a text into a file, there as a whole or as it was.
pub(crate) fn write(path: &Path, text: &str) -> Result<(), Error> {
    // A link stays one: what is replaced is the file that it leads to.
    let path = &fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}.new", std::process::id()));
    let new = path.with_file_name(name);
    let written = fs::write(&new, text)
        .and_then(|()| match fs::metadata(path) {
            Ok(old) => fs::set_permissions(&new, old.permissions()),
            Err(_) => Ok(()),
        })
        .and_then(|()| fs::rename(&new, path));
    if written.is_err() {
        // What matters is why it could not be written.
        let _ = fs::remove_file(&new);
    }
    written.map_err(cannot("write", path))
}

/// Makes a folder and those above it.
pub(crate) fn make_folder(path: &Path) -> Result<(), Error> {
    fs::create_dir_all(path).map_err(cannot("make", path))
}

/// Whether nothing is there, or a folder without anything in it.
pub(crate) fn is_free(path: &Path) -> Result<bool, Error> {
    match fs::read_dir(path) {
        Ok(mut entries) => Ok(entries.next().is_none()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::NotADirectory => Ok(false),
        Err(error) => Err(cannot("look into", path)(error)),
    }
}

/// The one path of what is there: absolute, without links, `.` and `..`.
pub(crate) fn canonical(path: &Path) -> Result<PathBuf, Error> {
    fs::canonicalize(path).map_err(cannot("find", path))
}

/// The way from a folder to a file, both as [`canonical`] gives them.
pub(crate) fn relative(folder: &Path, file: &Path) -> PathBuf {
    let (mut from, mut to) = (folder.components().peekable(), file.components().peekable());
    while from.peek().is_some() && from.peek() == to.peek() {
        from.next();
        to.next();
    }
    from.map(|_| Component::ParentDir).chain(to).collect()
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{is_free, read, relative, write};

    #[test]
    fn ways_between_paths() {
        for (folder, file, expected) in [
            ("/a", "/a/b/c.so", "b/c.so"),
            ("/a/b", "/a/c.so", "../c.so"),
            ("/a/b/c", "/d/e.so", "../../../d/e.so"),
            ("/", "/e.so", "e.so"),
        ] {
            let way = relative(Path::new(folder), Path::new(file));
            assert_eq!(way, Path::new(expected), "{folder} {file}");
        }
    }

    #[test]
    fn a_file_is_replaced_as_a_whole() {
        let folder = tempfile::tempdir().expect("a folder");
        let (file, link) = (folder.path().join("a"), folder.path().join("b"));
        assert_eq!(read(&file).expect("no file"), None);
        assert!(is_free(folder.path()).expect("a folder"));
        write(&file, "1").expect("a file");
        std::os::unix::fs::symlink(&file, &link).expect("a link");
        write(&link, "2").expect("a file");
        assert_eq!(read(&file).expect("a file").as_deref(), Some("2"));
        assert!(!is_free(folder.path()).expect("a folder"));
        assert_eq!(
            folder.path().read_dir().expect("a folder").count(),
            2,
            "nothing is left over"
        );
    }
}
