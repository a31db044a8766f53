//! Whether a file is a shared library for this machine at all.

use super::PluginFileError;
use object::elf;
use std::env::consts::ARCH;
use std::path::Path;

/// Bytes up to the end of the fields that every ELF file has at the same place.
const FIELDS: usize = 20;
/// Bytes of the header of a file for a machine with pointers of this width.
const HEADER: usize = if HERE_32 { 52 } else { 64 };
const HERE_32: bool = cfg!(target_pointer_width = "32");
const HERE_BIG: bool = cfg!(target_endian = "big");

/// What is not ELF, by its first bytes, and what to call it.
const OTHERS: &[(&[u8], &str)] = &[
    (
        b"!<arch>\n",
        "a static library, as crates of the types `rlib` and `staticlib` make",
    ),
    (b"MZ", "a library or program for Windows"),
    (b"\xcf\xfa\xed\xfe", "a library or program for macOS"),
    (b"\xca\xfe\xba\xbe", "a library or program for macOS"),
    (b"\0asm", "a WebAssembly module"),
    (b"BC\xc0\xde", "LLVM bitcode"),
    (b"PK\x03\x04", "a zip archive"),
    (b"\x1f\x8b", "a file compressed by gzip"),
    (b"\x28\xb5\x2f\xfd", "a file compressed by zstd"),
    (
        b"version https://git-lfs",
        "a pointer of Git LFS in place of the file",
    ),
];

/// Refuses what is no ELF file, no shared library, or built for another machine.
pub(super) fn check(path: &Path, bytes: &[u8]) -> Result<(), PluginFileError> {
    let path = || path.to_owned();
    if !bytes.starts_with(&elf::ELFMAG) {
        return Err(PluginFileError::NotElf {
            path: path(),
            found: other_format(bytes),
        });
    }
    let truncated = |size| PluginFileError::Truncated {
        path: path(),
        part: "the header",
        end: HEADER as u64,
        size,
    };
    let size = bytes.len() as u64;
    let Some(fields) = bytes.first_chunk::<FIELDS>() else {
        return Err(truncated(size));
    };
    let (is_32, is_big) = (fields[4] == elf::ELFCLASS32, fields[5] == elf::ELFDATA2MSB);
    let number = |at: usize| {
        let pair = [fields[at], fields[at + 1]];
        if is_big {
            u16::from_be_bytes(pair)
        } else {
            u16::from_le_bytes(pair)
        }
    };
    let (file_type, machine) = (number(16), number(18));
    let built_for = machine_name(machine, is_32, is_big);
    if built_for != ARCH {
        return Err(PluginFileError::Machine {
            path: path(),
            built_for,
            here: ARCH,
        });
    }
    if bytes.len() < HEADER {
        return Err(truncated(size));
    }
    let found = match file_type {
        elf::ET_DYN => return Ok(()),
        elf::ET_REL => "an object file, not linked yet",
        elf::ET_EXEC => "a program",
        elf::ET_CORE => "the memory of a crashed program",
        _ => "an ELF file of no known type",
    };
    Err(PluginFileError::NotShared {
        path: path(),
        found,
    })
}

fn other_format(bytes: &[u8]) -> &'static str {
    let known = OTHERS.iter().find(|(start, _)| bytes.starts_with(start));
    if let Some((_, name)) = known {
        return name;
    }
    let start = &bytes[..bytes.len().min(512)];
    let is_text = match std::str::from_utf8(start) {
        Ok(_) => true,
        // A character that the cut went through.
        Err(error) => error.error_len().is_none() && error.valid_up_to() > 0,
    };
    if is_text && !start.contains(&0) {
        "text"
    } else {
        "of an unknown format"
    }
}

/// A machine as Rust names it, with what sets it apart from the one that this program was built for.
fn machine_name(machine: u16, is_32: bool, is_big: bool) -> String {
    let name = match machine {
        elf::EM_X86_64 => "x86_64",
        elf::EM_386 => "x86",
        elf::EM_AARCH64 => "aarch64",
        elf::EM_ARM => "arm",
        elf::EM_RISCV if is_32 => "riscv32",
        elf::EM_RISCV => "riscv64",
        elf::EM_PPC => "powerpc",
        elf::EM_PPC64 => "powerpc64",
        elf::EM_S390 => "s390x",
        elf::EM_LOONGARCH => "loongarch64",
        elf::EM_MIPS => "mips",
        elf::EM_SPARCV9 => "sparc64",
        _ => return format!("machine {machine}"),
    };
    let width = match is_32 {
        _ if name != ARCH || is_32 == HERE_32 => "",
        true => " with pointers of 32 bits",
        false => " with pointers of 64 bits",
    };
    let order = match is_big {
        _ if name != ARCH || is_big == HERE_BIG => "",
        true => " with the highest byte first",
        false => " with the lowest byte first",
    };
    format!("{name}{width}{order}")
}

#[cfg(test)]
mod tests {
    use super::other_format;

    #[test]
    fn formats_by_their_first_bytes() {
        for (bytes, expected) in [
            (&b"#!/bin/sh\n"[..], "text"),
            ("gr\u{fc}n".as_bytes(), "text"),
            (&"\u{fc}".repeat(300).as_bytes()[..511], "text"),
            (b"a\0b", "of an unknown format"),
            (b"\xff\xfe", "of an unknown format"),
            (b"\x7fEL", "text"),
            (b"PK\x03\x04....", "a zip archive"),
        ] {
            assert_eq!(other_format(bytes), expected, "{bytes:?}");
        }
    }
}
