//! The text of a `plugins.toml`, changed in one place.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::ops::Range;
use std::path::Path;

use serde::Deserialize;
use swath_plugin_host::Pins;
use toml::Spanned;

use super::new::toml_text;
use crate::Error;

/// What a list says of a plugin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) path: String,
    pub(super) version: String,
    pub(super) blake3: String,
}

/// Where that stands.
#[derive(Deserialize)]
struct Place {
    path: Spanned<String>,
    version: Option<Spanned<String>>,
    blake3: Spanned<String>,
}

#[derive(Default, Deserialize)]
struct Places {
    #[serde(default)]
    plugins: BTreeMap<String, Place>,
}

/// The text with this entry in the place of the one of its name, or at its end: comments, order and everything else stay.
///
/// # Errors
/// A text in which there is no place for it, such as a `plugins = {}` that is closed.
pub(super) fn pinned(text: &str, list: &Path, name: &str, entry: &Entry) -> Result<String, Error> {
    let refused = || Error::Edit {
        path: list.to_owned(),
        lines: block(name, entry),
    };
    let places: Places = toml::from_str(text).map_err(|_| refused())?;
    let changed = match places.plugins.get(name) {
        Some(place) => replaced(text, place, entry),
        None => appended(text, name, entry),
    };
    // What was changed is read again: no surprise of the format gets into a file.
    let read = Pins::parse(&changed, list).map_err(|_| refused())?;
    let pin = read.get(name).ok_or_else(refused)?;
    let folder = list.parent().unwrap_or(list);
    let is_meant = pin.path() == folder.join(&entry.path)
        && pin.version() == Some(&entry.version)
        && pin.hash().to_string() == entry.blake3;
    if is_meant {
        Ok(changed)
    } else {
        Err(refused())
    }
}

/// An entry as it is written where there was none.
fn block(name: &str, entry: &Entry) -> String {
    let Entry {
        path,
        version,
        blake3,
    } = entry;
    let [path, version, blake3] = [path, version, blake3].map(|value| toml_text(value));
    // Names of plugins have letters, digits and `_`: they need no quotes.
    format!("[plugins.{name}]\npath = {path}\nversion = {version}\nblake3 = {blake3}\n")
}

fn appended(text: &str, name: &str, entry: &Entry) -> String {
    let mut text = text.to_owned();
    if !text.is_empty() && !text.ends_with('\n') {
        text.push('\n');
    }
    if !text.is_empty() && !text.ends_with("\n\n") {
        text.push('\n');
    }
    let _ = write!(text, "{}", block(name, entry));
    text
}

fn replaced(text: &str, place: &Place, entry: &Entry) -> String {
    let path = place.path.span();
    let mut edits: Vec<(Range<usize>, String)> = vec![
        (path.clone(), toml_text(&entry.path)),
        (place.blake3.span(), toml_text(&entry.blake3)),
    ];
    let version = toml_text(&entry.version);
    edits.push(if let Some(old) = &place.version {
        (old.span(), version)
    } else {
        let start = text[..path.start].rfind('\n').map_or(0, |at| at + 1);
        let before = &text[start..path.start];
        match before.rsplit_once("path") {
            // On a line of its own: the line above it, spelt alike.
            Some((front, back)) if !before.contains('{') => {
                (start..start, format!("{front}version{back}{version}\n"))
            }
            _ => (path.end..path.end, format!(", version = {version}")),
        }
    });
    // From the end, so that places stay where they were read.
    edits.sort_by_key(|(range, _)| std::cmp::Reverse((range.end, range.start)));
    let mut text = text.to_owned();
    for (range, new) in edits {
        // A value that says the same keeps its spelling.
        let same = |old: &str| toml_value(old).is_some() && toml_value(old) == toml_value(&new);
        if !same(&text[range.clone()]) {
            text.replace_range(range, &new);
        }
    }
    text
}

/// What a value of TOML says.
fn toml_value(text: &str) -> Option<toml::Value> {
    let table: toml::Table = toml::from_str(&format!("value = {text}")).ok()?;
    table.get("value").cloned()
}

#[cfg(test)]
mod tests {
    use super::*;

    const OLD: &str = "af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262";
    const NEW: &str = "6437b3ac38465133ffb63b75273a8db548c558465d79db03fd359c6cd5bd9d85";

    fn entry() -> Entry {
        Entry {
            path: "target/libgeo.so".to_owned(),
            version: "2.0.0".to_owned(),
            blake3: NEW.to_owned(),
        }
    }

    #[track_caller]
    fn check(before: &str) -> String {
        let before = before.replace("OLD", OLD);
        let list = Path::new("/p/plugins.toml");
        let after = pinned(&before, list, "geo", &entry()).expect("a list");
        assert_eq!(
            pinned(&after, list, "geo", &entry()).expect("a list"),
            after,
            "once more"
        );
        after.replace(NEW, "NEW").replace(OLD, "OLD")
    }

    #[test]
    fn a_plugin_more() {
        insta::assert_snapshot!(check(""), @r#"
        [plugins.geo]
        path = "target/libgeo.so"
        version = "2.0.0"
        blake3 = "NEW"
        "#);
        insta::assert_snapshot!(check("# Ours.\nallow = [\"target\"] # all"), @r#"
        # Ours.
        allow = ["target"] # all

        [plugins.geo]
        path = "target/libgeo.so"
        version = "2.0.0"
        blake3 = "NEW"
        "#);
        insta::assert_snapshot!(check("[plugins.other]\npath = \"o.so\"\nblake3 = \"OLD\"\n"), @r#"
        [plugins.other]
        path = "o.so"
        blake3 = "OLD"

        [plugins.geo]
        path = "target/libgeo.so"
        version = "2.0.0"
        blake3 = "NEW"
        "#);
    }

    #[test]
    fn what_is_there_is_changed_in_its_place() {
        insta::assert_snapshot!(check("[plugins.geo]\n# where\npath = 'old.so' # here\nblake3 = \"OLD\"\nisolate = \"process\"\n\n[plugins.z]\npath = \"z.so\"\nblake3 = \"OLD\"\n"), @r#"
        [plugins.geo]
        # where
        version = "2.0.0"
        path = "target/libgeo.so" # here
        blake3 = "NEW"
        isolate = "process"

        [plugins.z]
        path = "z.so"
        blake3 = "OLD"
        "#);
        insta::assert_snapshot!(check("[plugins]\ngeo = { blake3 = \"OLD\", path = \"o.so\" } # one\n"), @r#"
        [plugins]
        geo = { blake3 = "NEW", path = "target/libgeo.so", version = "2.0.0" } # one
        "#);
        insta::assert_snapshot!(check("plugins.geo.path = 'target/libgeo.so'\nplugins.geo.version = \"1.0.0\" # old\nplugins.geo.blake3 = \"OLD\""), @r#"
        plugins.geo.path = 'target/libgeo.so'
        plugins.geo.version = "2.0.0" # old
        plugins.geo.blake3 = "NEW"
        "#);
    }

    #[test]
    fn a_list_without_a_place_is_not_spoilt() {
        let list = Path::new("/p/plugins.toml");
        let error = pinned("plugins = {}", list, "geo", &entry()).expect_err("a closed table");
        insta::assert_snapshot!(error.report().replace(NEW, "NEW"), @r#"
        `/p/plugins.toml` is written in a way that cannot be edited without losing something: write this yourself
        [plugins.geo]
        path = "target/libgeo.so"
        version = "2.0.0"
        blake3 = "NEW"
        "#);
    }
}
