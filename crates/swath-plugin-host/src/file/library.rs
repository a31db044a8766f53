//! What stands in a shared library, found without loading it.

use super::{GlibcVersion, PluginFileError};
use object::Endianness;
use object::elf;
use object::read::elf::{
    FileHeader, ProgramHeader as _, SectionHeader as _, SectionTable, Sym as _, SymbolTable,
};
use object::read::{SectionIndex, SymbolIndex};
use std::mem::size_of;
use std::path::Path;
use swath_plugin_abi::{MANIFEST_SECTION, MANIFEST_SYMBOL, PLAIN_ROOT_SYMBOL, ROOT_SYMBOL};

#[cfg(target_pointer_width = "64")]
type Header = elf::FileHeader64<Endianness>;
#[cfg(target_pointer_width = "32")]
type Header = elf::FileHeader32<Endianness>;

/// What a shared library says of itself.
pub(super) struct Parts<'a> {
    /// The bytes of its manifest.
    pub(super) manifest: &'a [u8],
    /// The libraries that it needs.
    pub(super) libraries: Vec<String>,
    /// The oldest glibc that has all it needs.
    pub(super) glibc: Option<GlibcVersion>,
}

/// Reads an ELF file for this machine. Everything that the system's loader will read of it lies within the bytes.
pub(super) fn parts<'a>(path: &Path, bytes: &'a [u8]) -> Result<Parts<'a>, PluginFileError> {
    parts_of::<Header>(Reader { path, bytes })
}

/// The same for pointers of one width.
fn parts_of<'a, Elf>(reader: Reader<'a, '_>) -> Result<Parts<'a>, PluginFileError>
where
    Elf: FileHeader<Endian = Endianness>,
{
    let header = reader.sound(Elf::parse(reader.bytes))?;
    let endian = reader.sound(header.endian())?;
    reader.check_segments(header, endian)?;
    let sections = reader.sections(header, endian)?;
    let library = Library {
        reader,
        endian,
        sections,
    };
    Ok(Parts {
        manifest: library.manifest()?,
        libraries: library.libraries()?,
        glibc: library.glibc()?,
    })
}

/// The bytes, and how to say what is wrong with them.
#[derive(Clone, Copy)]
struct Reader<'a, 'p> {
    path: &'p Path,
    bytes: &'a [u8],
}

impl<'a> Reader<'a, '_> {
    fn size(&self) -> u64 {
        self.bytes.len() as u64
    }

    fn sound<T>(&self, result: object::read::Result<T>) -> Result<T, PluginFileError> {
        result.map_err(|error| self.damaged(error.to_string()))
    }

    fn damaged(&self, reason: impl Into<String>) -> PluginFileError {
        PluginFileError::Damaged {
            path: self.path.to_owned(),
            reason: reason.into(),
        }
    }

    /// Refuses a part that does not lie within the file.
    fn within(&self, part: &'static str, start: u64, length: u64) -> Result<(), PluginFileError> {
        let Some(end) = start.checked_add(length) else {
            return Err(self.damaged(format!("{part} would end beyond every file")));
        };
        if end <= self.size() {
            return Ok(());
        }
        Err(PluginFileError::Truncated {
            path: self.path.to_owned(),
            part,
            end,
            size: self.size(),
        })
    }

    fn check_segments<Elf>(&self, header: &Elf, endian: Endianness) -> Result<(), PluginFileError>
    where
        Elf: FileHeader<Endian = Endianness>,
    {
        let count = u64::from(header.e_phnum(endian));
        self.within(
            "the table of segments",
            header.e_phoff(endian).into(),
            count * size_of::<Elf::ProgramHeader>() as u64,
        )?;
        let segments = self.sound(header.program_headers(endian, self.bytes))?;
        for segment in segments {
            let in_file: u64 = segment.p_filesz(endian).into();
            let in_memory: u64 = segment.p_memsz(endian).into();
            self.within("a segment", segment.p_offset(endian).into(), in_file)?;
            if segment.p_type(endian) == elf::PT_LOAD && in_memory < in_file {
                return Err(self.damaged("a segment has more bytes in the file than in memory"));
            }
        }
        for (kind, name) in [(elf::PT_LOAD, "to load"), (elf::PT_DYNAMIC, "of symbols")] {
            if !segments.iter().any(|one| one.p_type(endian) == kind) {
                return Err(self.damaged(format!("it has no segment {name}")));
            }
        }
        Ok(())
    }

    fn sections<Elf>(
        &self,
        header: &'a Elf,
        endian: Endianness,
    ) -> Result<SectionTable<'a, Elf>, PluginFileError>
    where
        Elf: FileHeader<Endian = Endianness>,
    {
        let count = u64::from(header.e_shnum(endian));
        self.within(
            "the table of sections",
            header.e_shoff(endian).into(),
            count * size_of::<Elf::SectionHeader>() as u64,
        )?;
        let sections = self.sound(header.sections(endian, self.bytes))?;
        for section in sections.iter() {
            if section.sh_type(endian) == elf::SHT_NULL {
                continue;
            }
            if let Some((start, length)) = section.file_range(endian) {
                self.within("a section", start, length)?;
            }
        }
        Ok(sections)
    }
}

