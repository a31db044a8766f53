//! `swath plugin diff`: what changed for the callers of a plugin.

use std::fmt::Write as _;
use std::path::PathBuf;

use swath_plugin_abi::Manifest;
use swath_plugin_host::{GlibcVersion, PluginFile};

use super::changes::{Change, between};
use super::check::load;
use super::declared;
use crate::{Answer, Error};

/// What `diff` can be asked.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// The plugin as it was
    old: PathBuf,
    /// The plugin as it is
    new: PathBuf,
    /// Loads both, and compares what their functions declare for the columns of their examples, and for others like them. Runs their code
    #[arg(long)]
    bind: bool,
}

/// Compares what two files say of themselves, and loads nothing; what their functions declare for some columns is known only when they are
/// bound, which is done where it is asked for.
pub(crate) fn run(options: &Options) -> Result<Answer, Error> {
    let (old, new) = (
        PluginFile::inspect(&options.old)?,
        PluginFile::inspect(&options.new)?,
    );
    let mut changes = between(old.manifest(), new.manifest());
    changes.extend(glibc(old.glibc(), new.glibc()));
    if options.bind {
        let (was, is) = (load(&options.old)?, load(&options.new)?);
        changes.extend(declared::between(&was, &is)?);
    }
    Ok(answer(old.manifest(), new.manifest(), &changes))
}

fn glibc(old: Option<GlibcVersion>, new: Option<GlibcVersion>) -> Option<Change> {
    let new = new?;
    let (is_breaking, before) = match old {
        Some(old) if old == new => return None,
        Some(old) => (new > old, format!(", was {old}")),
        None => (true, String::new()),
    };
    Some(Change {
        is_breaking,
        words: format!("it needs glibc {new}{before}"),
    })
}

/// Writing into a text cannot fail.
fn answer(old: &Manifest, new: &Manifest, changes: &[Change]) -> Answer {
    let called = |manifest: &Manifest| format!("{} {}", manifest.name, manifest.version);
    let mut text = format!("{} -> {}\n", called(old), called(new));
    if changes.is_empty() {
        text.push_str("no change for callers\n");
        return Answer::fine(text);
    }
    for (is_breaking, title) in [(true, "breaking"), (false, "compatible")] {
        let of = changes.iter().filter(|one| one.is_breaking == is_breaking);
        for (at, change) in of.enumerate() {
            if at == 0 {
                let _ = writeln!(text, "\n{title}:");
            }
            let _ = writeln!(text, "  {}", change.words);
        }
    }
    if !changes.iter().any(|change| change.is_breaking) {
        return Answer::fine(text);
    }
    if let Some(needed) = promised_more(&old.version, &new.version) {
        let _ = writeln!(
            text,
            "\nversion {} promises those of {} that nothing breaks: make it {needed}",
            new.version, old.version
        );
    }
    Answer::finding(text)
}

/// The version that a plugin that breaks needs, where the one that it has promises that it does not: as cargo reads versions, by the
/// first number that is not 0.
fn promised_more(old: &str, new: &str) -> Option<String> {
    let numbers = |version: &str| {
        let release = version.split(['-', '+']).next()?;
        let numbers: Vec<u64> = release
            .split('.')
            .map_while(|one| one.parse().ok())
            .collect();
        <[u64; 3]>::try_from(numbers).ok()
    };
    let (old, new) = (numbers(old)?, numbers(new)?);
    let first = old.iter().position(|number| *number > 0)?;
    let mut needed = [0; 3];
    needed[..=first].copy_from_slice(&old[..=first]);
    needed[first] += 1;
    (new < needed).then(|| needed.map(|number| number.to_string()).join("."))
}

#[cfg(test)]
mod tests {
    use super::super::page::tests::geo;
    use super::*;

    #[test]
    fn what_is_said() {
        let (old, mut new) = (geo(), geo());
        let text = |new: &Manifest| answer(&old, new, &between(&old, new));
        assert_eq!(text(&new).exit_code(), 0);
        insta::assert_snapshot!(text(&new).text(), @r"
        geo 2.1.0 -> geo 2.1.0
        no change for callers
        ");
        new.version = "2.2.0".to_owned();
        let more = new.functions.remove(3);
        new.functions[2].deprecated = None;
        assert_eq!(text(&new).exit_code(), 1);
        insta::assert_snapshot!(text(&new).text(), @r"
        geo 2.1.0 -> geo 2.2.0

        breaking:
          `geo.far` is gone

        compatible:
          `geo.near` is no longer deprecated

        version 2.2.0 promises those of 2.1.0 that nothing breaks: make it 3.0.0
        ");
        new.functions.push(more);
        assert_eq!(text(&new).exit_code(), 0);
    }

    #[test]
    fn versions_that_promise_too_much() {
        for (old, new, expected) in [
            ("2.1.0", "2.2.0", Some("3.0.0")),
            ("2.1.0", "3.0.0-rc.1", None),
            ("2.1.0", "4.0.0", None),
            ("0.1.4", "0.1.5", Some("0.2.0")),
            ("0.1.4", "0.2.0", None),
            ("0.0.3", "0.0.3", Some("0.0.4")),
            ("1.0", "1.1", None),
        ] {
            assert_eq!(promised_more(old, new).as_deref(), expected, "{old} {new}");
        }
    }

    #[test]
    fn a_newer_glibc_breaks() {
        let version = |minor| Some(GlibcVersion::new(2, minor, 0));
        assert_eq!(glibc(version(34), version(34)), None);
        assert_eq!(glibc(version(34), None), None);
        let change = glibc(version(28), version(34)).expect("a change");
        insta::assert_snapshot!(change.words, @"it needs glibc 2.34, was 2.28");
        assert!(change.is_breaking);
        assert!(glibc(None, version(34)).expect("a change").is_breaking);
        assert!(
            !glibc(version(34), version(28))
                .expect("a change")
                .is_breaking
        );
    }
}
