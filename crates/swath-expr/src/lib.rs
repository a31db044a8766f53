//! Row-wise expressions: typing, evaluation, encoding.
