//! Little shared libraries, written byte by byte: what no compiler makes can be made here.

use crate::disk::canonical;
use object::elf;
use serde_json::{Value, json};
use std::env::consts::{ARCH, OS};
use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use swath_plugin_abi::{MANIFEST_SECTION, MANIFEST_SYMBOL, ROOT_SYMBOL, VERSION};
use tempfile::TempDir;

/// What a library is made of: a plugin as it should be, and whatever a test changes of it.
pub(crate) struct Sample {
    pub(crate) file_type: u16,
    pub(crate) machine: u16,
    pub(crate) class: u8,
    pub(crate) section: &'static str,
    pub(crate) symbols: Vec<&'static str>,
    /// How far from the beginning of its section the manifest's symbol is.
    pub(crate) symbol_offset: u64,
    pub(crate) symbol_size: Option<u64>,
    pub(crate) manifest: Vec<u8>,
    pub(crate) libraries: Vec<&'static str>,
    pub(crate) versions: Vec<&'static str>,
    /// Bytes of code.
    pub(crate) code: usize,
}

impl Default for Sample {
    fn default() -> Self {
        Self {
            file_type: elf::ET_DYN,
            machine: machine(ARCH),
            class: elf::ELFCLASS64,
            section: MANIFEST_SECTION,
            symbols: vec!["other", ROOT_SYMBOL, MANIFEST_SYMBOL],
            symbol_offset: 0,
            symbol_size: None,
            manifest: manifest(&[]),
            libraries: vec!["libm.so.6", "libc.so.6"],
            versions: vec!["GLIBC_2.2.5", "GLIBC_2.34", "GLIBC_2.9", "GLIBC_PRIVATE"],
            code: 6_000,
        }
    }
}

/// The number of a machine that tests run on, or of one that they take for another.
pub(crate) fn machine(arch: &str) -> u16 {
    match arch {
        "x86_64" => elf::EM_X86_64,
        "aarch64" => elf::EM_AARCH64,
        "riscv64" => elf::EM_RISCV,
        _ => elf::EM_NONE,
    }
}

/// A manifest that fits this program, with other values of some fields; `null` takes one out.
pub(crate) fn manifest(changes: &[(&str, Value)]) -> Vec<u8> {
    let mut manifest = json!({
        "abi": VERSION,
        "sdk": "1.0.0",
        "target": format!("{ARCH}-{OS}"),
        "panic": "unwind",
        "cpu": [],
        "name": "geo",
        "version": "2.1.0",
        "functions": [
            {"name": "haversine_km", "kind": "scalar"},
            {"name": "to_grid", "kind": "partition", "params": [{"name": "size", "type": "float64", "default": 1.0}]},
            {"name": "of_tomorrow", "kind": "window"},
        ],
    });
    let fields = manifest.as_object_mut().unwrap();
    for (name, value) in changes {
        fields.insert((*name).to_owned(), value.clone());
    }
    fields.retain(|_, value| !value.is_null());
    manifest.to_string().into_bytes()
}

impl Sample {
    /// A sample with this manifest.
    pub(crate) fn of_manifest(manifest: impl Into<Vec<u8>>) -> Self {
        Self {
            manifest: manifest.into(),
            ..Self::default()
        }
    }

    /// The bytes of the file: segments, the sections that the loader reads, code, and the table of sections at the end.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        let mut names = Strings::default();
        let versions: Vec<u32> = self.versions.iter().map(|name| names.add(name)).collect();
        let libraries: Vec<u32> = self.libraries.iter().map(|name| names.add(name)).collect();
        let symbols: Vec<u32> = self.symbols.iter().map(|name| names.add(name)).collect();

