//! The structure of a frame as text; computes nothing.

use std::fmt;

use super::DataFrame;

/// Prints name, columns with dtypes (the index marked), partitions and divisions.
impl fmt::Display for DataFrame {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.label_text() {
            Some(label) => writeln!(f, "DataFrame `{label}`")?,
            None => writeln!(f, "DataFrame")?,
        }
        let width = self
            .meta()
            .fields()
            .iter()
            .map(|field| field.name.chars().count())
            .max()
            .unwrap_or(0);
        let indexed = self.meta().index_fields().len();
        for (at, field) in self.meta().fields().iter().enumerate() {
            let role = if at < indexed { "  index" } else { "" };
            let null = if field.nullable { "" } else { "  not null" };
            let pad = width - field.name.chars().count();
            writeln!(
                f,
                "  {}{:pad$}  {}{null}{role}",
                field.name, "", field.dtype
            )?;
        }
        writeln!(f, "partitions: {}", self.npartitions())?;
        writeln!(f, "divisions:  {}", self.divisions())?;
        write!(f, "operation:  {}", self.plan().node().kind())
    }
}

impl fmt::Debug for DataFrame {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
