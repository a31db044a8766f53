//! What changed between two manifests, for those who call the functions.

use std::fmt::Display;

use serde_json::Value as Json;
use swath_plugin_abi::{FunctionEntry, Manifest, Parameter};

/// One change, in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Change {
    /// Calls that worked may fail now, or mean something else; or the file does not load where the old one did.
    pub(super) is_breaking: bool,
    pub(super) words: String,
}

/// The list of what changed.
#[derive(Default)]
struct Changes(Vec<Change>);

impl Changes {
    fn add(&mut self, is_breaking: bool, words: impl Display) {
        self.0.push(Change {
            is_breaking,
            words: words.to_string(),
        });
    }
}

/// All that changed, in the order of the manifests. Words of authors about functions and parameters may change freely.
pub(super) fn between(old: &Manifest, new: &Manifest) -> Vec<Change> {
    let mut changes = Changes::default();
    whole(&mut changes, old, new);
    for was in &old.functions {
        let name = format!("{}.{}", old.name, was.name);
        match new.functions.iter().find(|one| one.name == was.name) {
            Some(is) => function(&mut changes, &name, was, is),
            None => changes.add(true, format!("`{name}` is gone")),
        }
    }
    for is in &new.functions {
        if !old.functions.iter().any(|one| one.name == is.name) {
            let kind = is.kind.as_str();
            let words = format!("`{}.{}` is new, of the kind {kind}", new.name, is.name);
            changes.add(false, words);
        }
    }
    changes.0
}

/// What concerns all functions.
fn whole(changes: &mut Changes, old: &Manifest, new: &Manifest) {
    if old.name != new.name {
        let words = format!(
            "the plugin is called `{}`, was `{}`: all its functions have other names",
            new.name, old.name
        );
        changes.add(true, words);
    }
    if old.abi != new.abi {
        let major = |manifest: &Manifest| manifest.abi.split('.').next().map(str::to_owned);
        let words = format!(
            "it is built for plugin contract {}, was {}",
            new.abi, old.abi
        );
        changes.add(major(old) != major(new), words);
    }
    if old.target != new.target {
        let words = format!("it is built for {}, was {}", new.target, old.target);
        changes.add(true, words);
    }
    for feature in new.cpu.iter().filter(|one| !old.cpu.contains(one)) {
        changes.add(true, format!("it needs a processor with {feature}"));
    }
    for feature in old.cpu.iter().filter(|one| !new.cpu.contains(one)) {
        let words = format!("it no longer needs a processor with {feature}");
        changes.add(false, words);
    }
}

fn function(changes: &mut Changes, name: &str, was: &FunctionEntry, is: &FunctionEntry) {
    if was.kind != is.kind {
        let words = format!(
            "`{name}` is of the kind {}, was {}",
            is.kind.as_str(),
            was.kind.as_str()
        );
        changes.add(true, words);
    }
    let (before, now) = (was.frames.len().max(1), is.frames.len().max(1));
    if before != now {
        let words = format!("`{name}` takes {}, was {before}", frames(now));
        changes.add(true, words);
    } else if was.frames != is.frames {
        let (before, now) = (was.frames.join("`, `"), is.frames.join("`, `"));
        changes.add(
            false,
            format!("`{name}` calls its frames `{now}`, was `{before}`"),
        );
    }
    match (&was.deprecated, &is.deprecated) {
        (None, Some(reason)) if reason.is_empty() => {
            changes.add(false, format!("`{name}` is deprecated"));
        }
        (None, Some(reason)) => changes.add(false, format!("`{name}` is deprecated: {reason}")),
        (Some(_), None) => changes.add(false, format!("`{name}` is no longer deprecated")),
        _ => {}
    }
    for before in &was.params {
        match is.params.iter().find(|one| one.name == before.name) {
            Some(after) => parameter(changes, name, before, after),
            None => changes.add(
                true,
                format!("`{name}` has no parameter `{}` any more", before.name),
            ),
        }
    }
    for after in &is.params {
        if was.params.iter().any(|one| one.name == after.name) {
            continue;
        }
        match &after.default {
            Some(default) => changes.add(
                false,
                format!(
                    "`{name}` has a new parameter `{}`, {default} where it is left out",
                    after.name
                ),
            ),
            None => changes.add(
                true,
                format!(
                    "`{name}` has a new parameter `{}` that has to be given",
                    after.name
                ),
            ),
        }
    }
}

