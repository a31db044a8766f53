//! Whether two versions of the contract can meet.

use abi_stable::abi_stability::abi_checking::{
    AbiInstability, AbiInstabilityErrors, check_layout_compatibility,
};
use abi_stable::type_layout::{TLFieldOrFunction, TypeLayout};
use std::fmt::{self, Display, Formatter};

/// What one side lays out in another way than the other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LayoutMismatch {
    /// The way to it, from table to table: `bind / Bound / table`.
    pub place: String,
    /// How it differs.
    pub difference: String,
}

impl LayoutMismatch {
    /// Compares the layout of the other side with that of this one.
    ///
    /// What is older lacks what was added since, what is newer has more than is known here; tables grow at their end, so it is
    /// enough that one of both fits into the other. (`abi_stable` by itself takes only what is newer.)
    ///
    /// # Errors
    /// The first place where neither does. The whole report of `abi_stable` has some ten thousand characters.
    pub fn check(ours: &'static TypeLayout, theirs: &'static TypeLayout) -> Result<(), Self> {
        match check_layout_compatibility(ours, theirs) {
            Err(errors) if check_layout_compatibility(theirs, ours).is_err() => {
                Err(Self::first(&errors))
            }
            _ => Ok(()),
        }
    }

    fn first(errors: &AbiInstabilityErrors) -> Self {
        // That a type differs may follow from what differs inside it: what is deepest says why.
        let deepest = errors
            .errors
            .iter()
            .filter(|error| !error.errs.is_empty())
            .max_by_key(|error| error.stack_trace.len());
        let Some(error) = deepest else {
            return Self {
                place: "plugin".to_owned(),
                difference: "its layout is another one".to_owned(),
            };
        };
        let way = error.stack_trace.iter().map(|at| match &at.expected {
            TLFieldOrFunction::Field(field) => field.name().to_owned(),
            TLFieldOrFunction::Function(function) => function.name.as_str().to_owned(),
        });
        // A wrapper's only field is called `0`, and a function has the name of its field.
        let mut way: Vec<String> = way.filter(|name| !name.is_empty() && name != "0").collect();
        way.dedup();
        Self {
            place: way.join(" / "),
            difference: words(&error.errs[0]),
        }
    }
}

impl Display for LayoutMismatch {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Self { place, difference } = self;
        if place.is_empty() {
            f.write_str(difference)
        } else {
            write!(f, "at `{place}`: {difference}")
        }
    }
}

/// A difference in words of people who do not know `abi_stable`.
fn words(difference: &AbiInstability) -> String {
    match difference {
        AbiInstability::Name(name) => format!(
            "the type `{}` where `{}` was expected",
            name.found, name.expected
        ),
        AbiInstability::PackageVersion(version) => format!(
            "version {} of the contract where {} was expected",
            version.found, version.expected
        ),
        AbiInstability::UnexpectedField(field) => format!(
            "the field `{}` where `{}` was expected",
            field.found.name(),
            field.expected.name()
        ),
        AbiInstability::FieldCountMismatch(count) => {
            format!(
                "{} fields where {} were expected",
                count.found, count.expected
            )
        }
        AbiInstability::Size(bytes) => {
            format!(
                "{} bytes where {} were expected",
                bytes.found, bytes.expected
            )
        }
        AbiInstability::MismatchedPrefixSize(entries) => format!(
            "{} entries of the first version where {} were expected",
            entries.found, entries.expected
        ),
        AbiInstability::MismatchedPrimitive(kind) => {
            format!("{:?} where {:?} was expected", kind.found, kind.expected)
        }
        other => {
            let text = format!("{other:?}");
            let kind = text.split(['(', '{', ' ']).next().unwrap_or_default();
            format!("another layout ({kind})")
        }
    }
}
