//! How a meta is printed.

use std::fmt::{self, Debug, Display, Formatter};

use crate::Meta;
use crate::aligned::aligned;

/// One line a column: name, dtype, and `index` and `not null` where they apply.
impl Display for Meta {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        if self.is_empty() {
            return f.write_str("no columns");
        }
        let rows: Vec<[String; 3]> = self
            .fields()
            .iter()
            .enumerate()
            .map(|(position, field)| {
                let index = (position < self.index().len()).then_some("index");
                let not_null = (!field.nullable).then_some("not null");
                let marks = index
                    .into_iter()
                    .chain(not_null)
                    .collect::<Vec<_>>()
                    .join(", ");
                [field.name.to_string(), field.dtype.to_string(), marks]
            })
            .collect();
        f.write_str(&aligned(&rows))
    }
}

impl Debug for Meta {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.debug_struct("Meta")
            .field("fields", &self.fields())
            .field("index", &self.index())
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use crate::{Field, Meta};

    #[test]
    fn columns_are_aligned_and_marked() {
        let meta = Meta::of([("region", "string"), ("t", "timestamp[us, UTC]")]).unwrap();
        let meta = meta
            .with_field(Field::new("amount", "float64".parse().unwrap(), false))
            .set_index(["t"])
            .unwrap();
        insta::assert_snapshot!(meta);
        insta::assert_snapshot!(Meta::empty(), @"no columns");
    }
}