struct Library<'a, 'p, Elf: FileHeader> {
    reader: Reader<'a, 'p>,
    endian: Endianness,
    sections: SectionTable<'a, Elf>,
}

impl<'a, Elf: FileHeader<Endian = Endianness>> Library<'a, '_, Elf> {
    /// The bytes that the manifest's symbol stands for, of a library that has what a plugin has.
    fn manifest(&self) -> Result<&'a [u8], PluginFileError> {
        let (endian, bytes) = (self.endian, self.reader.bytes);
        let name = MANIFEST_SECTION.as_bytes();
        let (at, section) = (self.sections.section_by_name(endian, name)).ok_or_else(|| {
            PluginFileError::NotAPlugin {
                path: self.reader.path.to_owned(),
            }
        })?;
        let symbols = self.sections.symbols(endian, bytes, elf::SHT_DYNSYM);
        let symbols = self.reader.sound(symbols)?;
        // One of a plugin in another language, or that of one in Rust, which is what messages name.
        let plain = self.exported(&symbols, PLAIN_ROOT_SYMBOL);
        plain.or_else(|_| self.exported(&symbols, ROOT_SYMBOL))?;
        let (index, symbol) = self.exported(&symbols, MANIFEST_SYMBOL)?;
        let place = symbols.symbol_section(endian, symbol, index);
        let data = self.reader.sound(section.data(endian, bytes))?;
        self.range(section, data, symbol)
            .filter(|_| matches!(place, Ok(Some(place)) if place == at))
            .ok_or_else(|| {
                let reason = format!("`{MANIFEST_SYMBOL}` is not within `{MANIFEST_SECTION}`");
                self.reader.damaged(reason)
            })
    }

    fn exported(
        &self,
        symbols: &SymbolTable<'a, Elf>,
        name: &'static str,
    ) -> Result<(SymbolIndex, &'a Elf::Sym), PluginFileError> {
        let is_it = |symbol: &Elf::Sym| {
            !symbol.is_undefined(self.endian)
                && !symbol.is_local()
                && symbols.symbol_name(self.endian, symbol) == Ok(name.as_bytes())
        };
        (symbols.enumerate())
            .find(|(_, symbol)| is_it(symbol))
            .ok_or_else(|| PluginFileError::NoSymbol {
                path: self.reader.path.to_owned(),
                symbol: name,
            })
    }

    /// The bytes of a symbol among those of its section; one without a size has the rest of them.
    fn range(
        &self,
        section: &Elf::SectionHeader,
        data: &'a [u8],
        symbol: &Elf::Sym,
    ) -> Option<&'a [u8]> {
        let address: u64 = symbol.st_value(self.endian).into();
        let size: u64 = symbol.st_size(self.endian).into();
        let start = address.checked_sub(section.sh_addr(self.endian).into())?;
        let rest = data.get(usize::try_from(start).ok()?..)?;
        match size {
            0 => Some(rest),
            size => rest.get(..usize::try_from(size).ok()?),
        }
    }

    fn libraries(&self) -> Result<Vec<String>, PluginFileError> {
        let table = self.sections.dynamic_table(self.endian, self.reader.bytes);
        let table = self.reader.sound(table)?;
        (table.iter())
            .filter(|entry| entry.tag == elf::DT_NEEDED)
            .map(|entry| {
                let name = self.reader.sound(table.string(entry))?;
                Ok(String::from_utf8_lossy(name).into_owned())
            })
            .collect()
    }

    fn glibc(&self) -> Result<Option<GlibcVersion>, PluginFileError> {
        let (endian, bytes) = (self.endian, self.reader.bytes);
        let needs = self
            .reader
            .sound(self.sections.gnu_verneed(endian, bytes))?;
        let Some((mut libraries, link)) = needs else {
            return Ok(None);
        };
        let strings = self.strings(link)?;
        let mut oldest = None;
        while let Some((_, mut versions)) = self.reader.sound(libraries.next())? {
            while let Some(version) = self.reader.sound(versions.next())? {
                let name = self.reader.sound(version.name(endian, strings))?;
                oldest = oldest.max(GlibcVersion::of_symbols(name));
            }
        }
        Ok(oldest)
    }

    fn strings(&self, at: SectionIndex) -> Result<object::read::StringTable<'a>, PluginFileError> {
        let strings = self.sections.strings(self.endian, self.reader.bytes, at);
        self.reader.sound(strings)
    }
}
