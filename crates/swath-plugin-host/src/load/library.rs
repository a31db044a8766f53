//! A library is opened for good.

use std::error::Error;
use std::mem::ManuallyDrop;
use std::path::Path;

use libloading::os::unix::{Library, RTLD_LOCAL, RTLD_NOW};
use swath_plugin_abi::abi_stable::StableAbi;
use swath_plugin_abi::abi_stable::abi_stability::abi_checking::{
    AbiInstabilityErrors, check_layout_compatibility,
};
use swath_plugin_abi::abi_stable::library::AbiHeaderRef;
use swath_plugin_abi::{PluginRef, ROOT_SYMBOL};

use super::{Inside, LoadError};

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
    let inside = Inside::new();
    // SAFETY: constructors of the library run, which is what whoever allowed it agreed to; its segments lie within the file.
    let library =
        unsafe { Library::open(Some(path), flags) }.map_err(|error| refused(chain(&error)))?;
    // Its constructors have run: from here on it is never closed.
    let library = ManuallyDrop::new(library);
    // SAFETY: by the manifest beside it the symbol is the header of a root module; `upgrade` looks at its magic before anything else.
    let header = unsafe { library.get::<AbiHeaderRef>(ROOT_SYMBOL.as_bytes()) };
    let header: AbiHeaderRef = *header.map_err(|error| refused(chain(&error)))?;

    let broken = |reason: String| LoadError::Layout {
        path: of.to_owned(),
        reason,
    };
    let header = header
        .upgrade()
        .map_err(|error| broken(last_line(&error.to_string())))?;
    let theirs = header
        .layout()
        .ok_or_else(|| broken("it says nothing of its layout".to_owned()))?;
    let ours = PluginRef::LAYOUT;
    // An older plugin lacks what was added since, a newer one has more than is known here: tables grow at their end, so it is
    // enough that one of both fits into the other.
    if let Err(errors) = check_layout_compatibility(ours, theirs)
        && check_layout_compatibility(theirs, ours).is_err()
    {
        return Err(broken(first_difference(&errors)));
    }
    // SAFETY: the layouts were compared just now.
    let root = unsafe { header.unchecked_layout::<PluginRef>() };
    drop(inside);
    root.map_err(|error| broken(last_line(&error.to_string())))
}

/// An error with its causes: those of the system stand behind the one that is seen.
fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}

/// The gist of what is a page otherwise.
fn last_line(text: &str) -> String {
    let line = text.lines().rev().find(|line| !line.trim().is_empty());
    line.unwrap_or_default().trim().to_owned()
}

/// Where it differs and how, in a line; the whole report has some ten thousand characters.
fn first_difference(errors: &AbiInstabilityErrors) -> String {
    let first = errors.errors.iter().find_map(|error| {
        let place = error.stack_trace.last().map(|at| at.expected.to_string());
        Some((place.unwrap_or_default(), error.errs.first()?))
    });
    match first {
        Some((place, difference)) => {
            let text = format!("{difference:?}");
            let kind = text
                .split(['(', '{', ' '])
                .next()
                .unwrap_or_default()
                .to_owned();
            format!("{} at `{}`", kind, last_line(&place))
        }
        None => "its layout is another one".to_owned(),
    }
}
