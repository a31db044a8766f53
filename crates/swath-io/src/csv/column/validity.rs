//! Which rows have a value: nothing is kept until one has none.

use arrow_buffer::{BooleanBufferBuilder, NullBuffer};

#[derive(Debug)]
pub(super) struct Validity {
    rows: usize,
    capacity: usize,
    bits: Option<BooleanBufferBuilder>,
}

impl Validity {
    pub(super) fn new(capacity: usize) -> Self {
        Self {
            rows: 0,
            capacity,
            bits: None,
        }
    }

    #[inline]
    pub(super) fn valid(&mut self) {
        self.rows += 1;
        if let Some(bits) = &mut self.bits {
            bits.append(true);
        }
    }

    pub(super) fn null(&mut self) {
        let bits = self.bits.get_or_insert_with(|| {
            let mut bits = BooleanBufferBuilder::new(self.capacity);
            bits.append_n(self.rows, true);
            bits
        });
        bits.append(false);
        self.rows += 1;
    }

    pub(super) fn finish(self) -> Option<NullBuffer> {
        self.bits.map(|mut bits| NullBuffer::new(bits.finish()))
    }
}
