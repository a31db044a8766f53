//! Lazy, partitioned data frames over Arrow: the facade.
