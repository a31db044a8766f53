//! The task shapes and the steps of a pipeline, one file each.
