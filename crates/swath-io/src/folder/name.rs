//! The names of the files of a write: where they are seen, and where they are until then.

use xxhash_rust::xxh3::xxh3_128;

/// How the names of all files begin.
const PART: &str = "part.";

/// Which file of a write it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct PartName<'a> {
    /// The folder below the target that it is in; empty for the target itself.
    pub(crate) below: &'a str,
    /// The partition whose rows it has.
    pub(crate) partition: usize,
    /// Which it is of the files with rows of that partition in that folder.
    pub(crate) nth: usize,
}

impl<'a> PartName<'a> {
    /// The one file of a partition.
    pub(crate) fn of(partition: usize) -> Self {
        Self {
            below: "",
            partition,
            nth: 0,
        }
    }

    /// Its path within the target, where `first` is the number of partition 0 and `mark` tells its name from those of others.
    pub(super) fn seen(&self, first: usize, mark: &str, extensions: &[String]) -> String {
        let slash = if self.below.is_empty() { "" } else { "/" };
        let number = first + self.partition;
        let nth = match self.nth {
            0 => String::new(),
            // Behind `part.N.` in the order of names.
            nth => format!("_{nth}"),
        };
        let extension = extensions.first().map_or("", String::as_str);
        format!("{}{slash}{PART}{number}{nth}{mark}.{extension}", self.below)
    }

    /// Its name in the hidden place: another for every file, and without the extension, so that no pattern of any reader means it.
    pub(super) fn hidden(&self) -> String {
        match (self.below, self.nth) {
            ("", 0) => self.partition.to_string(),
            (below, nth) => {
                // A digest, since the name of a file may not be as long as that of all its folders.
                let digest = xxh3_128(below.as_bytes());
                format!("{}-{digest:032x}-{nth}", self.partition)
            }
        }
    }

    /// The name that was [seen](Self::seen) with `first` 0 and no mark.
    pub(super) fn parse(within: &'a str) -> Option<Self> {
        let (below, name) = within.rsplit_once('/').unwrap_or(("", within));
        let rest = name.strip_prefix(PART)?;
        let (number, _) = rest.split_once('.')?;
        let (partition, nth) = match number.split_once('_') {
            Some((partition, nth)) => (partition, nth.parse().ok()?),
            None => (number, 0),
        };
        Some(Self {
            below,
            partition: partition.parse().ok()?,
            nth,
        })
    }
}

/// The number that comes after those in the names of these files, whoever wrote them.
pub(super) fn next_number<'a>(files: impl Iterator<Item = &'a str>) -> usize {
    let number = |file: &str| {
        let name = file.rsplit('/').next()?;
        let rest = name.strip_prefix(PART)?;
        let digits = rest.find(|c: char| !c.is_ascii_digit())?;
        // One that leaves no numbers behind it is none that was counted: those that come are smaller.
        let number = rest[..digits].parse::<usize>().ok();
        number.filter(|number| *number < usize::MAX / 2)
    };
    files.filter_map(number).max().map_or(0, |last| last + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell_their_files_apart() {
        let extensions = ["parquet".to_owned()];
        let part = |below, partition, nth| PartName {
            below,
            partition,
            nth,
        };
        for (name, seen, later) in [
            (PartName::of(3), "part.3.parquet", "part.13-x.parquet"),
            (
                part("a=1/b=2", 0, 0),
                "a=1/b=2/part.0.parquet",
                "a=1/b=2/part.10-x.parquet",
            ),
            (
                part("a=1", 2, 7),
                "a=1/part.2_7.parquet",
                "a=1/part.12_7-x.parquet",
            ),
        ] {
            assert_eq!(name.seen(0, "", &extensions), seen);
            assert_eq!(name.seen(10, "-x", &extensions), later);
            assert_eq!(PartName::parse(seen), Some(name));
        }
        assert_eq!(PartName::of(3).hidden(), "3");
        let hidden = [
            part("a", 1, 0),
            part("b", 1, 0),
            part("a", 1, 1),
            part("", 1, 1),
        ];
        let hidden: std::collections::HashSet<_> = hidden.iter().map(PartName::hidden).collect();
        assert_eq!(hidden.len(), 4);
        for other in [
            "a=1/x.parquet",
            "part.x.parquet",
            "part.1_x.parquet",
            "part.1",
        ] {
            assert_eq!(PartName::parse(other), None);
        }
    }

    #[test]
    fn appended_files_are_numbered_on() {
        assert_eq!(next_number([].into_iter()), 0);
        let files = [
            "part.2.parquet",
            "a=1/part.10_3.parquet",
            "part.7-abc.parquet",
            "x.parquet",
            "part.99999999999999999999999.parquet",
            "part.18446744073709551615.parquet",
        ];
        assert_eq!(next_number(files.into_iter()), 11);
    }
}
