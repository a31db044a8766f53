//! Metas as schemas, once for each function that is bound.

use std::ffi::{CStr, c_char};

use arrow_schema::ffi::FFI_ArrowSchema;
use arrow_schema::{DataType, Field, Schema};
use swath_meta::Meta;
use swath_plugin_abi::ArrowSchema;

use crate::{Columns, DataError};

const _: () = {
    assert!(size_of::<FFI_ArrowSchema>() == size_of::<ArrowSchema>());
    assert!(align_of::<FFI_ArrowSchema>() == align_of::<ArrowSchema>());
};

/// The columns of frames as one schema of format `+s`, with a field of format `+s` for each, in border encodings; which of their
/// columns are an index stands in the metadata of the field.
///
/// # Errors
/// A name with a NUL byte in it, which C has no text for.
pub fn give_metas<'a>(metas: impl IntoIterator<Item = &'a Meta>) -> Result<ArrowSchema, DataError> {
    let frames = metas.into_iter().enumerate().map(|(at, meta)| {
        let schema = meta.to_arrow();
        let columns = DataType::Struct(schema.fields().clone());
        Field::new(at.to_string(), columns, false).with_metadata(schema.metadata().clone())
    });
    let schema = Schema::new(frames.collect::<Vec<_>>());
    let schema = FFI_ArrowSchema::try_from(&schema).map_err(|source| DataError::Arrow {
        during: "handing over a schema",
        source,
    })?;
    // SAFETY: both are `struct ArrowSchema` of the C data interface, as the sizes above witness, and neither is used twice.
    Ok(unsafe { std::mem::transmute::<FFI_ArrowSchema, ArrowSchema>(schema) })
}

/// The frames that a schema describes, and the Arrow types that their rows will have.
///
/// # Errors
/// A schema that was released, is no struct of structs, or has a type that no dtype stands for.
pub fn take_metas(schema: ArrowSchema) -> Result<Vec<(Meta, Columns)>, DataError> {
    let wrong = |reason: String| DataError::Column {
        column: "(schema)".to_owned(),
        reason,
    };
    if schema.release.is_none() {
        return Err(DataError::Released {
            what: "the schema of a frame",
        });
    }
    sound(&schema, DEEPEST).map_err(wrong)?;
    // SAFETY: as in `give_metas`; what it points to is there, as was checked.
    let schema = unsafe { std::mem::transmute::<ArrowSchema, FFI_ArrowSchema>(schema) };
    let schema = Schema::try_from(&schema).map_err(|source| DataError::Arrow {
        during: "reading a schema",
        source,
    })?;
    let frames = schema.fields().iter().map(|frame| {
        let DataType::Struct(columns) = frame.data_type() else {
            let (name, found) = (frame.name(), frame.data_type());
            return Err(wrong(format!(
                "`{name}` is {found} where a frame is a struct of columns"
            )));
        };
        let schema = Schema::new_with_metadata(columns.clone(), frame.metadata().clone());
        Ok((Meta::from_arrow(&schema)?, Columns::new(schema)))
    });
    frames.collect()
}

/// Fields within fields, down to which schemas are read.
const DEEPEST: usize = 64;

/// Whether a schema is built as its formats say, before Arrow follows its pointers.
fn sound(schema: &ArrowSchema, depth: usize) -> Result<(), String> {
    if depth == 0 {
        return Err(format!("fields within fields, more than {DEEPEST} deep"));
    }
    if schema.release.is_none() {
        return Err("a field was released before it was handed over".to_owned());
    }
    let format = text(schema.format)?.ok_or("a field without a format")?;
    text(schema.name)?;
    let width = format
        .strip_prefix("w:")
        .or_else(|| format.strip_prefix("+w:"));
    if width.is_some_and(|width| width.parse::<u32>().is_err()) {
        return Err(format!("a width that is none, `{format}`"));
    }
    let count = usize::try_from(schema.n_children)
        .map_err(|_| format!("{} fields inside `{format}`", schema.n_children))?;
    let expected = match format {
        "+l" | "+L" | "+vl" | "+vL" | "+m" => Some(1),
        "+r" => Some(2),
        _ if format.starts_with("+w:") => Some(1),
        _ if format.starts_with("+s") || format.starts_with("+u") => None,
        _ => Some(0),
    };
    if expected.is_some_and(|expected| expected != count) {
        return Err(format!("{count} fields inside `{format}`"));
    }
    if count > 0 && schema.children.is_null() {
        return Err(format!("no list of the fields inside `{format}`"));
    }
    for at in 0..count {
        // SAFETY: there is a list, and by the specification it has as many pointers as there are children.
        let child = unsafe { schema.children.add(at) };
        // SAFETY: see above.
        let child = unsafe { *child };
        // SAFETY: it is null or points to a schema that belongs to this one.
        let child = unsafe { child.as_ref() }.ok_or("a field that is not there")?;
        sound(child, depth - 1)?;
    }
    // SAFETY: it is null or points to a schema that belongs to this one.
    match unsafe { schema.dictionary.as_ref() } {
        Some(values) => sound(values, depth - 1),
        None => Ok(()),
    }
}

