//! {{name}}: sinks for swath, each used by `write`.

use std::io::Write;
use std::{fs, io, path};

use swath_plugin::prelude::*;

/// Texts as files of a folder: one a partition, a line for each row. The files get their names when all of them are whole.
#[derive(Params)]
pub struct Lines {
    /// The folder, which is made.
    pub folder: String,
    /// The column of texts.
    pub column: String,
}

impl Lines {
    /// Where a partition is until all are whole: files of a write are known by its name.
    fn hidden(&self, write: &str, cx: &Cx) -> path::PathBuf {
        // Another attempt at a partition may be under way: each has a file of its own.
        let attempt = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
        let attempt = attempt.map_or(0, |since| since.as_nanos());
        let partition = cx.partition().number();
        path::Path::new(&self.folder).join(format!(".{write}-{partition}-{attempt}"))
    }
}

impl Sink for Lines {
    const NAME: &'static str = "lines";
    const EXAMPLE: Option<Example> = Some(Example {
        params: r#"{"folder":"target/lines","column":"line"}"#,
        input: "line: string?",
    });

    type Writing = (path::PathBuf, io::BufWriter<fs::File>);
    /// The file.
    type Receipt = path::PathBuf;

    fn bind(&self, input: &Meta) -> Result<()> {
        input.require(&self.column, "string")?;
        Ok(())
    }

    fn open(&self, write: &str, cx: &Cx) -> Result<Self::Writing> {
        fs::create_dir_all(&self.folder)?;
        let path = self.hidden(write, cx);
        let file = fs::File::create_new(&path)?;
        Ok((path, io::BufWriter::new(file)))
    }

    fn push(&self, (_, file): &mut Self::Writing, rows: Batch, cx: &Cx) -> Result<()> {
        for line in rows.str(&self.column)?.iter() {
            cx.tick()?;
            writeln!(file, "{}", line.unwrap_or_default())?;
        }
        Ok(())
    }

    fn finish(&self, (path, file): Self::Writing, _: &Cx) -> Result<path::PathBuf> {
        file.into_inner()?.sync_all()?;
        Ok(path)
    }

    fn commit(&self, write: &str, receipts: Vec<path::PathBuf>, cx: &Cx) -> Result<()> {
        for (partition, hidden) in receipts.iter().enumerate() {
            let path = path::Path::new(&self.folder).join(format!("part.{partition}.txt"));
            fs::rename(hidden, path)?;
        }
        // What attempts left that did not count.
        self.abort(write, cx)
    }

    fn abort(&self, write: &str, _: &Cx) -> Result<()> {
        let Ok(files) = fs::read_dir(&self.folder) else {
            return Ok(()); // it had not begun
        };
        let begins = format!(".{write}-");
        for file in files {
            let file = file?;
            if file.file_name().to_string_lossy().starts_with(&begins) {
                fs::remove_file(file.path())?;
            }
        }
        Ok(())
    }
}

// What the library exports. A function that is not listed here is an ordinary one.
plugin! { functions: [Lines] }

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_partition_is_a_file() -> Result<()> {
        let folder = std::env::temp_dir().join(format!("{{name}}-lines-{}", std::process::id()));
        let lines = |column: &str| Lines {
            folder: folder.to_string_lossy().into_owned(),
            column: column.into(),
        };
        let parts = [
            Batch::from_csv("a\none\ntwo\n")?,
            Batch::from_csv("a\nthree\n")?,
        ];
        testing::write(lines("a"), &parts)?;
        let text = fs::read_to_string(folder.join("part.0.txt"))?;
        let files = fs::read_dir(&folder)?.count();
        fs::remove_dir_all(&folder)?;
        assert_eq!((text.as_str(), files), ("one\ntwo\n", 2));
        let error = testing::write(lines("b"), &parts).expect_err("there is no such column");
        assert!(error.to_string().contains("`b`"), "{error}");
        Ok(())
    }
}
