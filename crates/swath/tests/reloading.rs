//! A store that drops every unpinned value and reads it back from its encoded form changes no answer.

use std::sync::Arc;

use swath::prelude::*;
use swath_store::testing::Reloading;

mod answers;

use answers::answers;

#[test]
fn reloaded_results_give_the_same_answers() -> swath::Result<()> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let store = Arc::new(Reloading::new());
    let session = Session::builder()
        .threads(2)
        .memory_limit("256MiB")
        .keep(Arc::clone(&store) as _)
        .build()?;
    let expected = answers(&Session::testing(), &folder.path().join("kept"))?;
    assert_eq!(
        answers(&session, &folder.path().join("reloaded"))?,
        expected
    );
    assert!(store.reloads() > 0, "nothing was read back");
    assert_eq!(session.memory_used(), 0);
    Ok(())
}
