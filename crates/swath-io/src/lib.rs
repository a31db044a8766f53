//! Formats, readers and writers over files and object stores.
