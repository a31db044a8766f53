//! Compute on batches: hash, group, aggregate, sort, top-k.
