//! The hidden prefix of a write, as data.

use serde::{Deserialize, Serialize};

use crate::folder::kind::FileKind;
use crate::folder::staged::PREFIX;
use crate::folder::{Mode, PartName, Unfinished};
use crate::{IoContext, IoError};

/// A write that has begun below a prefix, and the hidden prefix in it that objects are written to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct HiddenPrefix {
    /// The target.
    pub(super) url: String,
    /// Names this write among all.
    pub(in crate::folder) id: String,
    /// Which objects are the data set.
    pub(super) kind: FileKind,
    pub(super) mode: Mode,
}

impl HiddenPrefix {
    /// Begins an object; returns where it will be seen too.
    pub(in crate::folder) fn create(
        &self,
        part: &PartName<'_>,
        context: &IoContext,
    ) -> Result<(Box<dyn Unfinished>, String), IoError> {
        let place = context.stores.locate(&self.url)?;
        let shown = place.below(&part.seen(0, "", &self.kind.extensions)).url();
        let hidden = place.below(&self.name()).below(&part.hidden());
        Ok((hidden.create(&shown, &context.cancel)?, shown))
    }

    /// Which object it is that will be seen there.
    pub(super) fn part<'a>(&self, url: &'a str) -> Option<PartName<'a>> {
        let within = url.strip_prefix(&self.url)?.trim_start_matches('/');
        PartName::parse(within)
    }

    /// The name of the hidden prefix.
    pub(super) fn name(&self) -> String {
        format!("{PREFIX}{}", self.id)
    }
}
