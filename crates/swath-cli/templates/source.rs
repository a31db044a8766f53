//! {{name}}: sources for swath, each used by `read`.

use std::io::{BufRead, Read};
use std::time::UNIX_EPOCH;
use std::{fs, io, path};

use swath_plugin::prelude::*;

/// The lines of the files of a folder that end in `.log`: a partition for each file, a row for each line.
#[derive(Params)]
pub struct Lines {
    /// The folder.
    pub folder: String,
}

/// A file as it was when it was listed: its path, how many bytes it had, and when it was changed, in nanoseconds since 1970. One that
/// has changed is another partition.
type Listed = (String, u64, u64);

fn listed(path: String, about: &fs::Metadata) -> Result<Listed> {
    let changed = about.modified()?.duration_since(UNIX_EPOCH)?;
    Ok((path, about.len(), changed.as_nanos() as u64))
}

/// Rows of another version of a file belong to another frame.
fn check(as_listed: &Listed, file: &fs::File) -> Result<()> {
    let path = &as_listed.0;
    if listed(path.clone(), &file.metadata()?)? == *as_listed {
        return Ok(());
    }
    let words = format!("{path} has changed since it was listed; make the frame anew");
    Err(Error::new(words))
}

fn opened(as_listed: &Listed) -> Result<fs::File> {
    let path = &as_listed.0;
    let file = fs::File::open(path).map_err(|error| Error::from(error).context(path))?;
    check(as_listed, &file)?;
    Ok(file)
}

/// A file while it is read.
pub struct Reading {
    as_listed: Listed,
    file: io::BufReader<fs::File>,
    /// Lines that were read.
    lines: i64,
}

impl Source for Lines {
    const NAME: &'static str = "lines";
    const EXAMPLE: Option<Example> = Some(Example {
        params: r#"{"folder":"."}"#,
        input: "",
    });

    type Part = Listed;
    type Reading = Reading;

    fn bind(&self) -> Result<Contract> {
        Ok(Contract::any_rows(Meta::of([
            ("number", "int64"),
            ("line", "string"),
        ])))
    }

    fn parts(&self, cx: &Cx) -> Result<Parts<Listed>> {
        let mut parts = Vec::new();
        for file in fs::read_dir(&self.folder)? {
            cx.check()?;
            let path = file?.path();
            if path.extension().is_some_and(|extension| extension == "log") {
                let about = path.metadata()?;
                let path = path::absolute(path)?.to_string_lossy().into_owned();
                parts.push(listed(path, &about)?);
            }
        }
        // Whatever order the system has them in.
        parts.sort();
        Ok(Parts::new(parts.into_iter().map(|listed| {
            let bytes = listed.1;
            Part::new(listed).bytes(bytes)
        })))
    }

    fn open(&self, as_listed: Listed, _: &Wanted, _: &Cx) -> Result<Reading> {
        Ok(Reading {
            file: io::BufReader::new(opened(&as_listed)?),
            as_listed,
            lines: 0,
        })
    }

    fn next(&self, reading: &mut Reading, _: &Cx) -> Result<Option<Batch>> {
        let lines = reading.file.by_ref().lines().take(8192);
        let lines = lines.collect::<io::Result<Vec<_>>>()?;
        if lines.is_empty() {
            // It may have changed while it was read.
            check(&reading.as_listed, reading.file.get_ref())?;
            return Ok(None);
        }
        let first = reading.lines + 1;
        reading.lines += lines.len() as i64;
        let numbers: Vec<i64> = (first..=reading.lines).collect();
        let batch = Batch::from_columns([("number", numbers)])?;
        Ok(Some(batch.with("line", lines)?))
    }
}

// What the library exports. A function that is not listed here is an ordinary one.
plugin! { functions: [Lines] }

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(name: &str) -> Result<path::PathBuf> {
        let folder = std::env::temp_dir().join(format!("{{name}}-{name}-{}", std::process::id()));
        fs::create_dir_all(&folder)?;
        Ok(folder)
    }

    #[test]
    fn each_file_is_a_partition() -> Result<()> {
        let folder = folder("files")?;
        fs::write(folder.join("a.log"), "one\ntwo\n")?;
        fs::write(folder.join("b.log"), "")?;
        fs::write(folder.join("c.txt"), "not this\n")?;
        let parts = testing::read(Lines {
            folder: folder.to_string_lossy().into_owned(),
        })?;
        fs::remove_dir_all(&folder)?;
        assert_eq!(parts.len(), 2);
        assert_eq!(
            parts[0].str("line")?.iter().collect::<Vec<_>>(),
            [Some("one"), Some("two")]
        );
        assert_eq!(parts[1].num_rows(), 0);
        Ok(())
    }

    #[test]
    fn a_file_that_changed_is_not_read() -> Result<()> {
        let folder = folder("changed")?;
        let path = folder.join("a.log");
        fs::write(&path, "one\n")?;
        let as_listed = listed(path.to_string_lossy().into_owned(), &path.metadata()?)?;
        let file = opened(&as_listed)?;
        fs::write(&path, "one\ntwo\n")?;
        let before = opened(&as_listed).expect_err("it has grown");
        let meanwhile = check(&as_listed, &file).expect_err("it has grown");
        fs::remove_dir_all(&folder)?;
        assert!(before.to_string().contains("has changed"), "{before}");
        assert_eq!(before.to_string(), meanwhile.to_string());
        Ok(())
    }
}
