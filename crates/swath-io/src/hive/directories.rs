//! What the names of folders say, as text.

use std::path::Path;
use swath_batch::Value;
use swath_meta::Meta;

use super::KeyOptions;
use super::segment::{parse, segment};
use crate::list::is_glob;
use crate::{FileIdentity, IoError, store};

/// What the names of folders say, as text.
#[derive(Debug)]
pub(crate) struct Directories {
    pub(super) names: Vec<String>,
    /// The texts of each file, one a key.
    pub(super) texts: Vec<Vec<Option<String>>>,
}

impl Directories {
    /// Reads the names of the folders of each file; `None` where there are no keys or nobody wants them.
    ///
    /// By themselves, keys are looked for below the folder that was named, or below that in which a pattern begins; where the options
    /// ask for them, on the whole path.
    pub(crate) fn of(
        files: &[FileIdentity],
        options: &KeyOptions<'_>,
    ) -> Result<Option<Self>, IoError> {
        if options.hive == Some(false) {
            return Ok(None);
        }
        let whole = options.hive == Some(true);
        let mut directories: Option<Self> = None;
        for file in files {
            let below = if whole {
                Path::new(&file.path)
            } else {
                below_root(&file.path, options.paths)
            };
            let (names, texts) = below
                .parent()
                .into_iter()
                .flat_map(Path::components)
                .filter_map(|folder| parse(&folder.as_os_str().to_string_lossy()))
                .unzip();
            let found = directories.get_or_insert_with(|| Self {
                names: Vec::clone(&names),
                texts: Vec::with_capacity(files.len()),
            });
            let keys = |first: &str, difference| IoError::Keys {
                reader: options.reader,
                path: file.path.clone(),
                first: first.to_owned(),
                difference,
            };
            if let Some(twice) = twice(&names) {
                let difference = format!("has two folders named `{twice}=…`");
                return Err(keys(&file.path, difference));
            }
            if let Some(difference) = difference(&found.names, &names) {
                return Err(keys(&files[0].path, difference));
            }
            found.texts.push(texts);
        }
        let found = directories.filter(|found| !found.names.is_empty());
        match (&found, files.first()) {
            (None, Some(first)) if whole => Err(IoError::Keys {
                reader: options.reader,
                path: first.path.clone(),
                first: first.path.clone(),
                difference: "has no folder named `key=value`".to_owned(),
            }),
            _ => Ok(found),
        }
    }

    /// The keys, in the order of the folders.
    pub(crate) fn into_names(self) -> Vec<String> {
        self.names
    }
}

/// The first folder of a file whose name stands for a value that has another name here, and that other name.
///
/// Other programs write `month=01`, or names without an encoding.
pub(crate) fn spelt_otherwise(
    files: &[FileIdentity],
    paths: &[String],
    meta: &Meta,
) -> Option<(String, String)> {
    let own = |name: &str| {
        let (key, text) = parse(name)?;
        let value = text.map_or(Value::Null, |text| Value::from(text.as_str()));
        let value = value.cast(meta.dtype(&key).ok()?).ok()?;
        let text = (!value.is_null()).then(|| value.to_string());
        Some(segment(&key, text.as_deref())).filter(|own| own != name)
    };
    files.iter().find_map(|file| {
        let folders = below_root(&file.path, paths).parent()?;
        folders.components().find_map(|folder| {
            let name = folder.as_os_str().to_string_lossy();
            own(&name).map(|own| (name.into_owned(), own))
        })
    })
}

/// The path of a file below what was asked for: without the folder, or that in which the pattern begins.
fn below_root<'a>(file: &'a str, paths: &[String]) -> &'a Path {
    let below = |path: &String| {
        let path = path.strip_prefix("file://").unwrap_or(path);
        let plain = match store::scheme(path) {
            Some(_) => store::without_secrets(path),
            None => path.to_owned(),
        };
        let fixed = match plain.find(['*', '?', '[', '{']) {
            // The folder above the first name with a wildcard.
            Some(wild) if is_glob(&plain) => {
                plain[..wild].rsplit_once('/').map_or("", |(to, _)| to)
            }
            _ => &plain,
        };
        let fixed = Path::new(fixed);
        let fixed = fixed.strip_prefix(".").unwrap_or(fixed);
        Path::new(file).strip_prefix(fixed).ok()
    };
    // A file that was named itself has no folders of its own.
    paths.iter().find_map(below).unwrap_or(Path::new(""))
}

/// A key that stands twice.
fn twice(names: &[String]) -> Option<&String> {
    let mut each = names.iter().enumerate();
    each.find_map(|(at, name)| names[..at].contains(name).then_some(name))
}

/// What is different about the keys of a file.
fn difference(first: &[String], names: &[String]) -> Option<String> {
    if first == names {
        return None;
    }
    let lacking = first.iter().find(|name| !names.contains(name));
    let own = names.iter().find(|name| !first.contains(name));
    Some(match (lacking, own) {
        (Some(lacking), _) => format!("is in no folder named `{lacking}=…`"),
        (None, Some(own)) => format!("is in a folder named `{own}=…`"),
        (None, None) => "has its folders in another order".to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_below_what_was_asked_for() {
        for (path, file, expected) in [
            ("sales", "sales/y=1/a", "y=1/a"),
            ("./sales/", "sales/y=1/a", "y=1/a"),
            (".", "y=1/a", "y=1/a"),
            ("sales/y=1", "sales/y=1/m=2/a", "m=2/a"),
            ("sales/y=1/a", "sales/y=1/a", ""),
            ("sales/*/m=?/a", "sales/y=1/m=2/a", "y=1/m=2/a"),
            ("sales/y=1/*", "sales/y=1/a", "a"),
            ("*/a", "y=1/a", "y=1/a"),
            ("/data/sales//", "/data/sales/y=1/a", "y=1/a"),
            ("file:///data/*/*", "/data/y=1/a", "y=1/a"),
            ("s3://b/sales", "s3://b/sales/y=1/a", "y=1/a"),
            ("s3://b/sales?key=secret", "s3://b/sales/y=1/a", "y=1/a"),
        ] {
            assert_eq!(
                below_root(file, &[path.to_owned()]),
                Path::new(expected),
                "{path}"
            );
        }
    }
}
