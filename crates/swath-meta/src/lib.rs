//! Logical dtypes, the empty frame and its inference.
