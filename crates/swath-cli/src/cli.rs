//! What can be asked.

use clap::{Parser, Subcommand};

use crate::{Answer, Error, plugin};

/// The arguments of the program.
#[derive(Debug, Parser)]
#[command(
    name = "swath",
    version,
    about = "Tools for swath: makes, checks and pins plugins"
)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Makes, builds and looks at plugins: functions from dynamic libraries
    #[command(subcommand)]
    Plugin(plugin::Command),
    /// Runs isolated plugins for a program that uses swath, which starts it; nobody else can
    PluginWorker,
}

/// Does what the arguments say. Progress of what it starts goes to standard error; the answer is returned.
///
/// # Errors
/// [`Error`], where there is no answer.
pub fn run(cli: &Cli) -> Result<Answer, Error> {
    match &cli.command {
        Command::Plugin(command) => plugin::run(command),
        Command::PluginWorker => {
            swath_plugin_host::run_worker_if_asked();
            Err(Error::NotAsked)
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::Cli;

    #[test]
    fn arguments_are_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn commands() {
        let mut command = Cli::command();
        let plugin = command.find_subcommand_mut("plugin").expect("there is one");
        insta::assert_snapshot!(plugin.render_help());
    }
}
