//! A plugin's file, before any of its code runs.

mod plugin_file;

mod format;
mod glibc;
mod library;

mod fit;
mod manifest;
mod processor;

mod error;

#[cfg(test)]
mod tests;

pub(crate) use manifest::check as check_manifest;

pub use error::PluginFileError;
pub use glibc::GlibcVersion;
pub use plugin_file::PluginFile;
