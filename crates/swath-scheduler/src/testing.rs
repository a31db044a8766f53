//! Conformance suites for implementations of `Backend` and `Keep`.
