//! {{name}}: sources for swath, each used by `read`.

use std::io::BufRead;
use std::{fs, io, path};

use swath_plugin::prelude::*;

/// The lines of the files of a folder that end in `.log`: a partition for each file, a row for each line.
#[derive(Params)]
pub struct Lines {
    /// The folder.
    pub folder: String,
}

impl Source for Lines {
    const NAME: &'static str = "lines";
    const EXAMPLE: Option<Example> = Some(Example {
        params: r#"{"folder":"."}"#,
        input: "",
    });

    /// Where the file is, how large it was and when it changed: a file that changed is another partition.
    type Part = (String, u64, u64);
    /// What is left of it, and how many lines were read.
    type Reading = (io::Lines<io::BufReader<fs::File>>, i64);

    fn bind(&self) -> Result<Contract> {
        Ok(Contract::any_rows(Meta::of([
            ("number", "int64"),
            ("line", "string"),
        ])))
    }

    fn parts(&self, cx: &Cx) -> Result<Parts<Self::Part>> {
        let mut parts = Vec::new();
        for file in fs::read_dir(&self.folder)? {
            cx.tick()?;
            let path = file?.path();
            if path.extension().is_some_and(|extension| extension == "log") {
                let about = path.metadata()?;
                let changed = about.modified()?.duration_since(std::time::UNIX_EPOCH)?;
                let path = path::absolute(path)?.to_string_lossy().into_owned();
                parts.push((path, about.len(), changed.as_nanos() as u64));
            }
        }
        // Whatever order the system has them in.
        parts.sort();
        Ok(Parts::new(parts.into_iter().map(|part| {
            let bytes = part.1;
            Part::new(part).bytes(bytes)
        })))
    }

    fn open(&self, (path, ..): Self::Part, _: &Wanted, _: &Cx) -> Result<Self::Reading> {
        let file = fs::File::open(&path).map_err(|error| Error::from(error).context(path))?;
        Ok((io::BufReader::new(file).lines(), 0))
    }

    fn next(&self, (lines, read): &mut Self::Reading, _: &Cx) -> Result<Option<Batch>> {
        let lines = lines.by_ref().take(8192).collect::<io::Result<Vec<_>>>()?;
        if lines.is_empty() {
            return Ok(None);
        }
        let numbers: Vec<i64> = (*read + 1..=*read + lines.len() as i64).collect();
        *read += lines.len() as i64;
        let batch = Batch::from_columns([("number", numbers)])?;
        Ok(Some(batch.with("line", lines)?))
    }
}

// What the library exports. A function that is not listed here is an ordinary one.
plugin! { functions: [Lines] }

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_file_is_a_partition() -> Result<()> {
        let folder = std::env::temp_dir().join(format!("{{name}}-lines-{}", std::process::id()));
        fs::create_dir_all(&folder)?;
        fs::write(folder.join("a.log"), "one\ntwo\n")?;
        fs::write(folder.join("b.log"), "")?;
        fs::write(folder.join("c.txt"), "not this\n")?;
        let folder_text = folder.to_string_lossy().into_owned();
        let parts = testing::read(Lines {
            folder: folder_text,
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
}
