//! The program `swath`: reads its arguments, does what they say, and shows the answer.

use std::io::Write as _;
use std::process::ExitCode;

use clap::Parser as _;

fn main() -> ExitCode {
    let code = match swath_cli::run(&swath_cli::Cli::parse()) {
        Ok(answer) => {
            // Who reads may have seen enough: `swath plugin inspect libgeo.so | head` is no failure.
            let _ = std::io::stdout().write_all(answer.text().as_bytes());
            answer.exit_code()
        }
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "error: {}", error.report());
            error.exit_code()
        }
    };
    ExitCode::from(code)
}
