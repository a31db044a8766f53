//! A plugin that can be called.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::fmt::{self, Debug, Formatter};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use swath_plugin_abi::{
    FunctionEntry, FunctionRef, Host, Kind, Manifest, PluginError, PluginRef, read_lent,
};

use crate::call::{Function, process};
use crate::file::check_manifest;
use crate::isolate::{Elsewhere, Isolation, Pool};
use crate::load::{Inside, LoadError, open};
use crate::this_program::this_program;
use crate::{FileHash, Isolate, Pin, PluginCopies, PluginFile, Policy};

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
    is_isolated: bool,
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
        Self::here(&file, copies)
    }

    /// As [`load`](Self::load), in processes of its own: no code of it runs in this one, and a crash of it is an error of the call
    /// that it did not survive.
    ///
    /// The first of its processes is started here, and takes some milliseconds more. They end when the last handle of the
    /// plugin is dropped. What was loaded so is another plugin each time, with processes of its own.
    ///
    /// # Errors
    /// As of [`load`](Self::load), and there is no program that could run it.
    pub fn load_isolated(
        path: impl AsRef<Path>,
        policy: &Policy,
        copies: &PluginCopies,
        isolation: &Isolation,
    ) -> Result<Arc<Self>, LoadError> {
        let file = PluginFile::read(path)?;
        policy.check(&file)?;
        Self::apart(&file, copies, isolation)
    }

    /// As [`load_isolated`](Self::load_isolated) where the pin of the file says so, else as [`load`](Self::load).
    ///
    /// # Errors
    /// As of both.
    pub fn load_as_pinned(
        path: impl AsRef<Path>,
        policy: &Policy,
        copies: &PluginCopies,
        isolation: &Isolation,
    ) -> Result<Arc<Self>, LoadError> {
        let file = PluginFile::read(path)?;
        match policy.check(&file)?.and_then(Pin::isolate) {
            Some(Isolate::Process) => Self::apart(&file, copies, isolation),
            None => Self::here(&file, copies),
        }
    }

    fn apart(
        file: &PluginFile,
        copies: &PluginCopies,
        isolation: &Isolation,
    ) -> Result<Arc<Self>, LoadError> {
        let manifest = file.manifest().clone();
        let places = (copies.copy_in_use(file)?, file.path());
        let pool = Pool::start(&manifest.name, places, file.hash(), isolation)?;
        let functions = manifest.functions.iter().map(|entry| {
            let callee = Elsewhere::new(&pool, &entry.name, entry.kind);
            Function::new(&manifest.name, entry.clone(), Arc::new(callee))
        });
        Ok(Arc::new(Self {
            functions: functions.collect(),
            manifest,
            path: Some(file.path().to_owned()),
            hash: file.hash(),
            is_isolated: true,
        }))
    }

    /// The plugin of a file that was checked, in this process.
    ///
    /// What was opened once is not copied, compared and opened again: the library that these bytes were compared with stays in
    /// memory, whatever becomes of its copy.
    fn here(file: &PluginFile, copies: &PluginCopies) -> Result<Arc<Self>, LoadError> {
        static OPENED: Mutex<BTreeMap<PathBuf, Arc<Plugin>>> = Mutex::new(BTreeMap::new());
        let opened = || OPENED.lock().unwrap_or_else(PoisonError::into_inner);
        let place = copies.place(file.hash());
        if let Some(known) = opened().get(&place) {
            return Ok(Arc::clone(known));
        }
        let plugin = Self::open(file, &copies.copy(file)?, process)?;
        opened().insert(place, Arc::clone(&plugin));
        Ok(plugin)
    }

    /// Opens a copy of a file that was checked; the plugin as a whole says what it has to say to `host`.
    pub(crate) fn open(
        file: &PluginFile,
        copy: &Path,
        host: impl FnOnce(&Arc<str>) -> Host,
    ) -> Result<Arc<Self>, LoadError> {
        let root = open(copy, file.path())?;
        let found = Self::read(root, file.path())?;
        let expected = file.manifest();
        if found != *expected {
            let [expected, found] = difference(expected, &found);
            return Err(LoadError::Manifest {
                path: file.path().to_owned(),
                expected,
                found,
            });
        }
        let path = Some(file.path().to_owned());
        Self::ready(root, found, (file.hash(), path), host)
    }

    /// A plugin that is part of the program.
    ///
    /// What tells it from another version of itself is its manifest, and the program that it is part of, by what that was built of: copies of
    /// a program have the same plugins.
    ///
    /// # Errors
    /// [`LoadError`]
    pub fn linked(root: PluginRef) -> Result<Arc<Self>, LoadError> {
        let mut of = root.manifest().as_bytes().to_vec();
        of.extend(this_program());
        let manifest = Self::read(root, Path::new("a plugin of this program"))?;
        check_manifest(Path::new(&manifest.name), &manifest)?;
        Self::ready(root, manifest, (FileHash::of(&of), None), process)
    }

    fn read(root: PluginRef, path: &Path) -> Result<Manifest, LoadError> {
        serde_json::from_str(&read_lent(root.manifest())).map_err(|error| LoadError::Unreadable {
            path: path.to_owned(),
            reason: error.to_string(),
        })
    }

    /// The plugin of this root: made ready by the first who asks, and the same for all after. It is tried once: a library that failed is as its
    /// first half left it, and fails for all after with the same words.
    fn ready(
        root: PluginRef,
        manifest: Manifest,
        of: (FileHash, Option<PathBuf>),
        host: impl FnOnce(&Arc<str>) -> Host,
    ) -> Result<Arc<Self>, LoadError> {
        static READY: Mutex<BTreeMap<usize, Begun>> = Mutex::new(BTreeMap::new());
        // Held while a plugin is made ready: nobody else may call it before.
        let mut ready = READY.lock().unwrap_or_else(PoisonError::into_inner);
        match ready.entry(root.0.to_raw_ptr().addr()) {
            Entry::Occupied(known) => match known.get() {
                Begun::Ready(plugin) => Ok(Arc::clone(plugin)),
                Begun::Failed(source) => Err(LoadError::Init {
                    path: of.1.unwrap_or_else(|| manifest.name.into()),
                    source: source.clone(),
                }),
            },
            Entry::Vacant(place) => match Self::make_ready(root, manifest, of, host) {
                Ok(plugin) => {
                    let plugin = Arc::new(plugin);
                    place.insert(Begun::Ready(Arc::clone(&plugin)));
                    Ok(plugin)
                }
                Err(error) => {
                    if let LoadError::Init { source, .. } = &error {
                        place.insert(Begun::Failed(source.clone()));
                    }
                    Err(error)
                }
            },
        }
    }

    fn make_ready(
        root: PluginRef,
        manifest: Manifest,
        (hash, path): (FileHash, Option<PathBuf>),
        host: impl FnOnce(&Arc<str>) -> Host,
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
        let ready = unsafe { (root.init())(host(&name)) };
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
            is_isolated: false,
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

    /// Whether it runs in processes of its own.
    pub fn is_isolated(&self) -> bool {
        self.is_isolated
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

/// What became of a root that was asked to make itself ready.
enum Begun {
    Ready(Arc<Plugin>),
    Failed(PluginError),
}

/// What two manifests say that is not the same.
fn difference(one: &Manifest, other: &Manifest) -> [String; 2] {
    let is = |manifest: &Manifest| format!("that it is {} {}", manifest.name, manifest.version);
    let (ones, others) = (is(one), is(other));
    if ones != others {
        return [ones, others];
    }
    let function = |entries: &[FunctionEntry], at: usize| match entries.get(at) {
        Some(entry) => serde_json::to_string(entry).unwrap_or_else(|_| entry.name.clone()),
        None => format!("that it has {} functions", entries.len()),
    };
    let all = 0..one.functions.len().max(other.functions.len());
    let mut pairs = all.map(|at| [&one.functions, &other.functions].map(|of| function(of, at)));
    let different = pairs.find(|[one, other]| one != other);
    different.unwrap_or_else(|| [one, other].map(|manifest| format!("{manifest:?}")))
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
