//! What a library logs arrives at the host's own.

use insta::assert_snapshot;

use super::logged::Logged;
use super::{behave, in_child, is_child, part};

#[test]
fn words_arrive_with_where_they_were_said() {
    let logged = Logged::default();
    tracing::subscriber::with_default(logged.clone(), || {
        assert_eq!(behave("log").expect("an answer"), [part()]);
    });
    assert_snapshot!(logged.line("3 rows"), @r#"WARN message=3 rows plugin="tried" function="tried.behave" partition=2 target="swath_tried""#);
}

/// What a function keeps of its input is told when nothing of its answer is left, which may be made of it.
#[test]
fn what_it_keeps_is_logged() {
    let logged = Logged::default();
    tracing::subscriber::with_default(logged.clone(), || {
        let lines = || logged.lines().len();
        // It returns its input without a copy.
        drop(behave("").expect("an answer"));
        assert_eq!(lines(), 0);
        let answer = behave("hoard").expect("an answer");
        assert_eq!(lines(), 0);
        drop(answer);
        assert_eq!(lines(), 1);
    });
    let line = logged.line("keeps");
    assert!(
        line.contains(r#"function="tried.behave" partition=2"#) && line.contains("bytes="),
        "{line}"
    );
}

/// A panic in a thread that the function began is told, and spoils nothing else.
#[test]
fn a_panic_in_a_thread_of_its_own_is_logged() {
    if !is_child() {
        return in_child("logs::a_panic_in_a_thread_of_its_own_is_logged");
    }
    let logged = Logged::default();
    tracing::subscriber::set_global_default(logged.clone()).expect("there is none before");
    assert_eq!(behave("thread").expect("an answer"), [part()]);
    let line = logged.line("nobody asked for it");
    assert!(
        line.starts_with("ERROR ") && line.contains("panicked: ") && line.contains("lib.rs:"),
        "{line}"
    );
}
