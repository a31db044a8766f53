//! A plugin that can be called.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::fmt::{self, Debug, Formatter};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use swath_plugin_abi::{FunctionRef, Kind, Manifest, PluginRef, read_lent};

use crate::call::{Function, process};
use crate::file::check_manifest;
use crate::load::{Inside, LoadError, open};
use crate::{FileHash, PluginCopies, PluginFile, Policy, disk};

/// A plugin, loaded from a file or linked into the program. It stays until the process ends.
///
/// ```
/// use swath_plugin_host::{LoadError, Plugin, PluginCopies, Policy};
///
/// let copies = PluginCopies::in_folder(std::env::temp_dir().join("swath-plugins"));
/// let error = Plugin::load("no/such/libgeo.so", &Policy::default(), &copies).unwrap_err();
/// assert!(matches!(error, LoadError::File(_)));
/// ```
pub struct Plugin {
    manifest: Manifest,
    path: Option<PathBuf>,
    hash: FileHash,
    functions: Vec<Function>,
}

impl Plugin {
    /// Checks a file, opens a copy of it that nobody else can write, and makes the plugin ready.
    ///
    /// Warm, this costs a few milliseconds, most of them for reading and hashing the file. The same file twice is the same library,
    /// once in memory.
    ///
    /// # Errors
    /// [`LoadError`], as early as it can be known: no code of a file runs before all that can be seen from outside was checked.
    pub fn load(
        path: impl AsRef<Path>,
        policy: &Policy,
        copies: &PluginCopies,
    ) -> Result<Arc<Self>, LoadError> {
        let file = PluginFile::read(path)?;
        policy.check(&file)?;
        let copy = copies.copy(&file)?;
        let root = open(&copy, file.path())?;
        let found = Self::read(root)?;
        let expected = file.manifest();
        if found != *expected {
            let says =
                |manifest: &Manifest| format!("that it is {} {}", manifest.name, manifest.version);
            return Err(LoadError::Manifest {
                path: file.path().to_owned(),
                expected: says(expected),
                found: says(&found),
            });
        }
        Self::ready(root, found, file.hash(), Some(file.path().to_owned()))
    }

    /// A plugin that is part of the program.
    ///
    /// What tells it from another version of itself is its manifest, and the program that it is part of, by size and time.
    ///
    /// # Errors
    /// [`LoadError`]
    pub fn linked(root: PluginRef) -> Result<Arc<Self>, LoadError> {
        let mut of = root.manifest().as_bytes().to_vec();
        of.extend(disk::this_program());
        let manifest = Self::read(root)?;
        check_manifest(Path::new(&manifest.name), &manifest)?;
        Self::ready(root, manifest, FileHash::of(&of), None)
    }

    fn read(root: PluginRef) -> Result<Manifest, LoadError> {
        serde_json::from_str(&read_lent(root.manifest())).map_err(|error| LoadError::Unreadable {
            reason: error.to_string(),
        })
    }

    /// The plugin of this root: made ready by the first who asks, and the same for all after.
    fn ready(
        root: PluginRef,
        manifest: Manifest,
        hash: FileHash,
        path: Option<PathBuf>,
    ) -> Result<Arc<Self>, LoadError> {
        static READY: Mutex<BTreeMap<usize, Arc<Plugin>>> = Mutex::new(BTreeMap::new());
        // Held while a plugin is made ready: nobody else may call it before.
        let mut ready = READY.lock().unwrap_or_else(PoisonError::into_inner);
        match ready.entry(root.0.to_raw_ptr().addr()) {
            Entry::Occupied(known) => Ok(Arc::clone(known.get())),
            Entry::Vacant(place) => {
                let plugin = Self::make_ready(root, manifest, hash, path)?;
                Ok(Arc::clone(place.insert(Arc::new(plugin))))
            }
        }
    }

    fn make_ready(
        root: PluginRef,
        manifest: Manifest,
        hash: FileHash,
        path: Option<PathBuf>,
    ) -> Result<Self, LoadError> {
        let name: Arc<str> = manifest.name.as_str().into();
        let at = path.clone().unwrap_or_else(|| manifest.name.clone().into());
        let tables = root.functions();
        let listed: Vec<&str> = manifest
            .functions
            .iter()
            .map(|entry| entry.name.as_str())
            .collect();
        let name_of = |table: &FunctionRef| read_lent(table.name()).into_owned();
        let found: Vec<String> = tables.iter().map(name_of).collect();
        if listed != found {
            return Err(LoadError::Manifest {
                path: at,
                expected: format!("that it has [{}]", listed.join(", ")),
                found: format!("that it has [{}]", found.join(", ")),
            });
        }
        let mut functions = Vec::with_capacity(listed.len());
        for (entry, table) in manifest.functions.iter().zip(tables.iter()) {
            let kind = Kind::from_number(table.kind());
            if kind != entry.kind {
                return Err(LoadError::Manifest {
                    path: at,
                    expected: format!(
                        "that `{}` is of the kind `{}`",
                        entry.name,
                        entry.kind.as_str()
                    ),
                    found: format!("that it is of the kind `{}`", kind.as_str()),
                });
            }
            functions.push(Function::new(&name, entry.clone(), Arc::new(*table)));
        }
        let inside = Inside::new(&name, None);
        // SAFETY: the host is valid until the process ends; this is the first call of this root.
        let ready = unsafe { (root.init())(process(&name)) };
        drop(inside);
        ready.into_result().map_err(|source| LoadError::Init {
            path: at.clone(),
            source,
        })?;
        Ok(Self {
            manifest,
            path,
            hash,
            functions,
        })
    }

    /// What it says of itself.
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// Where it was loaded from; `None` where it is part of the program.
    pub fn path(&self) -> Option<&Path> {
        self.path.as_deref()
    }

    /// What tells it from every other.
    pub fn hash(&self) -> FileHash {
        self.hash
    }

    /// Its functions, in the order of its manifest.
    pub fn functions(&self) -> &[Function] {
        &self.functions
    }

    /// The function of this name within the plugin.
    pub fn function(&self, name: &str) -> Option<&Function> {
        self.functions
            .iter()
            .find(|function| function.entry().name == name)
    }
}

impl Debug for Plugin {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "Plugin({} {}, {})",
            self.manifest.name,
            self.manifest.version,
            self.hash.short()
        )
    }
}
