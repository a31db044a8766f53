//! A plugin that ends the process ends it with an error, wherever it is.

use std::process::Output;

use swath_plugin_host::{Plugin, Policy};

use super::{behave, child, copies, is_child, library, library_of};

/// Set to what a child does.
const HOW: &str = "SWATH_TRIED_EXIT";

/// Runs the test of this name in a process of its own, which is ended, with these words.
#[track_caller]
fn fails(test: &str, variable: (&str, &str), expected: &str) {
    let mut child = child(test);
    let Output { status, stderr, .. } =
        child.env(variable.0, variable.1).output().expect("it runs");
    let said = String::from_utf8_lossy(&stderr);
    assert_eq!(status.code(), Some(70), "{variable:?}: {said}");
    let expected = format!("{expected} ended the process");
    assert!(said.contains(&expected), "{said}");
}

#[test]
fn in_a_call_and_while_it_is_bound() {
    if is_child() {
        let how = std::env::var(HOW).expect("it is told how");
        let _ = behave(&how);
        unreachable!("the process ended");
    }
    for how in ["exit", "exit in bind"] {
        let test = "exits::in_a_call_and_while_it_is_bound";
        fails(test, (HOW, how), "the plugin function `tried.behave`");
    }
}

/// It is in no call of its own, and the call that waits for it would never be answered.
#[test]
fn in_a_thread_of_its_own() {
    if is_child() {
        let _ = behave("exit in a thread");
        unreachable!("the process ended");
    }
    let file = library().canonicalize().expect("it was built");
    let expected = format!("a thread of the plugin {}", file.display());
    fails("exits::in_a_thread_of_its_own", (HOW, ""), &expected);
}

/// Whoever has the program may end it, also while a plugin is open.
#[test]
fn the_program_may_end_itself() {
    if is_child() {
        assert!(behave("nothing").is_ok());
        let ends = std::thread::spawn(|| std::process::exit(7));
        let _ = ends.join();
        unreachable!("the process ended");
    }
    let ended = child("exits::the_program_may_end_itself").output();
    assert_eq!(ended.expect("it runs").status.code(), Some(7));
}

#[test]
fn while_it_is_opened_and_made_ready() {
    let library = library_of("swath_roots");
    if is_child() {
        let (_folder, copies) = copies();
        let _ = Plugin::load(library, &Policy::default(), &copies);
        unreachable!("the process ended");
    }
    let test = "exits::while_it_is_opened_and_made_ready";
    let library = library.canonicalize().expect("it was built");
    let opened = format!("the plugin function `{}`", library.display());
    fails(test, ("SWATH_ROOT", "exits"), &opened);
    let init = "the plugin function `roots`";
    fails(test, ("SWATH_ROOT", "init exits"), init);
}
