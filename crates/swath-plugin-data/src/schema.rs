//! Metas as schemas, once for each function that is bound.

use std::ffi::{CStr, c_char};

use arrow_schema::Schema;
use arrow_schema::ffi::FFI_ArrowSchema;
use swath_meta::Meta;
use swath_plugin_abi::ArrowSchema;

use crate::{Columns, DataError};

const _: () = {
    assert!(size_of::<FFI_ArrowSchema>() == size_of::<ArrowSchema>());
    assert!(align_of::<FFI_ArrowSchema>() == align_of::<ArrowSchema>());
};

/// The columns of a frame as a schema of format `+s`, in border encodings; which of them are its index stands in the metadata.
///
/// # Errors
/// A name with a NUL byte in it, which C has no text for.
pub fn give_meta(meta: &Meta) -> Result<ArrowSchema, DataError> {
    let schema = FFI_ArrowSchema::try_from(meta.to_arrow().as_ref());
    let schema = schema.map_err(|source| DataError::Arrow {
        during: "handing over a schema",
        source,
    })?;
    // SAFETY: both are `struct ArrowSchema` of the C data interface, as the sizes above witness, and neither is used twice.
    Ok(unsafe { std::mem::transmute::<FFI_ArrowSchema, ArrowSchema>(schema) })
}

/// The frame that a schema describes, and the Arrow types that its rows will have.
///
/// # Errors
/// A schema that was released, is no struct, or has a type that no dtype stands for.
pub fn take_meta(schema: ArrowSchema) -> Result<(Meta, Columns), DataError> {
    if schema.release.is_none() {
        return Err(DataError::Released {
            what: "the schema of a frame",
        });
    }
    sound(&schema, DEEPEST).map_err(|reason| DataError::Column {
        column: "(schema)".to_owned(),
        reason,
    })?;
    // SAFETY: as in `give_meta`; what it points to is there, as was checked.
    let schema = unsafe { std::mem::transmute::<ArrowSchema, FFI_ArrowSchema>(schema) };
    let schema = Schema::try_from(&schema).map_err(|source| DataError::Arrow {
        during: "reading a schema",
        source,
    })?;
    Ok((Meta::from_arrow(&schema)?, Columns::new(schema)))
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
        let (found, columns) =
            take_meta(give_meta(&meta()).expect("a schema")).expect("as it was given");
        assert_eq!((found, columns), (meta(), Columns::of_meta(&meta())));
    }

    fn child(schema: &mut ArrowSchema, at: usize) -> &mut ArrowSchema {
        // SAFETY: it was made here with three fields.
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
        let mut given = give_meta(&meta()).expect("a schema");
        given.release = Some(leak);
        change(&mut given);
        let error = take_meta(given).expect_err("a lie");
        error.to_string()
    }

    #[test]
    fn lies_are_found() {
        let said = [
            lie(|given| given.release = None),
            lie(|given| given.format = std::ptr::null()),
            lie(|given| given.n_children = -1),
            lie(|given| given.children = std::ptr::null_mut()),
            lie(|given| drop(std::mem::replace(child(given, 1), ArrowSchema::released()))),
            lie(|given| child(given, 0).format = std::ptr::null()),
            lie(|given| child(given, 0).format = c"+l".as_ptr()),
            lie(|given| child(given, 1).n_children = 0),
            lie(|given| child(given, 1).name = c"\xff".as_ptr()),
            lie(|given| child(given, 2).format = c"q".as_ptr()),
        ];
        assert_snapshot!(said.join("\n"));
    }
}
