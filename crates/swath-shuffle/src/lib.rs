//! Partitioners, and the exchange of rows as values.
