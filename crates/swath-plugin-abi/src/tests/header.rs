//! The header for plugins in C is made of the types, so that it cannot say anything else.

use crate::*;
use abi_stable::StableAbi;
use abi_stable::type_layout::{TLData, TLField, TypeLayout};
use std::fmt::Write as _;
use std::process::Command;

const HEADER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/include/swath_plugin.h");

const BEGIN: &str = r#"/* Plugins for swath in C, and in any language that can be called like C.
 *
 * Made of the Rust types by a test: do not edit. What each function and field means stands in the documentation of the crate
 * swath-plugin-abi; rows are those of the Arrow C data interface.
 *
 * A plugin is a dynamic library with two symbols:
 *   swath_plugin_manifest_v1, an array of bytes in the section ".swath_plugin": a manifest as JSON
 *   swath_plugin_root_v1,     a struct swath_plain_root
 *
 * A table begins with a bit for each entry that it has; SWATH_..._ENTRIES are all of this version. Entries are added at the end; those
 * that came after 1.0 may be null.
 */
#ifndef SWATH_PLUGIN_H
#define SWATH_PLUGIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
#define _Static_assert static_assert
extern "C" {
#endif

"#;

/// `BoundTable` as C names it.
fn c_name(name: &str) -> String {
    if name.starts_with("Arrow") {
        return name.to_owned();
    }
    let mut text = "swath".to_owned();
    for letter in name.chars() {
        if letter.is_ascii_uppercase() {
            text.push('_');
        }
        text.push(letter.to_ascii_lowercase());
    }
    text
}

/// A type as C writes it in front of a name.
fn c_type(rust: &str) -> String {
    let rust = rust.trim();
    let rust = rust.strip_suffix("<'a>").unwrap_or(rust);
    if let Some(pointed) = rust.strip_prefix("*mut ") {
        return format!("{}*", spaced(c_type(pointed)));
    }
    if let Some(pointed) = rust.strip_prefix("*const ") {
        let pointed = c_type(pointed);
        return if pointed.ends_with('*') {
            format!("{pointed}const *")
        } else {
            format!("const {}*", spaced(pointed))
        };
    }
    if let Some(table) = rust.strip_prefix("PrefixRef<'a, ") {
        return format!("const struct {} *", c_name(table.trim_end_matches('>')));
    }
    match rust {
        "u8" | "u32" | "u64" | "i64" => {
            let sign = if rust.starts_with('u') { "u" } else { "" };
            format!("{sign}int{}_t", &rust[1..])
        }
        "i8" => "char".to_owned(),
        "usize" => "size_t".to_owned(),
        "bool" => "bool".to_owned(),
        "c_void" | "()" => "void".to_owned(),
        "RStr" => "struct swath_str".to_owned(),
        "RSlice" => "struct swath_functions".to_owned(),
        name => format!("struct {}", c_name(name)),
    }
}

fn spaced(text: String) -> String {
    if text.ends_with('*') {
        text
    } else {
        text + " "
    }
}

/// A field: a value, or a pointer to a function.
fn member(field: &TLField) -> String {
    let name = field.name();
    let Some(function) = field.function_range().iter().next() else {
        return format!("{}{name};", spaced(c_type(&field.full_type().to_string())));
    };
    let parameters = function.param_type_layouts.iter();
    let parameters = parameters.map(|layout| c_type(&layout().full_type().to_string()));
    let parameters: Vec<String> = parameters.collect();
    let returned = function.return_type_layout();
    let returned = returned.map_or("()".to_owned(), |layout| layout().full_type().to_string());
    format!(
        "{}(*{name})({});",
        spaced(c_type(&returned)),
        parameters.join(", ")
    )
}

fn write_struct(layout: &'static TypeLayout, text: &mut String) {
    let table = layout.phantom_fields().get(0).map(|field| field.layout());
    let table = table.filter(|table| table.is_prefix_kind());
    let layout = table.unwrap_or(layout);
    let name = c_name(layout.name());
    let fields = match layout.data() {
        TLData::PrefixType(table) => table.fields,
        _ => layout.get_fields().expect("all of them are structs"),
    };
    let _ = writeln!(text, "struct {name} {{");
    if table.is_some() {
        let _ = writeln!(
            text,
            "    uint64_t entries;\n    const void *reserved; /* null */"
        );
    }
    for field in fields.iter() {
        let _ = writeln!(text, "    {}", member(&field));
    }
    let _ = writeln!(text, "}};");
    let _ = if table.is_some() {
        let all = (1_u64 << fields.len()) - 1;
        let name = name.to_uppercase();
        writeln!(text, "#define {name}_ENTRIES UINT64_C({all:#x})\n")
    } else {
        let size = layout.size();
        writeln!(
            text,
            "_Static_assert(sizeof(void *) != 8 || sizeof(struct {name}) == {size}, \"another layout\");\n"
        )
    };
}

fn header() -> String {
    let mut text = BEGIN.to_owned();
    let numbers: &[(&str, &[(&str, u32)])] = &[
        (
            "What a status says.",
            &[
                ("CODE_OK", code::OK),
                ("CODE_FUNCTION", code::FUNCTION),
                ("CODE_PANIC", code::PANIC),
                ("CODE_PARAMETERS", code::PARAMETERS),
                ("CODE_META", code::META),
                ("CODE_CONTRACT", code::CONTRACT),
                ("CODE_CANCELLED", code::CANCELLED),
                ("CODE_UNSUPPORTED", code::UNSUPPORTED),
                ("CODE_MEMORY", code::MEMORY),
            ],
        ),
        (
            "Kinds of functions.",
            &[
                ("KIND_PARTITION", kind::PARTITION),
                ("KIND_SCALAR", kind::SCALAR),
                ("KIND_AGGREGATE", kind::AGGREGATE),
                ("KIND_PARTITIONER", kind::PARTITIONER),
                ("KIND_SOURCE", kind::SOURCE),
                ("KIND_SINK", kind::SINK),
            ],
        ),
        (
            "How a run goes on.",
            &[
                ("STEP_INPUT", step::INPUT),
                ("STEP_OUTPUT", step::OUTPUT),
                ("STEP_DONE", step::DONE),
                ("NO_INPUT", NO_INPUT),
            ],
        ),
        (
            "Levels of what is logged.",
            &[
                ("LEVEL_ERROR", level::ERROR),
                ("LEVEL_WARN", level::WARN),
                ("LEVEL_INFO", level::INFO),
                ("LEVEL_DEBUG", level::DEBUG),
                ("LEVEL_TRACE", level::TRACE),
            ],
        ),
    ];
    for (what, numbers) in numbers {
        let _ = writeln!(text, "/* {what} */");
        for (name, number) in *numbers {
            let _ = writeln!(text, "#define SWATH_{name} UINT32_C({number:#x})");
        }
        text.push('\n');
    }
    text.push_str(
        "/* A text in UTF-8 that is lent; one without a word may be nowhere. */\nstruct swath_str {\n    const uint8_t *bytes;\n    size_t length;\n};\n\n\
         /* All functions of a plugin. */\nstruct swath_functions {\n    const struct swath_function *const *first;\n    size_t count;\n};\n\n",
    );
    text.push_str("#ifndef ARROW_C_DATA_INTERFACE\n#define ARROW_C_DATA_INTERFACE\n#define ARROW_FLAG_DICTIONARY_ORDERED 1\n#define ARROW_FLAG_NULLABLE 2\n#define ARROW_FLAG_MAP_KEYS_SORTED 4\n\n");
    write_struct(ArrowSchema::LAYOUT, &mut text);
    write_struct(ArrowArray::LAYOUT, &mut text);
    text.push_str("#endif\n\n");
    let all = [
        Text::LAYOUT,
        Status::LAYOUT,
        HostTableRef::LAYOUT,
        Host::LAYOUT,
        Place::LAYOUT,
        BindRequest::LAYOUT,
        RunTableRef::LAYOUT,
        Run::LAYOUT,
        Step::LAYOUT,
        AggregateTableRef::LAYOUT,
        AggregateRun::LAYOUT,
        Listed::LAYOUT,
        BoundTableRef::LAYOUT,
        Bound::LAYOUT,
        FunctionRef::LAYOUT,
        PluginRef::LAYOUT,
        PlainRoot::LAYOUT,
    ];
    for name in all {
        let table = name.phantom_fields().get(0).map(|field| field.layout());
        let layout = table.filter(|table| table.is_prefix_kind()).unwrap_or(name);
        let _ = writeln!(text, "struct {};", c_name(layout.name()));
    }
    text.push('\n');
    for layout in all {
        write_struct(layout, &mut text);
    }
    text.push_str("#ifdef __cplusplus\n}\n#endif\n\n#endif\n");
    text
}

/// `SWATH_HEADER=write` writes it anew.
#[test]
#[expect(
    clippy::disallowed_methods,
    reason = "a test reads and writes a file of its crate"
)]
fn it_is_what_the_types_are() {
    let made = header();
    if std::env::var_os("SWATH_HEADER").is_some_and(|what| what == "write") {
        std::fs::write(HEADER, &made).expect("it can be written");
    }
    let found = std::fs::read_to_string(HEADER).expect("it is part of the crate");
    assert!(
        found == made,
        "include/swath_plugin.h is not what the types are: SWATH_HEADER=write cargo test -p swath-plugin-abi writes it"
    );
}

/// The linker that Rust needs is a C compiler here: what has none cannot have built this test.
#[test]
fn a_compiler_of_c_takes_it() {
    let checked = Command::new("cc")
        .args(["-std=c11", "-Wall", "-Wextra", "-Werror", "-pedantic"])
        .args(["-fsyntax-only", "-x", "c", HEADER])
        .output()
        .expect("there is a C compiler");
    assert!(
        checked.status.success(),
        "{}",
        String::from_utf8_lossy(&checked.stderr)
    );
}
