//! What a user writes: sessions, lazy frames, tables, errors.
