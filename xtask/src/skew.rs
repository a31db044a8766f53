//! `cargo xtask skew`: a plugin that another compiler builds, tried in this host.
//!
//! It is no part of `cargo xtask test`: the other compiler has to build Arrow once more, in a target folder of its own.

use crate::{command::CommandLine, libraries, say};
use anyhow::Result;

/// The compiler, as rustup names it.
const TOOLCHAIN: &str = "nightly";
/// The plugin: functions of two kinds, on numbers and on texts.
const PLUGIN: &str = "geo";
const TARGET: &str = "target/plugins-nightly";

/// Builds the plugin, and runs `swath plugin check` on it; says so and does nothing where that compiler is not installed.
///
/// # Errors
/// When a build fails, or the plugin does not load or keep what it promises.
pub(crate) fn run() -> Result<()> {
    let of_toolchain = |program: &str| CommandLine::new("rustup").args(["run", TOOLCHAIN, program]);
    let version = |compiler: CommandLine| compiler.arg("--version").probe();
    let Some(theirs) = version(of_toolchain("rustc")) else {
        say::line(&format!(
            "skipped: there is no {TOOLCHAIN} compiler; `rustup toolchain install {TOOLCHAIN}` gets one"
        ));
        return Ok(());
    };
    // The program as the tests have it: another choice of packages has other features, and builds Arrow for them.
    CommandLine::cargo("test")
        .args(["--workspace", "--locked", "--test", "commands", "--no-run"])
        .run()?;
    let cargo = of_toolchain("cargo").arg("rustc");
    libraries::command(cargo, PLUGIN, "debug", TARGET).run()?;
    CommandLine::built("debug", "swath")
        .args(["plugin", "check"])
        .arg(libraries::path_in(TARGET, PLUGIN, "debug"))
        .run()?;
    let ours = version(CommandLine::new("rustc")).unwrap_or_default();
    say::line(&format!("a plugin of {theirs} in a host of {ours}"));
    Ok(())
}
