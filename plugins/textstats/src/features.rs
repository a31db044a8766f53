//! Several features at once.

use swath_plugin::prelude::*;

use crate::feature::{Column, FEATURES, Feature};

/// Adds a column for each feature of the texts in a column: `note_chars`, `note_words`, `note_mean_word_length`, `note_entropy`,
/// `note_uppercase`, `note_digits` for those of `note`.
///
/// `uppercase` is the part of the letters that are capitals, `digits` the part of all code points that are numbers; the others are the functions of
/// these names. Counts are int64, the others float64. Null for a null text, and where there is nothing to divide by.
#[derive(Params)]
pub struct Features {
    /// The column of texts.
    pub column: String,
    /// Which features, in the order of their columns; all of them where it is not given.
    pub features: Option<Vec<String>>,
}

impl Features {
    fn asked(&self) -> Result<Vec<&'static Feature>> {
        match &self.features {
            Some(names) => names.iter().map(|name| Feature::named(name)).collect(),
            None => Ok(FEATURES.iter().collect()),
        }
    }

    fn name_of(&self, feature: &Feature) -> String {
        format!("{}_{}", self.column, feature.name)
    }
}

impl PartitionFn for Features {
    const NAME: &'static str = "features";
    const EXAMPLE: Option<Example> = Some(Example {
        params: r#"{"column":"note"}"#,
        input: "id: int64, note: string?",
    });

    fn bind(&self, input: &Meta) -> Result<Contract> {
        input.require(&self.column, "string")?;
        let mut output = input.clone();
        for feature in self.asked()? {
            let name = self.name_of(feature);
            if output.field(&name).is_ok() {
                return Err(Error::new(format!(
                    "there is a column `{name}` already, or it is asked for twice; rename one of them first"
                )));
            }
            output = output.with_field(Field::new(name, feature.dtype(), true));
        }
        Ok(Contract::rows_kept(output).reads([&self.column]).chunks())
    }

    fn call(&self, part: Batch, cx: &Cx) -> Result<Batch> {
        let mut with_features = part.clone();
        for feature in self.asked()? {
            let name = self.name_of(feature);
            with_features = match feature.of(part.rows1(&self.column)?, cx)? {
                Column::Counts(counts) => with_features.with(&name, counts)?,
                Column::Shares(shares) => with_features.with(&name, shares)?,
            };
        }
        Ok(with_features)
    }
}