/// A text of C, if there is one.
fn text<'a>(pointer: *const c_char) -> Result<Option<&'a str>, String> {
    if pointer.is_null() {
        return Ok(None);
    }
    // SAFETY: it is not null, and by the specification it ends with a NUL byte and lives as long as the schema.
    let text = unsafe { CStr::from_ptr(pointer) }.to_str();
    text.map(Some)
        .map_err(|_| "a name or format that is not UTF-8".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use insta::assert_snapshot;

    fn meta() -> Meta {
        Meta::of([
            ("k", "category"),
            ("v", "list<int64>"),
            ("s", "struct<a: int64>"),
        ])
        .and_then(|meta| meta.set_index(["k"]))
        .expect("a meta")
    }

    #[test]
    fn columns_and_index_come_back() {
        let other = Meta::of([("n", "int64")]).expect("a meta");
        let given = give_metas([&meta(), &other]).expect("a schema");
        let expected = [meta(), other].map(|meta| (meta.clone(), Columns::of_meta(&meta)));
        assert_eq!(take_metas(given).expect("as it was given"), expected);
    }

    fn child(schema: &mut ArrowSchema, at: usize) -> &mut ArrowSchema {
        // SAFETY: it was made here with more fields than that.
        let child = unsafe { schema.children.add(at) };
        // SAFETY: see above.
        let child = unsafe { *child };
        // SAFETY: it points to one of them, and nobody else uses it.
        unsafe { &mut *child }
    }

    /// Frees nothing: what was changed must not be freed by who made it.
    unsafe extern "C" fn leak(schema: *mut ArrowSchema) {
        // SAFETY: whoever releases a schema has it for itself.
        unsafe { (*schema).release = None }
    }

    #[track_caller]
    fn lie(change: impl FnOnce(&mut ArrowSchema)) -> String {
        let mut given = give_metas([&meta()]).expect("a schema");
        given.release = Some(leak);
        change(&mut given);
        let error = take_metas(given).expect_err("a lie");
        error.to_string()
    }

    /// A schema of a column, where one of frames is expected.
    fn column() -> ArrowSchema {
        let schema = Schema::new(vec![Field::new("n", DataType::Int64, false)]);
        let schema = FFI_ArrowSchema::try_from(&schema).expect("a schema");
        // SAFETY: as in `give_metas`.
        unsafe { std::mem::transmute::<FFI_ArrowSchema, ArrowSchema>(schema) }
    }

    #[test]
    fn lies_are_found() {
        let said = [
            lie(|given| given.release = None),
            lie(|given| given.format = std::ptr::null()),
            lie(|given| given.n_children = -1),
            lie(|given| given.children = std::ptr::null_mut()),
            lie(|given| {
                drop(std::mem::replace(
                    child(child(given, 0), 1),
                    ArrowSchema::released(),
                ));
            }),
            lie(|given| child(child(given, 0), 0).format = std::ptr::null()),
            lie(|given| child(child(given, 0), 0).format = c"+l".as_ptr()),
            lie(|given| child(child(given, 0), 1).n_children = 0),
            lie(|given| child(child(given, 0), 1).name = c"\xff".as_ptr()),
            lie(|given| child(child(given, 0), 2).format = c"q".as_ptr()),
            lie(|given| child(child(given, 0), 0).format = c"w:-1".as_ptr()),
            lie(|given| child(child(given, 0), 1).format = c"+w:-1".as_ptr()),
            lie(|given| *given = column()),
        ];
        assert_snapshot!(said.join("\n"));
    }
}
