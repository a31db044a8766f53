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

/// What is here is for good: of a struct nothing changes, and a table grows at its end.
#[test]
fn layouts() {
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
    insta::assert_snapshot!(text);
}
