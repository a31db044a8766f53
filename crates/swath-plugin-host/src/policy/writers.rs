//! Who else can put another plugin in the place of one.

use super::PolicyError;
use crate::PluginFile;
use crate::disk::{self, Access};

/// What others can do about a file.
#[derive(Debug, PartialEq, Eq)]
enum Others {
    /// Nothing.
    Nothing,
    /// Every user can write to it.
    WriteFile,
    /// Every user can put another one in its place.
    WriteFolder,
    /// Every user could have put it there, and this one has.
    Put { owner: u32 },
}

/// Refuses a file that every user can write to, or replace: one in a folder that all may write to is taken only where the folder
/// is sticky, as `/tmp` is, and the file belongs to this user or to root.
pub(super) fn check(file: &PluginFile) -> Result<(), PolicyError> {
    let path = || file.path().to_owned();
    match others(file.access(), file.folder_access(), disk::own_user()) {
        Others::Nothing => Ok(()),
        Others::WriteFile => Err(PolicyError::WritableFile { path: path() }),
        Others::WriteFolder => Err(PolicyError::WritableFolder { path: path() }),
        Others::Put { owner } => Err(PolicyError::Stranger {
            path: path(),
            owner,
        }),
    }
}

/// What others than `user`, and root, can do.
fn others(file: Access, folder: Access, user: u32) -> Others {
    let is_trusted = file.owner == 0 || file.owner == user;
    if file.is_world_writable() {
        Others::WriteFile
    } else if !folder.is_world_writable() {
        Others::Nothing
    } else if !folder.is_sticky() {
        Others::WriteFolder
    } else if is_trusted {
        Others::Nothing
    } else {
        Others::Put { owner: file.owner }
    }
}

#[cfg(test)]
mod tests {
    use super::{Access, Others, others};

    #[track_caller]
    fn check(file: (u32, u32), folder: u32, expected: &Others) {
        let access = |(mode, owner)| Access { mode, owner };
        let found = others(access(file), access((folder, 0)), 1000);
        assert_eq!(&found, expected);
    }

    #[test]
    fn who_can_replace_a_file() {
        check((0o755, 1000), 0o755, &Others::Nothing);
        check((0o755, 7), 0o755, &Others::Nothing);
        check((0o775, 1000), 0o775, &Others::Nothing);
        check((0o757, 1000), 0o700, &Others::WriteFile);
        check((0o755, 1000), 0o777, &Others::WriteFolder);
        check((0o755, 0), 0o777, &Others::WriteFolder);
        check((0o755, 1000), 0o1777, &Others::Nothing);
        check((0o755, 0), 0o1777, &Others::Nothing);
        check((0o755, 7), 0o1777, &Others::Put { owner: 7 });
        check((0o757, 1000), 0o1777, &Others::WriteFile);
    }
}
