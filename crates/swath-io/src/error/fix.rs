//! What to do about an error of a file.

use std::io;
use swath_graph::Shown;

use crate::words::quoted;
use crate::{IoError, store};

impl IoError {
    /// What to do about it, where that is not plain from the message.
    #[expect(clippy::too_many_lines, reason = "one arm for each error")]
    pub fn fix(&self) -> Option<String> {
        let fix = match self {
            Self::NoPath { verb } => {
                return Some(format!(
                    "name a file, a folder or a pattern, as in `{verb}(\"sales/\")`"
                ));
            }
            Self::NotThere {
                nearest: Some(nearest),
                ..
            }
            | Self::NoMatch {
                nearest: Some(nearest),
                ..
            } => return Some(format!("did you mean `{nearest}`?")),
            Self::NotThere { beside, .. } if beside.is_empty() => "check the path",
            Self::NotThere { beside, .. } => return Some(format!("check the path; {beside}")),
            Self::NoMatch { beside, .. } => {
                return Some(format!(
                    "check the pattern; {beside}; a pattern may have `*`, `?`, `[…]`, `{{a,b}}` and `**`"
                ));
            }
            Self::NoneEnds { files: 0, .. } => "check the path, or write the files first",
            Self::NoneEnds { option, .. } => {
                return Some(format!("if these are the files, say so with `{option}`"));
            }
            Self::Pattern { .. } => {
                "write a bracket that belongs to the name in brackets, as in `[[]`"
            }
            Self::NoStore { address, known, .. } => {
                return Some(store_fix(address, known, BUILT));
            }
            Self::UrlSecrets { .. } => {
                "give them as options, as in `ReadParquet::new(..).option(\"secret_access_key\", ..)` (`sas_token` for Azure), or in the environment"
            }
            Self::UnknownStorageOption { nearest: None, .. } => {
                "the usual names are told by `SessionBuilder::storage_options`, and all of them by the crate object_store"
            }
            Self::NoListing { verb, .. } => {
                return Some(format!(
                    "name each file, as in `{verb}([\"https://host/a\", \"https://host/b\"])`; files of a bucket are listed by its own URL, `s3://`, `gs://` or `az://`"
                ));
            }
            Self::ReadOnly { .. } => {
                "write to a folder of this machine, or to a bucket by its own URL: `s3://`, `gs://` or `az://`"
            }
            Self::File { source, .. } => return file_fix(source),
            Self::NotAFolder { .. } => "write to another folder, or remove the file first",
            Self::Gone { .. } | Self::Changed { .. } => {
                "read it again: a frame reads its files as they were when it was planned"
            }
            Self::Exists { options, .. } => {
                return Some(format!(
                    "write to another folder, replace them with `{options}::new(..).overwrite()`, or add to them with `{options}::new(..).append()`"
                ));
            }
            Self::PartitionOn { .. } => {
                "name other columns, or make one with `assign`: text, categories, integers, decimals, truth values, dates and timestamps without a zone can name folders"
            }
            Self::NoPartitions { options } => {
                return Some(format!(
                    "say what the partitions are, as in `{options}::new(..).partition_on([\"region\"]).overwrite_partitions()`, or replace all files with `.overwrite()`"
                ));
            }
            Self::OtherColumns { .. } => {
                "make the columns those of the files (`select`, `astype`, `set_index`), write to another folder, or replace all files with `.overwrite()`"
            }
            Self::Publishing { .. } => {
                "try again; where no write is running, the next write into the folder finishes the one that was killed"
            }
            Self::Empty { .. }
            | Self::CutOff { .. }
            | Self::NotFormat { .. }
            | Self::Footer { .. }
            | Self::Corrupt { .. } => "write the file again, or leave it out of the pattern",
            Self::Encrypted { .. } => {
                "write the file again without encryption, or leave it out of the pattern"
            }
            Self::Schemas {
                options: [reader, options],
                shared,
                ..
            } => return Some(schemas_fix(reader, options, shared)),
            Self::Keys { reader, .. } => {
                return Some(format!(
                    "read them apart, or, where the names of folders mean nothing, say `{reader}::hive(false)`"
                ));
            }
            Self::NoKey { reader, .. } => {
                return Some(format!(
                    "keys are looked for below the folder that is read; `{reader}::hive(true)` looks on the way to it too"
                ));
            }
            Self::KeyValue { reader, key, .. } => {
                return Some(format!(
                    "read it as text with `{reader}::key_dtype({key:?}, \"string\")`"
                ));
            }
            Self::Headers { .. } => {
                "read them apart, or, where the columns mean the same, name them with `ReadCsv::names([..]).header(true)`"
            }
            Self::Names { .. } => "give one name for each field",
            Self::PathColumn { .. } => "give `include_path_column` another name",
            Self::NoField { .. } => {
                "leave it out, take it apart with expressions, or write Parquet"
            }
            Self::NoZone { .. } => {
                "zones are called as in the IANA database, `Europe/Berlin`, or by their offset, `+02:00`"
            }
            Self::NotOfText { .. } => "read it as `string`, and take it apart with expressions",
            Self::Line { .. } => {
                "where fields hold delimiters they must be quoted; `ReadCsv::on_bad_lines(OnBadLines::Skip)` leaves such lines out"
            }
            Self::Field { is_text: false, .. } => {
                "the file is not UTF-8: convert it, or leave the column out with `ReadCsv::columns`"
            }
            Self::Malformed { .. } => {
                "each line must hold one object; `ReadJson::on_bad_lines(OnBadLines::Skip)` leaves others out"
            }
            Self::Field {
                reader,
                column,
                value,
                dtype,
                ..
            } => return Some(field_fix(reader, column, value, dtype)),
            Self::Unclosed { .. } => {
                "close the quote; where quotes mean nothing in these files say `ReadCsv::quote(None)`"
            }
            _ => return None,
        };
        Some(fix.to_owned())
    }
}

