//! Features by name: what a column of each holds.

use swath_plugin::prelude::*;

use crate::measures;

/// The values of a feature, one a row.
pub(crate) enum Column {
    Counts(Vec<Option<i64>>),
    Shares(Vec<Option<f64>>),
}

/// How a feature of a text is found.
pub(crate) enum Measure {
    /// Of every text.
    Count(fn(&str) -> i64),
    /// Of some texts.
    Share(fn(&str) -> Option<f64>),
}

/// A feature that can be asked for.
pub(crate) struct Feature {
    pub(crate) name: &'static str,
    measure: Measure,
}

/// All of them, in the order of their columns where none is asked for by name.
pub(crate) const FEATURES: &[Feature] = &[
    Feature {
        name: "chars",
        measure: Measure::Count(measures::char_count),
    },
    Feature {
        name: "words",
        measure: Measure::Count(measures::word_count),
    },
    Feature {
        name: "mean_word_length",
        measure: Measure::Share(measures::mean_word_length),
    },
    Feature {
        name: "entropy",
        measure: Measure::Share(measures::entropy),
    },
    Feature {
        name: "uppercase",
        measure: Measure::Share(measures::uppercase),
    },
    Feature {
        name: "digits",
        measure: Measure::Share(measures::digits),
    },
];

impl Feature {
    /// The feature of this name.
    ///
    /// # Errors
    /// A name that is none.
    pub(crate) fn named(name: &str) -> Result<&'static Self> {
        FEATURES.iter().find(|one| one.name == name).ok_or_else(|| {
            let names: Vec<&str> = FEATURES.iter().map(|one| one.name).collect();
            Error::new(format!(
                "there is no feature `{name}`; there are `{}`",
                names.join("`, `")
            ))
        })
    }

    /// What its columns are.
    pub(crate) fn dtype(&self) -> DType {
        match self.measure {
            Measure::Count(_) => DType::Int64,
            Measure::Share(_) => DType::Float64,
        }
    }

    /// Its values for these texts; null for null.
    pub(crate) fn of<'a>(
        &self,
        texts: impl Iterator<Item = Option<&'a str>>,
        cx: &Cx,
    ) -> Result<Column> {
        let texts = texts.map(|text| {
            cx.tick()?;
            Ok::<_, Error>(text)
        });
        Ok(match self.measure {
            Measure::Count(count) => Column::Counts(
                texts
                    .map(|text| Ok(text?.map(count)))
                    .collect::<Result<_>>()?,
            ),
            Measure::Share(share) => Column::Shares(
                texts
                    .map(|text| Ok(text?.and_then(share)))
                    .collect::<Result<_>>()?,
            ),
        })
    }
}
