//! Logical nodes, rewrite rules and lowering in rounds.
