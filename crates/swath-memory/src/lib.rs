//! Who owns a byte: budget, grants, reservations and the cancel token.
