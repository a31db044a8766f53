//! Keys, names, canonical fingerprints, tasks and their dependencies.
