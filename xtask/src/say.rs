//! The only place that prints: ordinary lines to stdout, progress and problems to stderr.

/// Prints one line, or several, of a command's result.
#[expect(clippy::print_stdout, reason = "what a command finds is its output")]
pub(crate) fn line(text: &str) {
    println!("{text}");
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