/// Which stores this build can ask.
#[derive(Clone, Copy)]
struct Built {
    object_store: bool,
    cloud: bool,
}

const BUILT: Built = Built {
    object_store: cfg!(feature = "object-store"),
    cloud: cfg!(feature = "cloud"),
};

/// What to do about a store that the session does not have, or that this build does not know how to ask.
fn store_fix(address: &str, known: &[String], built: Built) -> String {
    let is_ours = store::scheme(address).is_some_and(store::is_cloud);
    let known = match known {
        [] => String::new(),
        known => format!("; it has {}", quoted(known)),
    };
    let give = format!("give it one with `Session::builder().store(\"{address}\", store)`{known}");
    match built {
        Built { cloud: false, .. } if is_ours => {
            format!("build swath with its feature `cloud`, which speaks to it; or {give}")
        }
        Built {
            object_store: false,
            ..
        } => format!("build swath with its feature `object-store`, and {give}"),
        Built { cloud: true, .. } if known.is_empty() => format!(
            "{give}; without one swath reads `https://`, `http://`, `s3://`, `gs://`, `az://` and `abfss://`"
        ),
        Built { .. } => give,
    }
}

/// What to do about what a system or a server refused.
fn file_fix(source: &io::Error) -> Option<String> {
    #[cfg(feature = "cloud")]
    if let Some(failure) = source
        .get_ref()
        .and_then(|error| error.downcast_ref::<store::Failure>())
    {
        return failure.fix().map(str::to_owned);
    }
    system_fix(source.kind())
}

/// What to do about what a system refused.
fn system_fix(kind: io::ErrorKind) -> Option<String> {
    let fix = match kind {
        io::ErrorKind::PermissionDenied => {
            "ask for the permission, or take a path that this process may use"
        }
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            "make room, or write elsewhere; nothing of the file is left"
        }
        io::ErrorKind::ReadOnlyFilesystem => "write elsewhere",
        _ => return None,
    };
    Some(fix.to_owned())
}

/// The declaration under which a field is a value.
fn field_fix(reader: &str, column: &str, value: &str, dtype: &str) -> String {
    let shown = Shown(format!("{value:?}"));
    let is_float = value.trim().parse::<f64>().is_ok();
    let wider = match dtype {
        "int64" | "uint64" | "int32" | "int16" | "int8" | "uint32" | "uint16" | "uint8"
            if is_float =>
        {
            "float64"
        }
        _ => "string",
    };
    let null = match reader {
        "ReadCsv" => format!("that it means null with `na_values([{shown}])`, or "),
        _ => String::new(),
    };
    format!(
        "declare it with `{reader}::dtype({column:?}, \"{wider}\")`; or say {null}what becomes of such lines with `on_bad_lines`"
    )
}

