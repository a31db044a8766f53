//! The nouns data have everywhere: batch, chunk, partition, pieces, value.
