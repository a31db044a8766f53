//! Why a file is no plugin that this program can load.

use std::io;
use std::path::{Path, PathBuf};
use swath_plugin_abi::{PLAIN_ROOT_SYMBOL, ROOT_SYMBOL};

/// A file that is not a plugin, or not one for this program and this machine. None of its code has run.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PluginFileError {
    /// A path that leads nowhere.
    #[error(
        "there is no file `{}`: correct the path, or build the plugin first, with `swath plugin build`",
        path.display()
    )]
    Missing {
        /// What was asked for, from the root.
        path: PathBuf,
    },
    /// A link to what is not there.
    #[error(
        "`{}` is a link to `{}`, which is not there: name the file itself, or make the link again",
        path.display(), target.display()
    )]
    DanglingLink {
        /// The link.
        path: PathBuf,
        /// Where it leads.
        target: PathBuf,
    },
    /// A file that the system does not let this program read.
    #[error("`{}` cannot be read: see who may read it, and where its links lead", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A folder.
    #[error("`{}` is a folder, not a plugin: name a file in it, such as `libgeo.so`", path.display())]
    Folder {
        /// The folder.
        path: PathBuf,
    },
    /// A device, a pipe or a socket.
    #[error(
        "`{}` is a device, a pipe or a socket, not a plugin: name a regular file",
        path.display()
    )]
    NotRegular {
        /// What it is.
        path: PathBuf,
    },
    /// A file of no bytes.
    #[error(
        "`{}` is empty: its build or copy was broken off; build or copy the plugin again",
        path.display()
    )]
    Empty {
        /// The file.
        path: PathBuf,
    },
    /// A file that is larger than plugins are.
    #[error(
        "`{}` has {size} bytes, and a plugin at most {largest}: name the right file, or build without symbols for debugging",
        path.display()
    )]
    TooLarge {
        /// The file.
        path: PathBuf,
        /// How large it is, in bytes.
        size: u64,
        /// How large a plugin may be, in bytes.
        largest: u64,
    },
    /// A file of another format.
    #[error(
        "`{}` is no ELF shared library but {found}: name the `.so` file of a crate of the type `cdylib`",
        path.display()
    )]
    NotElf {
        /// The file.
        path: PathBuf,
        /// What it is.
        found: &'static str,
    },
    /// A file whose end is missing.
    #[error(
        "`{}` is truncated: {part} ends at byte {end}, and the file has {size} bytes; build or copy the plugin again",
        path.display()
    )]
    Truncated {
        /// The file.
        path: PathBuf,
        /// What reaches beyond the end.
        part: &'static str,
        /// Where that ends, in bytes from the beginning.
        end: u64,
        /// How large the file is, in bytes.
        size: u64,
    },
    /// A file whose parts contradict each other.
    #[error("`{}` is damaged: {reason}; build or copy the plugin again", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// A library for another machine.
    #[error(
        "`{}` is built for {built_for}, and this program runs on {here}: build the plugin for {here}",
        path.display()
    )]
    Machine {
        /// The file.
        path: PathBuf,
        /// The machine that it is for.
        built_for: String,
        /// The machine that this program is for.
        here: &'static str,
    },
    /// An ELF file that is no shared library.
    #[error(
        "`{}` is no shared library but {found}: name the `.so` file of a crate of the type `cdylib`",
        path.display()
    )]
    NotShared {
        /// The file.
        path: PathBuf,
        /// What it is.
        found: &'static str,
    },
    /// A shared library without a manifest.
    #[error(
        "`{}` is a shared library that exports no swath plugin: if its crate has one, build it with `swath plugin build`",
        path.display()
    )]
    NotAPlugin {
        /// The file.
        path: PathBuf,
    },
    /// A shared library that has a manifest and lacks one of the two symbols of a plugin.
    #[error(
        "`{}` has the manifest of a plugin and exports no `{symbol}`{}: build it with `swath plugin build`, and keep its dynamic symbols when stripping it",
        path.display(), in_another_language(symbol)
    )]
    NoSymbol {
        /// The file.
        path: PathBuf,
        /// The symbol.
        symbol: &'static str,
    },
    /// A manifest that is no JSON, or not the JSON of a manifest.
    #[error(
        "the manifest in `{}` cannot be read: build the plugin again, with `swath plugin build`",
        path.display()
    )]
    Manifest {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: serde_json::Error,
    },
    /// A manifest without something that every plugin says.
    #[error(
        "the manifest in `{}` has no `{field}`: build the plugin again, with `swath plugin build`",
        path.display()
    )]
    ManifestLacks {
        /// The file.
        path: PathBuf,
        /// The field.
        field: &'static str,
    },
    /// A manifest that says something impossible.
    #[error(
        "the manifest in `{}` has `{found}` as `{field}`; expected {expected}",
        path.display()
    )]
    ManifestField {
        /// The file.
        path: PathBuf,
        /// The field.
        field: &'static str,
        /// What stands there.
        found: String,
        /// What may stand there.
        expected: &'static str,
    },
    /// Two functions of one name.
    #[error(
        "`{}` has two functions `{plugin}.{function}`: give one of them another name",
        path.display()
    )]
    DuplicateFunction {
        /// The file.
        path: PathBuf,
        /// The plugin.
        plugin: String,
        /// The name that two functions have.
        function: String,
    },
    /// A plugin for another major version of the interface.
    #[error(
        "`{}` is built for plugin interface {built_for}, this program speaks {ours}.x: build the plugin with version {ours} of `swath-plugin`",
        path.display()
    )]
    Interface {
        /// The file.
        path: PathBuf,
        /// The version that it is built for.
        built_for: String,
        /// The major version of this program.
        ours: u32,
    },
    /// A plugin for another system.
    #[error(
        "`{}` is built for {built_for}, and this program runs on {here}: build the plugin for {here}",
        path.display()
    )]
    Target {
        /// The file.
        path: PathBuf,
        /// The target that its manifest names.
        built_for: String,
        /// The target of this program.
        here: String,
    },
    /// A plugin in which a panic ends the process.
    #[error(
        "`{}` is built with `panic = \"{found}\"`, so that its first panic would end this program: build it with `panic = \"unwind\"`",
        path.display()
    )]
    Panic {
        /// The file.
        path: PathBuf,
        /// What a panic does in it.
        found: String,
    },
    /// A plugin for a feature of processors that this program has never heard of.
    #[error(
        "`{}` is compiled for the processor feature `{feature}`, which this program does not know of {arch}: build the plugin without `target-cpu` and `target-feature`, or use a newer version of this program",
        path.display()
    )]
    UnknownProcessorFeature {
        /// The file.
        path: PathBuf,
        /// The feature.
        feature: String,
        /// The architecture of this program.
        arch: &'static str,
    },
    /// A plugin for a newer processor.
    #[error(
        "`{}` is compiled for processors with {}, which this machine's has not: build the plugin without `target-cpu=native`",
        path.display(), lacking.join(", ")
    )]
    Processor {
        /// The file.
        path: PathBuf,
        /// The features that the processor lacks.
        lacking: Vec<String>,
    },
}

