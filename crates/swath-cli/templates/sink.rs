//! {{name}}: sinks for swath, each used by `write`.

use std::io::Write;
use std::path::{self, Path, PathBuf};
use std::{fs, io};

use swath_plugin::{log, prelude::*};

/// Texts as the files of a folder: one a partition, a line for each row. The folder is replaced as a whole when all files are.
///
/// Files are made beside it, in a folder with the name of the write, each under the name of its attempt. Only what receipts name
/// becomes a part of the write: what attempts left that did not count is cleared away with the rest.
#[derive(Params)]
pub struct Lines {
    /// The folder, which is made, or replaced.
    pub folder: String,
    /// The column of texts.
    pub column: String,
}

impl Lines {
    fn folder(&self) -> io::Result<PathBuf> {
        path::absolute(&self.folder)
    }

    /// Where a write is until it is seen, and what was there before it until that is gone: beside the folder, on the same disk.
    fn beside(&self, write: &str, what: &str) -> io::Result<PathBuf> {
        let mut beside = self.folder()?.into_os_string();
        beside.push(format!(".{write}{what}"));
        Ok(beside.into())
    }
}

impl Sink for Lines {
    const NAME: &'static str = "lines";
    const EXAMPLE: Option<Example> = Some(Example {
        params: r#"{"folder":"target/lines","column":"line"}"#,
        input: "line: string?",
    });

    type Writing = (String, io::BufWriter<fs::File>);
    /// The name of the file.
    type Receipt = String;

    fn bind(&self, input: &Meta) -> Result<()> {
        input.require(&self.column, "string")?;
        if Path::new(&self.folder).file_name().is_none() {
            return Err(Error::new(format!("`{}` names no folder", self.folder)));
        }
        Ok(())
    }

    fn open(&self, attempt: &Attempt, _: &Cx) -> Result<Self::Writing> {
        let hidden = self.beside(attempt.write(), "")?;
        fs::create_dir_all(&hidden)?;
        // Another attempt at the partition may be under way: each has a file of its own.
        let name = attempt.to_string();
        let file = fs::File::create(hidden.join(&name))?;
        Ok((name, io::BufWriter::new(file)))
    }

    fn push(&self, (_, file): &mut Self::Writing, rows: Batch, cx: &Cx) -> Result<()> {
        for line in rows.str(&self.column)?.iter() {
            cx.tick()?;
            writeln!(file, "{}", line.unwrap_or_default())?;
        }
        Ok(())
    }

    fn finish(&self, (name, file): Self::Writing, _: &Cx) -> Result<String> {
        // On the disk before anybody is told of it.
        file.into_inner()?.sync_all()?;
        Ok(name)
    }

    fn commit(&self, write: &str, receipts: Vec<String>, cx: &Cx) -> Result<()> {
        let hidden = self.beside(write, "")?;
        for (partition, name) in receipts.iter().enumerate() {
            fs::rename(
                hidden.join(name),
                hidden.join(format!("part.{partition}.txt")),
            )?;
        }
        // What is left bears the name of an attempt that does not count.
        for file in fs::read_dir(&hidden)? {
            let file = file?;
            if file.file_name().to_string_lossy().starts_with(write) {
                fs::remove_file(file.path())?;
            }
        }
        synced(&hidden)?;
        // The last look: what follows is not undone.
        cx.check()?;
        replace(&self.folder()?, &hidden, &self.beside(write, ".old")?)
    }

    fn abort(&self, write: &str, _: &Cx) -> Result<()> {
        removed(&self.beside(write, "")?)
    }
}

/// Puts a folder in the place of another, which may not be there. Who looks meanwhile finds the old files, for a moment none, then the new
/// ones, and never some of both.
fn replace(folder: &Path, new: &Path, old: &Path) -> Result<()> {
    let was_there = match fs::rename(folder, old) {
        Ok(()) => true,
        Err(error) if error.kind() == io::ErrorKind::NotFound => false,
        Err(error) => return Err(error.into()),
    };
    if let Err(error) = fs::rename(new, folder) {
        if was_there {
            fs::rename(old, folder)?;
        }
        return Err(error.into());
    }
    // It is seen: nothing that goes wrong from here on makes it fail.
    let cleared = folder.parent().map_or(Ok(()), synced);
    if let Err(error) = cleared.and_then(|()| removed(old)) {
        log::warn!("{} is written, and: {error}", folder.display());
    }
    Ok(())
}

