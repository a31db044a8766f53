//! What tells the program that runs from every other.

use std::fs::File;
use std::io::{self, Read as _, Seek as _};
use std::sync::OnceLock;

use object::read::ReadCache;
use object::read::elf::ElfFile64;
use object::{Endianness, Object as _};

use crate::disk;

/// The program's build id: linkers make it of all that they put into it, so a copy of a program and one that was built anew of the same
/// have the same. Where it has none, the hash of its file; and where that cannot be read, what no other process has. Looked at once.
pub(crate) fn this_program() -> &'static [u8] {
    static IS: OnceLock<Vec<u8>> = OnceLock::new();
    IS.get_or_init(|| {
        let found = disk::open_this_program().and_then(identity);
        found.unwrap_or_else(|_| {
            let now = std::time::UNIX_EPOCH.elapsed().unwrap_or_default();
            format!("process {} {}", std::process::id(), now.as_nanos()).into_bytes()
        })
    })
}

fn identity(mut file: File) -> io::Result<Vec<u8>> {
    if let Some(id) = build_id(&file) {
        return Ok([b"build id ", &*id].concat());
    }
    file.rewind()?;
    let mut hasher = blake3::Hasher::new();
    let mut block = vec![0; 256 << 10];
    loop {
        match file.read(&mut block)? {
            0 => return Ok([&b"blake3 "[..], hasher.finalize().as_bytes()].concat()),
            read => hasher.update(&block[..read]),
        };
    }
}

/// The fewest bytes of one that was made of what the program is: shorter ones are numbers that somebody chose.
const SHORTEST: usize = 8;

fn build_id(file: &File) -> Option<Vec<u8>> {
    let bytes = ReadCache::new(file);
    let program = ElfFile64::<Endianness, _>::parse(&bytes).ok()?;
    let id = program.build_id().ok()??;
    (id.len() >= SHORTEST).then(|| id.to_vec())
}

#[cfg(test)]
#[expect(
    clippy::disallowed_methods,
    reason = "the module under test is where programs are looked at"
)]
mod tests {
    use super::*;
    use crate::sample::Sample;

    fn of(folder: &std::path::Path, name: &str, bytes: &[u8]) -> Vec<u8> {
        let path = folder.join(name);
        std::fs::write(&path, bytes).expect("written");
        identity(File::open(path).expect("it is there")).expect("it can be read")
    }

    /// Neither a copy nor its time tells programs apart, and what is in them does.
    #[test]
    fn what_is_in_it_tells_a_program() {
        let folder = tempfile::tempdir().expect("a folder");
        let program = std::fs::read("/proc/self/exe").expect("this one");
        let copied = of(folder.path(), "copied", &program);
        assert_eq!(copied, this_program());
        // Without a build id.
        let without = Sample::default().bytes();
        let other = Sample {
            code: 7_000,
            ..Sample::default()
        };
        let one = of(folder.path(), "one", &without);
        assert!(one.starts_with(b"blake3 "));
        assert_eq!(of(folder.path(), "two", &without), one);
        assert_ne!(of(folder.path(), "three", &other.bytes()), one);
        assert_ne!(one, copied);
    }
}