impl PluginFileError {
    /// The file that the error is about: without links where it is there, and else as it was asked for, from the root.
    pub fn path(&self) -> &Path {
        match self {
            Self::Missing { path }
            | Self::DanglingLink { path, .. }
            | Self::Unreadable { path, .. }
            | Self::Folder { path }
            | Self::NotRegular { path }
            | Self::Empty { path }
            | Self::TooLarge { path, .. }
            | Self::NotElf { path, .. }
            | Self::Truncated { path, .. }
            | Self::Damaged { path, .. }
            | Self::Machine { path, .. }
            | Self::NotShared { path, .. }
            | Self::NotAPlugin { path }
            | Self::NoSymbol { path, .. }
            | Self::Manifest { path, .. }
            | Self::ManifestLacks { path, .. }
            | Self::ManifestField { path, .. }
            | Self::DuplicateFunction { path, .. }
            | Self::Interface { path, .. }
            | Self::Target { path, .. }
            | Self::Panic { path, .. }
            | Self::UnknownProcessorFeature { path, .. }
            | Self::Processor { path, .. } => path,
        }
    }
}

/// What a plugin that was not written in Rust exports instead.
fn in_another_language(symbol: &str) -> String {
    if symbol == ROOT_SYMBOL {
        format!(" (one in another language: `{PLAIN_ROOT_SYMBOL}`)")
    } else {
        String::new()
    }
}
