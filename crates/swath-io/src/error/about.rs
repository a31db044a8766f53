//! What an error is about, for whoever acts on it.

use std::io;

use super::IoError;

impl IoError {
    /// The file, folder or pattern that the error is about.
    pub fn path(&self) -> Option<&str> {
        match self {
            Self::NotThere { path, .. }
            | Self::NoMatch { pattern: path, .. }
            | Self::NoneEnds { folder: path, .. }
            | Self::Pattern { pattern: path, .. }
            | Self::NoStore { url: path, .. }
            | Self::UrlSecrets { url: path }
            | Self::NoListing { url: path, .. }
            | Self::ReadOnly { url: path }
            | Self::File { path, .. }
            | Self::NotAFolder { path }
            | Self::Gone { path }
            | Self::Changed { path, .. }
            | Self::Empty { path, .. }
            | Self::CutOff { path, .. }
            | Self::NotFormat { path, .. }
            | Self::Encrypted { path, .. }
            | Self::Footer { path, .. }
            | Self::Corrupt { path, .. }
            | Self::Schemas { second: path, .. }
            | Self::Keys { path, .. }
            | Self::KeyValue { path, .. }
            | Self::Headers { second: path, .. }
            | Self::Line { path, .. }
            | Self::Field { path, .. }
            | Self::Unclosed { path, .. }
            | Self::Malformed { path, .. }
            | Self::Misread { path, .. }
            | Self::Exists { path, .. }
            | Self::Publishing { path }
            | Self::OtherColumns { folder: path, .. }
            | Self::Meta { path, .. }
            | Self::Encode { path, .. } => Some(path),
            _ => None,
        }
    }

    /// Whether what was asked for does not exist.
    pub fn is_not_found(&self) -> bool {
        match self {
            Self::NotThere { .. }
            | Self::NoMatch { .. }
            | Self::NoneEnds { .. }
            | Self::Gone { .. } => true,
            Self::File { source, .. } => source.kind() == io::ErrorKind::NotFound,
            _ => false,
        }
    }

    /// Whether an argument or option of the call is wrong, whatever the files are.
    pub fn is_option(&self) -> bool {
        matches!(
            self,
            Self::NoPath { .. }
                | Self::Pattern { .. }
                | Self::Address { .. }
                | Self::UrlSecrets { .. }
                | Self::UnknownStorageOption { .. }
                | Self::StorageOption { .. }
                | Self::UnknownOption { .. }
                | Self::OptionValue { .. }
                | Self::UnknownFormat { .. }
                | Self::Names { .. }
                | Self::PathColumn { .. }
                | Self::NotOfText { .. }
                | Self::NoZone { .. }
                | Self::NoKey { .. }
                | Self::PartitionOn { .. }
                | Self::NoPartitions { .. }
                | Self::NoField { .. }
        )
    }
}
