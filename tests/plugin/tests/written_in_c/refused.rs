//! Where a plugin may not be used, nothing of it runs.

use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use swath_plugin_host::{
    FileHash, Isolation, LoadError, Pins, Plugin, PluginCopies, PluginFile, Policy, PolicyError,
};

use super::{count_some, library};

/// A plugin that leaves a file as soon as it is opened, before it is asked for anything.
struct Traced {
    library: PathBuf,
    trace: PathBuf,
}

impl Traced {
    /// In this folder, which is made.
    fn new(folder: &Path, changes: &[(&str, &str)]) -> Self {
        fs::create_dir(folder).expect("a folder");
        let folder = folder.canonicalize().expect("it is there");
        let trace = folder.join("trace");
        let begins = format!(
            "#include <stdio.h>\n\n__attribute__((constructor)) static void begin(void) {{\n    \
             FILE *trace = fopen(\"{}\", \"w\");\n    if (trace) fclose(trace);\n}}\n\n#include <string.h>",
            trace.display()
        );
        let mut all = vec![("#include <string.h>", begins.as_str())];
        all.extend(changes);
        Self {
            library: library(&folder, "plugins/bits/bits.c", &all, &[]),
            trace,
        }
    }

    fn hash(&self) -> FileHash {
        PluginFile::read(&self.library).expect("a plugin").hash()
    }

    fn has_run(&self) -> bool {
        self.trace.exists()
    }

    /// A pin of a file with the bytes of this one.
    fn pinned(&self, path: &Path) -> Policy {
        pinned(path, self.hash())
    }
}

fn pinned(path: &Path, hash: FileHash) -> Policy {
    policy(&format!(
        "[plugins.bits]\npath = '{}'\nblake3 = '{hash}'\n",
        path.display()
    ))
}

fn policy(text: &str) -> Policy {
    Pins::parse(text, "/project/plugins.toml")
        .expect("pins")
        .into()
}

fn mode(path: &Path, mode: u32) {
    fs::set_permissions(path, Permissions::from_mode(mode)).expect("it is ours");
}

#[test]
fn nothing_of_it_runs() {
    let folder = tempfile::tempdir().expect("a folder");
    let plugin = Traced::new(&folder.path().join("plugins"), &[]);
    let here = plugin.library.parent().expect("a folder").to_owned();
    let copies = PluginCopies::in_folder(folder.path().join("copies"));
    let library = &plugin.library;
    // In each of the ways that there are.
    let refused = |policy: &Policy| {
        let isolation = Isolation::default();
        let all = [
            Plugin::load(library, policy, &copies),
            Plugin::load_as_pinned(library, policy, &copies, &isolation),
            Plugin::load_isolated(library, policy, &copies, &isolation),
        ];
        let [one, others @ ..] = all.map(|loaded| match loaded.expect_err("it may not be used") {
            LoadError::Policy(error) => error,
            other => unreachable!("{other}"),
        });
        let words = one.to_string();
        assert!(others.iter().all(|error| error.to_string() == words));
        one
    };
    let other = FileHash::of(b"other bytes");
    let error = refused(&pinned(library, other));
    assert!(matches!(error, PolicyError::Hash { .. }), "{error}");
    let error = refused(&pinned(&here.join("libother.so"), other));
    assert!(matches!(error, PolicyError::NotPinned { .. }), "{error}");
    let error = refused(&policy("allow = ['/project/plugins']"));
    assert!(matches!(error, PolicyError::Folder { .. }), "{error}");
    for policy in [Policy::default(), plugin.pinned(library)] {
        mode(library, 0o757);
        let error = refused(&policy);
        assert!(matches!(error, PolicyError::WritableFile { .. }), "{error}");
        mode(library, 0o755);
        mode(&here, 0o777);
        let error = refused(&policy);
        assert!(
            matches!(error, PolicyError::WritableFolder { .. }),
            "{error}"
        );
        mode(&here, 0o755);
    }
    assert!(!plugin.has_run());
    assert!(!copies.folder().exists(), "there is no copy to be opened");
    // Where it may be used it is, and says so.
    let loaded = Plugin::load(library, &plugin.pinned(library), &copies).expect("it may be used");
    assert!(plugin.has_run());
    count_some(&loaded);
}

/// Says that something is over when it is dropped, also by a panic.
struct Over<'a>(&'a AtomicBool);

impl Drop for Over<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// A link that leads to one file and to another, by turns, while this lives.
fn flipping<T>(link: &Path, targets: [&Path; 2], body: impl FnOnce() -> T) -> T {
    let is_over = AtomicBool::new(false);
    symlink(targets[0], link).expect("a link");
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let next = link.with_extension("next");
            for target in targets.into_iter().cycle() {
                if is_over.load(Ordering::Relaxed) {
                    break;
                }
                symlink(target, &next).expect("a link");
                fs::rename(&next, link).expect("in the place of the other");
            }
        });
        let _over = Over(&is_over);
        body()
    })
}

/// What was hashed is what is opened, wherever the name leads in between.
#[test]
fn a_link_that_changes_while_it_is_followed_leads_to_nothing_else() {
    let folder = tempfile::tempdir().expect("a folder");
    let one = Traced::new(&folder.path().join("one"), &[]);
    let more = ("= ones(numbers[at])", "= ones(numbers[at]) + 100");
    let other = Traced::new(&folder.path().join("other"), &[more]);
    let link = folder.path().join("libbits.so");
    let policy = one.pinned(&link);
    let (mut loaded, mut refused) = (0, 0);
    flipping(&link, [&one.library, &other.library], || {
        // As often as it takes to have seen enough of both.
        for turn in 0..2_000 {
            if loaded >= 50 && refused >= 50 {
                break;
            }
            // What is open is not opened again, unless from a copy elsewhere.
            let copies = PluginCopies::in_folder(folder.path().join(format!("copies/{turn}")));
            match Plugin::load(&link, &policy, &copies) {
                Ok(plugin) => {
                    assert_eq!(plugin.hash(), one.hash());
                    count_some(&plugin);
                    loaded += 1;
                }
                Err(LoadError::Policy(
                    PolicyError::Hash { found, .. } | PolicyError::NotPinned { found, .. },
                )) => {
                    assert_eq!(found, other.hash());
                    refused += 1;
                }
                Err(error) => unreachable!("{error}"),
            }
        }
    });
    assert!(
        loaded >= 50 && refused >= 50,
        "{loaded} loaded, {refused} refused"
    );
    assert!(one.has_run() && !other.has_run());
    // Its own name is that of a plugin.
    let copies = PluginCopies::in_folder(folder.path().join("copies/last"));
    let second = Plugin::load(&other.library, &Policy::default(), &copies);
    let second: Arc<Plugin> = second.expect("nobody forbids it");
    assert_eq!(second.hash(), other.hash());
    assert!(other.has_run());
}
