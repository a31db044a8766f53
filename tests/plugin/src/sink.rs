//! A sink, honest and not.

#![expect(
    clippy::disallowed_methods,
    reason = "authors of plugins have the files of the standard library"
)]

use std::fs;
use std::path::{Path, PathBuf};

use swath_plugin::prelude::*;

/// A column of whole numbers as lines of files in a folder: `part.N` when all are whole, hidden until then.
#[derive(Params)]
pub struct Table {
    /// The folder.
    pub folder: String,
    /// The column.
    #[param(default = "z")]
    pub column: String,
    /// What it does, whatever it promised.
    #[param(default = "")]
    pub how: String,
    /// The partition in which it does that.
    #[param(default = 1)]
    pub at: u64,
}

/// A partition while it is written.
pub struct Opened {
    path: PathBuf,
    lines: Vec<String>,
    partition: u64,
}

impl Table {
    fn named(&self, name: &str) -> PathBuf {
        Path::new(&self.folder).join(name)
    }

    /// Whether another attempt at the partition left something.
    fn has_begun(&self, attempt: &Attempt) -> Result<bool> {
        let begins = format!(".{}-{}-", attempt.write(), attempt.partition());
        for file in fs::read_dir(&self.folder)? {
            if file?.file_name().to_string_lossy().starts_with(&begins) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn does(&self, how: &str, partition: u64) -> bool {
        self.how == how && partition == self.at
    }
}

impl Sink for Table {
    const NAME: &'static str = "table";
    type Writing = Opened;
    type Receipt = PathBuf;

    fn bind(&self, input: &Meta) -> Result<()> {
        input.require(&self.column, "int64")?;
        Ok(())
    }

    fn open(&self, attempt: &Attempt, _: &Cx) -> Result<Opened> {
        let partition = attempt.partition() as u64;
        if self.does("error in open", partition) {
            return Err(Error::new("the table is locked"));
        }
        fs::create_dir_all(&self.folder)?;
        let path = match self.how.as_str() {
            "one attempt" => self.named(&format!(".{}-{partition}", attempt.write())),
            _ => self.named(&format!(".{attempt}")),
        };
        let is_first = !self.has_begun(attempt)?;
        fs::write(&path, "")?;
        if self.does("busy once", partition) && is_first {
            fs::write(&path, "what a first attempt left")?;
            return Err(Error::new("the line is busy").retryable());
        }
        Ok(Opened {
            path,
            lines: Vec::new(),
            partition,
        })
    }

    fn push(&self, opened: &mut Opened, rows: Batch, cx: &Cx) -> Result<()> {
        if self.does("error", opened.partition) {
            return Err(Error::new("the disk is full"));
        }
        assert!(!self.does("panic", opened.partition), "no room for chf");
        if self.how == "reserve" {
            drop(cx.reserve(1 << 40)?);
        }
        if self.how == "endless" {
            loop {
                cx.tick()?;
            }
        }
        if self.does("one batch", opened.partition) && !opened.lines.is_empty() {
            return Err(Error::new("one batch is enough"));
        }
        for number in rows.i64(&self.column)?.iter() {
            opened.lines.push(format!("{number:?}"));
        }
        Ok(())
    }

    fn finish(&self, opened: Opened, _: &Cx) -> Result<PathBuf> {
        if self.does("error in finish", opened.partition) {
            return Err(Error::new("the disk is full after all"));
        }
        fs::write(&opened.path, opened.lines.join("\n"))?;
        Ok(opened.path)
    }

    fn commit(&self, write: &str, receipts: Vec<PathBuf>, cx: &Cx) -> Result<()> {
        match self.how.as_str() {
            "error in commit" => return Err(Error::new("somebody was faster")),
            "panic in commit" => panic!("no table"),
            "endless commit" => {
                fs::write(self.named("begun"), "")?;
                loop {
                    cx.tick()?;
                }
            }
            "deaf commit" => {
                fs::write(self.named("begun"), "")?;
                loop {
                    std::thread::sleep(std::time::Duration::from_millis(1));
                }
            }
            "commit although cancelled" => {
                fs::write(self.named("begun"), "")?;
                while cx.check().is_ok() {
                    std::thread::sleep(std::time::Duration::from_millis(1));
                }
                fs::remove_file(self.named("begun"))?;
            }
            "reserve in commit" => drop(cx.reserve(1 << 40)?),
            _ => {}
        }
        for (partition, path) in receipts.iter().enumerate() {
            fs::rename(path, self.named(&format!("part.{partition}")))?;
            if self.how == "exit in commit" {
                std::process::exit(3);
            }
        }
        self.abort(write, cx)
    }

    fn abort(&self, write: &str, _: &Cx) -> Result<()> {
        match self.how.as_str() {
            "error in abort" => return Err(Error::new("it stays")),
            "exit in abort" => std::process::exit(3),
            _ => {}
        }
        let Ok(files) = fs::read_dir(&self.folder) else {
            return Ok(());
        };
        if self.how == "endless commit" {
            fs::remove_file(self.named("begun"))?;
        }
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