/// What a folder lists is on the disk.
fn synced(folder: &Path) -> Result<()> {
    Ok(fs::File::open(folder)?.sync_all()?)
}

/// A folder is gone, if it was there.
fn removed(folder: &Path) -> Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error.into()),
        _ => Ok(()),
    }
}

// What the library exports. A function that is not listed here is an ordinary one.
plugin! { functions: [Lines] }

#[cfg(test)]
mod tests {
    use super::*;

    /// A folder for a test, of which the sink writes `lines`.
    fn scene(name: &str) -> Result<(PathBuf, impl Fn(&str) -> Lines)> {
        let folder = std::env::temp_dir().join(format!("{{name}}-{name}-{}", std::process::id()));
        fs::create_dir_all(&folder)?;
        let lines = folder.join("lines").to_string_lossy().into_owned();
        let sink = move |column: &str| Lines {
            folder: lines.clone(),
            column: column.into(),
        };
        Ok((folder, sink))
    }

    fn names(folder: &Path) -> Result<Vec<String>> {
        let mut names = Vec::new();
        for file in fs::read_dir(folder)? {
            names.push(file?.file_name().to_string_lossy().into_owned());
        }
        names.sort();
        Ok(names)
    }

    #[test]
    fn each_partition_is_a_file() -> Result<()> {
        let (folder, sink) = scene("files")?;
        let parts = [
            Batch::from_csv("a\none\ntwo\n")?,
            Batch::from_csv("a\nthree\n")?,
        ];
        testing::write(sink("a"), &parts)?;
        let lines = folder.join("lines");
        assert_eq!(fs::read_to_string(lines.join("part.0.txt"))?, "one\ntwo\n");
        assert_eq!(names(&lines)?, ["part.0.txt", "part.1.txt"]);
        // A write of fewer partitions leaves none of the others.
        testing::write(sink("a"), &parts[1..])?;
        assert_eq!(fs::read_to_string(lines.join("part.0.txt"))?, "three\n");
        assert_eq!(names(&lines)?, ["part.0.txt"]);
        assert_eq!(names(&folder)?, ["lines"]);
        Ok(fs::remove_dir_all(&folder)?)
    }

    #[test]
    fn one_attempt_at_a_partition_counts() -> Result<()> {
        let (folder, sink) = scene("attempts")?;
        let parts = [Batch::from_csv("a\none\n")?, Batch::from_csv("a\ntwo\n")?];
        testing::write_retried(sink("a"), &parts)?;
        let lines = folder.join("lines");
        assert_eq!(names(&lines)?, ["part.0.txt", "part.1.txt"]);
        assert_eq!(fs::read_to_string(lines.join("part.1.txt"))?, "two\n");
        assert_eq!(names(&folder)?, ["lines"]);
        Ok(fs::remove_dir_all(&folder)?)
    }

    #[test]
    fn what_fails_leaves_what_was_there() -> Result<()> {
        let (folder, sink) = scene("aborted")?;
        let one = Batch::from_csv("a\none\n")?;
        testing::write(sink("a"), std::slice::from_ref(&one))?;
        let error = testing::write(sink("b"), &[one]).expect_err("there is no such column");
        assert!(error.to_string().contains("`b`"), "{error}");
        // A partition is written, and the write is given up.
        let cut_off = testing::write(
            sink("a"),
            &[Batch::from_csv("a\ntwo\n")?, Batch::from_csv("b\n3\n")?],
        );
        assert!(cut_off.is_err());
        let lines = folder.join("lines");
        assert_eq!(fs::read_to_string(lines.join("part.0.txt"))?, "one\n");
        assert_eq!(names(&folder)?, ["lines"]);
        Ok(fs::remove_dir_all(&folder)?)
    }
}
