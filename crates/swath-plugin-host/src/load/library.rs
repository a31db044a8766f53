//! A library is opened for good.

use std::mem::ManuallyDrop;
use std::path::Path;
use std::ptr;

use libloading::os::unix::{Library, RTLD_LOCAL, RTLD_NOW};
use swath_plugin_abi::abi_stable::StableAbi;
use swath_plugin_abi::abi_stable::library::{AbiHeader, AbiHeaderRef};
use swath_plugin_abi::{
    LayoutMismatch, PLAIN_ROOT_SYMBOL, PlainRoot, PluginRef, ROOT_SYMBOL, has_entries,
};

use super::{Inside, LoadError, opened, with_causes};

/// Opens a library and finds its root. It stays open as long as the process: no system can take code back that threads, hooks and
/// statics may still point to.
///
/// `path` is what is opened, `of` what messages name.
pub(crate) fn open(path: &Path, of: &Path) -> Result<PluginRef, LoadError> {
    let refused = |reason: String| LoadError::Open {
        path: of.to_owned(),
        reason,
    };
    // What is missing is found now, and not at the first call.
    let flags = RTLD_NOW | RTLD_LOCAL;
    let name = of.to_string_lossy();
    let inside = Inside::new(&name, None);
    // SAFETY: constructors of the library run, which is what whoever allowed it agreed to; its segments lie within the file.
    let library = unsafe { Library::open(Some(path), flags) }
        .map_err(|error| refused(with_causes(&error)))?;
    // Its constructors have run: from here on it is never closed.
    let library = ManuallyDrop::new(library);
    let broken = |reason: String| LoadError::Layout {
        path: of.to_owned(),
        reason,
    };
    // SAFETY: by the manifest beside it the symbol is the header of a root module; `upgrade` looks at its magic before anything else.
    let root = match unsafe { library.get::<AbiHeaderRef>(ROOT_SYMBOL.as_bytes()) } {
        Ok(header) => {
            opened::remember(ptr::from_ref::<AbiHeader>(&header).cast(), of);
            compared(*header).map_err(broken)?
        }
        Err(missing) => {
            // SAFETY: by the manifest beside it the symbol is a root; its version is looked at before anything else.
            let root = unsafe { library.get::<*const PlainRoot>(PLAIN_ROOT_SYMBOL.as_bytes()) };
            let root: *const PlainRoot = *root.map_err(|_| refused(with_causes(&missing)))?;
            opened::remember(root.cast(), of);
            // SAFETY: a symbol that was found points somewhere, and a version comes first.
            let root = unsafe { root.cast::<u32>().as_ref() }.map(|major| (*major, root));
            believed(root).map_err(broken)?
        }
    };
    drop(inside);
    Ok(root)
}

/// The root behind a header, after a look at how both sides lay it out.
fn compared(header: AbiHeaderRef) -> Result<PluginRef, String> {
    if !header.is_valid() {
        return Err(no_header(&header));
    }
    let header = header
        .upgrade()
        .map_err(|error| last_line(&error.to_string()))?;
    let theirs = header.layout().ok_or("it says nothing of its layout")?;
    LayoutMismatch::check(PluginRef::LAYOUT, theirs).map_err(|mismatch| mismatch.to_string())?;
    // SAFETY: the layouts were compared just now.
    let root = unsafe { header.unchecked_layout::<PluginRef>() };
    root.map_err(|error| last_line(&error.to_string()))
}

/// Why nothing can be read of what stands where a header should.
fn no_header(found: &AbiHeader) -> String {
    let ours = AbiHeader::VALUE;
    if found.magic_string != ours.magic_string {
        return "its root is none".to_owned();
    }
    format!(
        "its root is laid out by version {}.{} of `abi_stable`, and this is {}.{}",
        found.abi_major, found.abi_minor, ours.abi_major, ours.abi_minor
    )
}

/// A root that says its version and nothing of its layout: what it was compiled with is believed.
fn believed(root: Option<(u32, *const PlainRoot)>) -> Result<PluginRef, String> {
    let (major, root) = root.ok_or("its root is nowhere")?;
    if major != 1 {
        return Err(format!(
            "it was built for version {major} of it, and this is 1"
        ));
    }
    // SAFETY: nothing is read: it is where a field of it is.
    let plugin = unsafe { &raw const (*root).plugin };
    // SAFETY: it is a root of this version, which is what its symbol and its version say, and points to a table or nowhere.
    let table = unsafe { plugin.cast::<*const u64>().read() };
    // Entries of 1.0 are read without a look at whether they are there.
    let lacks = |what: &str| Err(format!("its table {what} lacks entries of 1.0"));
    // SAFETY: it points to a table, or nowhere.
    if !unsafe { has_entries(table, 3) } {
        return lacks("of the plugin");
    }
    // SAFETY: it is not nowhere, as was seen just now.
    let plugin: PluginRef = unsafe { *plugin };
    let functions = plugin.functions();
    if functions.as_ptr().is_null() && !functions.is_empty() {
        return lacks("of functions");
    }
    for at in 0..functions.len() {
        // SAFETY: there are as many pointers as it says.
        let function = unsafe { functions.as_ptr().add(at) };
        // SAFETY: it is a pointer.
        let function = unsafe { function.cast::<*const u64>().read() };
        // SAFETY: it points to a table, or nowhere.
        if !unsafe { has_entries(function, 3) } {
            return lacks("of a function");
        }
    }
    Ok(plugin)
}

/// The gist of what is a page otherwise.
fn last_line(text: &str) -> String {
    let line = text.lines().rev().find(|line| !line.trim().is_empty());
    line.unwrap_or_default().trim().to_owned()
}