/// Most columns that a fix spells out.
const SPELT_OUT: usize = 6;

fn schemas_fix(reader: &str, options: &str, shared: &[String]) -> String {
    let columns = match shared {
        [] => None,
        shared if shared.len() <= SPELT_OUT => Some(format!("{shared:?}")),
        _ => Some("[..]".to_owned()),
    };
    let shared = columns
        .map(|columns| format!("read the columns they share with `{reader}::columns({columns})`"));
    let admitted = (!options.is_empty()).then(|| format!("read them with {options}"));
    match (admitted, shared) {
        (None, None) => "they share no column: read them apart".to_owned(),
        (Some(fix), None) => format!("{fix}, or read them apart"),
        (None, Some(shared)) => format!("{shared}, or read them apart"),
        (Some(fix), Some(shared)) => format!("{fix}; or {shared}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_system_refuses_is_told_with_what_to_do() {
        let told = |kind| {
            let error = IoError::File {
                action: "write",
                path: "out/part.0.parquet".into(),
                source: kind,
            };
            format!("{error}: {}", error.fix().unwrap_or_default())
        };
        let cases = [
            io::ErrorKind::PermissionDenied,
            io::ErrorKind::StorageFull,
            io::ErrorKind::ReadOnlyFilesystem,
        ];
        insta::assert_snapshot!(cases.map(|kind| told(kind.into())).join("\n"), @r"
        cannot write `out/part.0.parquet`: ask for the permission, or take a path that this process may use
        cannot write `out/part.0.parquet`: make room, or write elsewhere; nothing of the file is left
        cannot write `out/part.0.parquet`: write elsewhere
        ");
        let other = IoError::File {
            action: "read",
            path: "a".into(),
            source: io::ErrorKind::ConnectionReset.into(),
        };
        assert_eq!(other.fix(), None);
    }

    #[test]
    fn the_store_that_is_missing_is_told_with_how_to_have_it() {
        let known = ["s3://other".to_owned()];
        let built = |object_store, cloud| Built {
            object_store,
            cloud,
        };
        let told = [
            store_fix("s3://bucket", &[], built(false, false)),
            store_fix("s3://bucket", &known, built(true, false)),
            store_fix("ftp://host", &[], built(false, false)),
            store_fix("ftp://host", &known, built(true, false)),
            store_fix("ftp://host", &[], built(true, true)),
        ];
        insta::assert_snapshot!(told.join("\n"), @r#"
        build swath with its feature `cloud`, which speaks to it; or give it one with `Session::builder().store("s3://bucket", store)`
        build swath with its feature `cloud`, which speaks to it; or give it one with `Session::builder().store("s3://bucket", store)`; it has `s3://other`
        build swath with its feature `object-store`, and give it one with `Session::builder().store("ftp://host", store)`
        give it one with `Session::builder().store("ftp://host", store)`; it has `s3://other`
        give it one with `Session::builder().store("ftp://host", store)`; without one swath reads `https://`, `http://`, `s3://`, `gs://`, `az://` and `abfss://`
        "#);
    }

    #[test]
    fn the_columns_that_files_share_are_spelt_out_while_they_are_few() {
        let names = |n: usize| (0..n).map(|at| format!("c{at}")).collect::<Vec<_>>();
        let told = [0, 2, 7].map(|n| schemas_fix("ReadParquet", "", &names(n)));
        let admitted = [0, 2].map(|n| {
            schemas_fix(
                "ReadParquet",
                "`ReadParquet::widen_numbers(true)`",
                &names(n),
            )
        });
        insta::assert_snapshot!([&told[..], &admitted[..]].concat().join("\n"), @r#"
        they share no column: read them apart
        read the columns they share with `ReadParquet::columns(["c0", "c1"])`, or read them apart
        read the columns they share with `ReadParquet::columns([..])`, or read them apart
        read them with `ReadParquet::widen_numbers(true)`, or read them apart
        read them with `ReadParquet::widen_numbers(true)`; or read the columns they share with `ReadParquet::columns(["c0", "c1"])`
        "#);
    }
}