        let mut file = File::default();
        // The header and two segments come first.
        file.bytes.resize(64 + 2 * 56, 0);
        let strings = file.section(".dynstr", elf::SHT_STRTAB, 0, names.bytes);
        let text = file.section(".text", elf::SHT_PROGBITS, 0, vec![0xcc; self.code]);
        let manifest = file.section(self.section, elf::SHT_PROGBITS, 0, self.manifest.clone());
        let entries = self.symbols.iter().zip(symbols).map(|(name, at)| {
            let (place, offset, size) = match *name {
                MANIFEST_SYMBOL => {
                    let size = self.symbol_size.unwrap_or(self.manifest.len() as u64);
                    (manifest, self.symbol_offset, size)
                }
                _ => (text, 0, 8),
            };
            symbol(at, place as u16, file.sections[place].offset + offset, size)
        });
        let table: Vec<u8> = std::iter::once([0; 24]).chain(entries).flatten().collect();
        file.section(".dynsym", elf::SHT_DYNSYM, strings as u32, table);
        file.section(
            ".gnu.version_r",
            elf::SHT_GNU_VERNEED,
            strings as u32,
            needs(&versions),
        );
        let entries = libraries
            .iter()
            .map(|at| (u64::from(elf::DT_NEEDED as u32), u64::from(*at)));
        let table: Vec<u8> = entries
            .chain([(0, 0)])
            .flat_map(|(tag, value)| [tag.to_le_bytes(), value.to_le_bytes()])
            .flatten()
            .collect();
        let dynamic = file.section(".dynamic", elf::SHT_DYNAMIC, strings as u32, table);
        let (start, length) = (file.sections[dynamic].offset, file.sections[dynamic].size);
        let segments = [
            segment(elf::PT_LOAD, 0, file.bytes.len() as u64),
            segment(elf::PT_DYNAMIC, start, length),
        ];
        file.finish(self, &segments)
    }

    /// Writes the file into a new folder.
    pub(crate) fn written(&self) -> Written {
        Written::of(&self.bytes())
    }
}

/// A file in a folder of its own, which goes with it.
pub(crate) struct Written {
    folder: TempDir,
}

impl Written {
    #[expect(clippy::disallowed_methods, reason = "a test makes its own files")]
    pub(crate) fn of(bytes: &[u8]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("libgeo.so");
        std::fs::write(&path, bytes).unwrap();
        // Whatever mask the tests run with.
        std::fs::set_permissions(path, Permissions::from_mode(0o644)).unwrap();
        std::fs::set_permissions(folder.path(), Permissions::from_mode(0o755)).unwrap();
        Self { folder }
    }

    pub(crate) fn folder(&self) -> PathBuf {
        canonical(self.folder.path()).unwrap()
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.folder().join("libgeo.so")
    }

    /// A text without the path of the folder.
    pub(crate) fn hide(&self, text: &str) -> String {
        text.replace(&path_text(&self.folder()), "FOLDER")
    }
}

pub(crate) fn path_text(path: &Path) -> String {
    path.display().to_string()
}

/// Texts that each end with a zero, after an empty one.
struct Strings {
    bytes: Vec<u8>,
}

impl Default for Strings {
    fn default() -> Self {
        Self { bytes: vec![0] }
    }
}

impl Strings {
    fn add(&mut self, text: &str) -> u32 {
        let at = self.bytes.len() as u32;
        self.bytes.extend(text.bytes().chain([0]));
        at
    }
}

struct Section {
    name: u32,
    kind: u32,
    link: u32,
    offset: u64,
    size: u64,
}

struct File {
    bytes: Vec<u8>,
    sections: Vec<Section>,
    names: Strings,
}

impl Default for File {
    fn default() -> Self {
        let none = Section {
            name: 0,
            kind: elf::SHT_NULL,
            link: 0,
            offset: 0,
            size: 0,
        };
        Self {
            bytes: Vec::new(),
            sections: vec![none],
            names: Strings::default(),
        }
    }
}

