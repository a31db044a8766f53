//! What the layouts are.

use crate::*;
use abi_stable::StableAbi;
use abi_stable::type_layout::{TLData, TypeLayout};
use std::fmt::Write as _;

/// Size and fields, of a table also how many of them the first version had, and the functions among them.
fn describe(layout: &'static TypeLayout, text: &mut String) {
    // A reference to a table names the table as a phantom field.
    let table = layout.phantom_fields().get(0).map(|field| field.layout());
    let layout = table
        .filter(|table| table.is_prefix_kind())
        .unwrap_or(layout);
    let _ = match layout.data() {
        TLData::PrefixType(table) => writeln!(
            text,
            "table {}, {} entries in 1.0",
            layout.full_type(),
            table.first_suffix_field
        ),
        _ => writeln!(
            text,
            "struct {}, {} bytes",
            layout.full_type(),
            layout.size()
        ),
    };
    let fields = match layout.data() {
        TLData::PrefixType(table) => table.fields,
        _ => layout.get_fields().expect("all of them are structs"),
    };
    for field in fields.iter() {
        // The first line; more are lifetimes by number.
        let first = |text: String| text.lines().next().unwrap_or_default().to_owned();
        let functions = field.function_range().iter();
        let functions: Vec<_> = functions.map(|one| first(one.to_string())).collect();
        let written = match functions.as_slice() {
            [] => field.full_type().to_string(),
            functions => functions.join(", "),
        };
        let _ = writeln!(text, "  {}: {written}", field.name());
    }
}

/// All layouts, as they are.
fn described() -> String {
    let mut text = String::new();
    let layouts = [
        PluginRef::LAYOUT,
        FunctionRef::LAYOUT,
        BoundTableRef::LAYOUT,
        RunTableRef::LAYOUT,
        AggregateTableRef::LAYOUT,
        HostTableRef::LAYOUT,
        BindRequest::LAYOUT,
        Bound::LAYOUT,
        Run::LAYOUT,
        Step::LAYOUT,
        AggregateRun::LAYOUT,
        Listed::LAYOUT,
        Host::LAYOUT,
        Status::LAYOUT,
        Text::LAYOUT,
        Place::LAYOUT,
        PlainRoot::LAYOUT,
        ArrowArray::LAYOUT,
        ArrowSchema::LAYOUT,
    ];
    for layout in layouts {
        describe(layout, &mut text);
    }
    text
}

#[test]
fn layouts() {
    insta::assert_snapshot!(described());
}

/// The layouts of the first version, which nobody writes anew: plugins that were built for it are out there.
const OF_1_0: &str = include_str!("layouts-1.0.txt");

/// What a text describes: in front of each the line that names it, then its fields.
fn by_name(text: &str) -> Vec<(&str, Vec<&str>)> {
    let mut all: Vec<(&str, Vec<&str>)> = Vec::new();
    for line in text.lines().map(str::trim_end) {
        match all.last_mut() {
            Some((_, fields)) if line.starts_with(' ') => fields.push(line),
            _ => all.push((line, Vec::new())),
        }
    }
    all
}

/// What was in 1.0 is for good: of a struct nothing changes, and a table grows at its end.
#[test]
fn what_1_0_has_stays() {
    let now = described();
    let now = by_name(&now);
    for (name, fields) in by_name(OF_1_0) {
        let (_, found) = now
            .iter()
            .find(|(found, _)| *found == name)
            .unwrap_or_else(|| panic!("1.0 has `{name}`"));
        let kept = if name.starts_with("table ") {
            &found[..fields.len().min(found.len())]
        } else {
            &found[..]
        };
        assert_eq!(kept, fields, "`{name}` has been changed since 1.0");
    }
}