/// So many of them, in words.
fn frames(count: usize) -> String {
    match count {
        1 => "1 frame".to_owned(),
        _ => format!("{count} frames"),
    }
}

fn parameter(changes: &mut Changes, function: &str, was: &Parameter, is: &Parameter) {
    let of = format!("`{function}`: parameter `{}`", is.name);
    if was.type_name != is.type_name {
        changes.add(
            true,
            format!(
                "{of} is of the type {}, was {}",
                is.type_name, was.type_name
            ),
        );
        // Defaults and bounds of another type say nothing about the old ones.
        return;
    }
    match (&was.default, &is.default) {
        (Some(before), Some(after)) if before != after => changes.add(
            true,
            format!("{of} is {after} where it is left out, was {before}"),
        ),
        (Some(before), None) => {
            changes.add(
                true,
                format!("{of} has to be given, was {before} where it was left out"),
            );
        }
        (None, Some(after)) => {
            changes.add(false, format!("{of} may be left out, and is {after} then"));
        }
        _ => {}
    }
    bound(changes, &of, "least", (&was.min, &is.min), |new, old| {
        new > old
    });
    bound(changes, &of, "most", (&was.max, &is.max), |new, old| {
        new < old
    });
}

/// One end of the values that a parameter takes.
fn bound(
    changes: &mut Changes,
    of: &str,
    end: &str,
    (was, is): (&Option<Json>, &Option<Json>),
    is_tighter: fn(f64, f64) -> bool,
) {
    let number = |value: &Json| value.as_f64();
    match (was, is) {
        (None, Some(after)) => {
            changes.add(true, format!("{of} is at {end} {after}, had no such limit"));
        }
        (Some(before), None) => {
            changes.add(
                false,
                format!("{of} has no limit any more, was at {end} {before}"),
            );
        }
        (Some(before), Some(after)) if before != after => {
            // What is no number cannot be compared: it may be tighter.
            let tighter = number(after).zip(number(before));
            let tighter = tighter.is_none_or(|(after, before)| is_tighter(after, before));
            changes.add(tighter, format!("{of} is at {end} {after}, was {before}"));
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use swath_plugin_abi::Kind;

    use super::super::page::tests::geo;
    use super::*;

    /// The changes that a change makes, and those that taking it back makes.
    #[track_caller]
    fn check(change: impl FnOnce(&mut Manifest)) -> String {
        let (old, mut new) = (geo(), geo());
        change(&mut new);
        let list = |old: &Manifest, new: &Manifest| {
            let lines = between(old, new).into_iter().map(|change| {
                let mark = if change.is_breaking {
                    "breaks "
                } else {
                    "does   "
                };
                format!("{mark} {}\n", change.words)
            });
            lines.collect::<String>()
        };
        format!("{}back:\n{}", list(&old, &new), list(&new, &old))
    }

    #[test]
    fn of_the_whole() {
        insta::assert_snapshot!(check(|_| {}), @"back:");
        insta::assert_snapshot!(check(|new| {
            new.name = "earth".to_owned();
            new.abi = "1.1".to_owned();
            new.target = "aarch64-linux".to_owned();
            new.cpu = vec!["sse4.2".to_owned()];
            new.description = "Places".to_owned();
            new.functions.clear();
        }), @r"
        breaks  the plugin is called `earth`, was `geo`: all its functions have other names
        does    it is built for plugin contract 1.1, was 1.0
        breaks  it is built for aarch64-linux, was x86_64-linux
        breaks  it needs a processor with sse4.2
        does    it no longer needs a processor with avx2
        breaks  `geo.haversine_km` is gone
        breaks  `geo.visit_starts` is gone
        breaks  `geo.near` is gone
        breaks  `geo.far` is gone
        back:
        breaks  the plugin is called `geo`, was `earth`: all its functions have other names
        does    it is built for plugin contract 1.0, was 1.1
        breaks  it is built for x86_64-linux, was aarch64-linux
        breaks  it needs a processor with avx2
        does    it no longer needs a processor with sse4.2
        does    `geo.haversine_km` is new, of the kind scalar
        does    `geo.visit_starts` is new, of the kind partition
        does    `geo.near` is new, of the kind partitioner
        does    `geo.far` is new, of the kind unknown
        ");
        insta::assert_snapshot!(check(|new| new.abi = "2.0".to_owned()), @r"
        breaks  it is built for plugin contract 2.0, was 1.0
        back:
        breaks  it is built for plugin contract 1.0, was 2.0
        ");
    }

    #[test]
    fn of_functions() {
        insta::assert_snapshot!(check(|new| {
            new.functions.remove(3);
            new.functions[0].kind = Kind::Aggregate;
            new.functions[0].doc.clear();
            new.functions[1].deprecated = Some("take `visits`".to_owned());
            new.functions[2].deprecated = Some(String::new());
        }), @r"
        breaks  `geo.haversine_km` is of the kind aggregate, was scalar
        does    `geo.visit_starts` is deprecated: take `visits`
        breaks  `geo.far` is gone
        back:
        breaks  `geo.haversine_km` is of the kind scalar, was aggregate
        does    `geo.visit_starts` is no longer deprecated
        does    `geo.far` is new, of the kind unknown
        ");
    }

    #[test]
    fn of_frames() {
        let several = |names: &[&str]| names.iter().map(ToString::to_string).collect();
        insta::assert_snapshot!(check(|new| new.functions[1].frames = several(&["visits", "users"])), @r"
        breaks  `geo.visit_starts` takes 2 frames, was 1
        back:
        breaks  `geo.visit_starts` takes 1 frame, was 2
        ");
        let mut old = geo();
        old.functions[1].frames = several(&["visits", "users"]);
        let mut new = old.clone();
        new.functions[1].frames = several(&["visits", "people"]);
        let words = between(&old, &new).remove(0);
        assert!(!words.is_breaking);
        insta::assert_snapshot!(words.words, @"`geo.visit_starts` calls its frames `visits`, `people`, was `visits`, `users`");
    }

    #[test]
    fn of_parameters() {
        insta::assert_snapshot!(check(|new| {
            let params = &mut new.functions[1].params;
            params[0].default = Some(json!("user"));
            params[1].default = Some(json!("1h"));
            params[2].min = Some(json!(0.1));
            params[2].max = None;
            params[2].doc.clear();
            params[3].type_name = "int64".to_owned();
            let more = |name: &str, default: Option<Json>| Parameter {
                name: name.to_owned(),
                default,
                ..params[0].clone()
            };
            let more = [more("zone", Some(json!("UTC"))), more("time", None)];
            params.extend(more);
            params.swap(0, 1);
        }), @r#"
        does    `geo.visit_starts`: parameter `user` may be left out, and is "user" then
        breaks  `geo.visit_starts`: parameter `gap` is "1h" where it is left out, was "30min"
        breaks  `geo.visit_starts`: parameter `share` is at least 0.1, was 0.0
        does    `geo.visit_starts`: parameter `share` has no limit any more, was at most 1.0
        breaks  `geo.visit_starts`: parameter `most` is of the type int64, was uint64
        does    `geo.visit_starts` has a new parameter `zone`, "UTC" where it is left out
        breaks  `geo.visit_starts` has a new parameter `time` that has to be given
        back:
        breaks  `geo.visit_starts`: parameter `gap` is "30min" where it is left out, was "1h"
        breaks  `geo.visit_starts`: parameter `user` has to be given, was "user" where it was left out
        does    `geo.visit_starts`: parameter `share` is at least 0.0, was 0.1
        breaks  `geo.visit_starts`: parameter `share` is at most 1.0, had no such limit
        breaks  `geo.visit_starts`: parameter `most` is of the type uint64, was int64
        breaks  `geo.visit_starts` has no parameter `zone` any more
        breaks  `geo.visit_starts` has no parameter `time` any more
        "#);
    }
}