impl File {
    /// Appends a section; returns its number.
    fn section(&mut self, name: &str, kind: u32, link: u32, content: impl AsRef<[u8]>) -> usize {
        self.align();
        let content = content.as_ref();
        self.sections.push(Section {
            name: self.names.add(name),
            kind,
            link,
            offset: self.bytes.len() as u64,
            size: content.len() as u64,
        });
        self.bytes.extend(content);
        self.sections.len() - 1
    }

    fn align(&mut self) {
        self.bytes.resize(self.bytes.len().next_multiple_of(8), 0);
    }

    fn finish(mut self, sample: &Sample, segments: &[[u8; 56]; 2]) -> Vec<u8> {
        let name = self.names.add(".shstrtab");
        let names = std::mem::take(&mut self.names.bytes);
        let last = self.section("", elf::SHT_STRTAB, 0, names);
        self.sections[last].name = name;
        self.align();
        let table = self.bytes.len() as u64;
        for section in &self.sections {
            let entry = match section.kind {
                elf::SHT_DYNSYM => 24,
                elf::SHT_DYNAMIC => 16,
                _ => 0_u64,
            };
            self.bytes.extend(section.name.to_le_bytes());
            self.bytes.extend(section.kind.to_le_bytes());
            // Flags, address, offset, size.
            for number in [0, section.offset, section.offset, section.size] {
                self.bytes.extend(number.to_le_bytes());
            }
            self.bytes.extend(section.link.to_le_bytes());
            // Further information, which is the number of local symbols or of libraries with versions.
            self.bytes.extend(1_u32.to_le_bytes());
            self.bytes.extend(8_u64.to_le_bytes());
            self.bytes.extend(entry.to_le_bytes());
        }
        let mut header = vec![0x7f, b'E', b'L', b'F', sample.class, 1, 1, 0];
        header.resize(16, 0);
        header.extend(sample.file_type.to_le_bytes());
        header.extend(sample.machine.to_le_bytes());
        header.extend(1_u32.to_le_bytes());
        for number in [0, 64, table] {
            header.extend(number.to_le_bytes());
        }
        header.extend(0_u32.to_le_bytes());
        for number in [64, 56, segments.len(), 64, self.sections.len(), last] {
            header.extend((number as u16).to_le_bytes());
        }
        let start = [header, segments.concat()].concat();
        self.bytes[..start.len()].copy_from_slice(&start);
        self.bytes
    }
}

fn symbol(name: u32, section: u16, value: u64, size: u64) -> [u8; 24] {
    let mut entry = [0; 24];
    entry[..4].copy_from_slice(&name.to_le_bytes());
    entry[4] = elf::STB_GLOBAL << 4 | elf::STT_OBJECT;
    entry[6..8].copy_from_slice(&section.to_le_bytes());
    entry[8..16].copy_from_slice(&value.to_le_bytes());
    entry[16..].copy_from_slice(&size.to_le_bytes());
    entry
}

fn segment(kind: u32, offset: u64, length: u64) -> [u8; 56] {
    let mut entry = [0; 56];
    entry[..4].copy_from_slice(&kind.to_le_bytes());
    entry[4..8].copy_from_slice(&5_u32.to_le_bytes());
    for (place, number) in [offset, offset, offset, length, length, 8]
        .iter()
        .enumerate()
    {
        entry[8 + 8 * place..16 + 8 * place].copy_from_slice(&number.to_le_bytes());
    }
    entry
}

/// One library with these versions of its symbols.
fn needs(versions: &[u32]) -> Vec<u8> {
    let mut bytes = Vec::new();
    bytes.extend(1_u16.to_le_bytes());
    bytes.extend((versions.len() as u16).to_le_bytes());
    for number in [0_u32, 16, 0] {
        bytes.extend(number.to_le_bytes());
    }
    for (place, name) in versions.iter().enumerate() {
        let next = if place + 1 < versions.len() { 16 } else { 0 };
        for number in [0_u32, 0, *name, next] {
            bytes.extend(number.to_le_bytes());
        }
    }
    bytes
}
