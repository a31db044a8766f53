//! `swath plugin doc`: the reference page of a plugin.

use std::fmt::Write as _;
use std::path::PathBuf;

use swath_plugin_abi::{FunctionEntry, Kind, Manifest};
use swath_plugin_host::PluginFile;

use super::page::{bounds, example, or_nothing};
use crate::{Answer, Error};

/// What `doc` can be asked.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// The plugin: libgeo.so
    file: PathBuf,
}

/// Reads the file; loads nothing.
pub(crate) fn run(options: &Options) -> Result<Answer, Error> {
    let file = PluginFile::inspect(&options.file)?;
    Ok(Answer::fine(page(file.manifest())))
}

/// The page. Writing into a text cannot fail.
fn page(manifest: &Manifest) -> String {
    let Manifest { name, version, .. } = manifest;
    let mut text = format!("# {name}\n\n");
    if !manifest.description.is_empty() {
        let _ = writeln!(text, "{}.\n", manifest.description.trim_end_matches('.'));
    }
    let facts = [
        format!("Version {version}"),
        manifest.license.clone(),
        manifest.repository.clone(),
    ];
    let facts: Vec<String> = facts.into_iter().filter(|fact| !fact.is_empty()).collect();
    let _ = writeln!(text, "{}\n", facts.join(" · "));
    text.push_str("| function | kind | does |\n|---|---|---|\n");
    for function in &manifest.functions {
        let full = format!("{name}.{}", function.name);
        let is_deprecated = function.deprecated.is_some();
        let deprecated = if is_deprecated { "*Deprecated.*" } else { "" };
        let first = function.doc.lines().next().unwrap_or_default();
        let _ = writeln!(
            text,
            "| [`{full}`](#{}) | {} | {} |",
            anchor(&full),
            function.kind.as_str(),
            cell(&format!("{deprecated} {first}")),
        );
    }
    for function in &manifest.functions {
        section(&mut text, name, function);
    }
    text
}

fn section(text: &mut String, plugin: &str, function: &FunctionEntry) {
    let full = format!("{plugin}.{}", function.name);
    let _ = writeln!(text, "\n## `{full}`\n");
    if let Some(reason) = &function.deprecated {
        let reason = or_nothing(reason, "no reason is given");
        let _ = writeln!(text, "**Deprecated**: {reason}\n");
    }
    if !function.doc.is_empty() {
        let _ = writeln!(text, "{}\n", function.doc);
    }
    let _ = writeln!(text, "{}", call(&full, function));
    if let Some(example) = &function.example {
        let _ = writeln!(text, "\nFor example `{}`.", self::example(example));
    }
    if function.params.is_empty() {
        return;
    }
    text.push_str("\n| parameter | type | default | values | for |\n|---|---|---|---|---|\n");
    for param in &function.params {
        let default = param.default.as_ref();
        let _ = writeln!(
            text,
            "| `{}` | {} | {} | {} | {} |",
            param.name,
            param.type_name,
            default.map_or_else(
                || "has to be given".to_owned(),
                |value| format!("`{value}`")
            ),
            bounds(param).unwrap_or_default(),
            cell(&param.doc),
        );
    }
}

/// How it is used, in Rust: the parameters that have to be given are named.
fn call(full: &str, function: &FunctionEntry) -> String {
    let mut plugin = format!("plugin(\"{full}\")");
    for param in &function.params {
        if param.default.is_none() {
            let value = if param.type_name == "string" {
                "\"…\""
            } else {
                "…"
            };
            let _ = write!(plugin, ".param(\"{}\", {value})", param.name);
        }
    }
    let code = match function.kind {
        Kind::Scalar => format!("{plugin}.call([col(\"…\")])"),
        Kind::Aggregate => format!("{plugin}.agg(col(\"…\"))"),
        Kind::Partition if !function.frames.is_empty() => {
            format!(
                "swath::map_partitions([&{}], {plugin})",
                function.frames.join(", &")
            )
        }
        Kind::Partition => format!("df.map_partitions({plugin})"),
        Kind::Partitioner => format!("df.shuffle(Shuffle::on([\"…\"]).by({plugin}))"),
        Kind::Source => format!("session.read({plugin})"),
        Kind::Sink => format!("df.write({plugin})"),
        Kind::Unknown => {
            return "It is of a kind that this version of swath does not know.".to_owned();
        }
    };
    let mut text = format!("```rust\n{code}\n```");
    if function.kind == Kind::Partition && function.frames.is_empty() {
        // What it needs of its neighbours depends on what it is bound to.
        text.push_str("\n\n`map_overlap` in the place of `map_partitions`, if it sees rows of neighbouring partitions.");
    }
    text
}

/// A text as a cell of a table.
fn cell(text: &str) -> String {
    text.replace('|', "\\|")
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
}

/// What pages call a heading of this text.
fn anchor(text: &str) -> String {
    let kept = text.chars().filter(|c| c.is_alphanumeric() || *c == '_');
    kept.flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::{super::page::tests::geo, page};

    #[test]
    fn the_whole_page() {
        insta::assert_snapshot!(page(&geo()));
    }
}
