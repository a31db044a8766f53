//! The only place that prints: ordinary lines to stdout, progress and problems to stderr.

use std::io::Write as _;

/// Prints one line, or several, of a command's result.
pub(crate) fn line(text: &str) {
    // Who reads may have seen enough: `cargo xtask tidy | head` is no failure.
    let _ = writeln!(std::io::stdout(), "{text}");
}

/// Prints what is about to be done.
#[expect(
    clippy::print_stderr,
    reason = "progress goes beside the output, not into it"
)]
pub(crate) fn step(text: &str) {
    eprintln!("> {text}");
}

/// Prints why the command failed.
#[expect(
    clippy::print_stderr,
    reason = "problems go beside the output, not into it"
)]
pub(crate) fn problem(text: &str) {
    eprintln!("error: {text}");
}
