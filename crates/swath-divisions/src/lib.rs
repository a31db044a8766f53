//! Boundaries of partitions and their algebra.
