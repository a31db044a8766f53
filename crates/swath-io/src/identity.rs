//! Which file, and which state of it.

use serde::{Deserialize, Serialize};
use swath_graph::{Canon, Fingerprint};

/// A file and the state that a plan was made for: what its name in a graph is made of.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct FileIdentity {
    /// A path of the local file system, or a URL.
    pub path: String,
    /// Bytes.
    pub len: u64,
    /// Nanoseconds from 1970 to the last change; 0 where that is not known, or a version says more.
    pub modified: u64,
    /// The version that an object store gives it.
    pub etag: Option<String>,
}

impl FileIdentity {
    /// What is different in `now`, if it is another state of the file.
    pub(crate) fn change(&self, now: &Self) -> Option<String> {
        if self.len != now.len {
            Some(format!("it had {} bytes and has {}", self.len, now.len))
        } else if let (Some(before), Some(now)) = (&self.etag, &now.etag) {
            // A version says more than a time, which answers of one store may round differently.
            (before != now).then(|| "it has another version".into())
        } else if self.modified != now.modified {
            Some("it was written to".into())
        } else {
            None
        }
    }
}

impl Fingerprint for FileIdentity {
    fn feed(&self, out: &mut Canon) {
        out.object("file", 1)
            .str(&self.path)
            .u64(self.len)
            .u64(self.modified)
            .feed(&self.etag);
    }
}
