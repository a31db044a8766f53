//! `cargo xtask skew`: plugins that another compiler builds, tried in this host.
//!
//! It is no part of `cargo xtask test`: the other compiler has to build Arrow, two versions of it, in a target folder of its own.

use crate::{command::CommandLine, libraries, say};
use anyhow::Result;

/// The compiler, as rustup names it.
const TOOLCHAIN: &str = "nightly";
/// The plugins: functions of several kinds, and one that gives back every type.
const PLUGINS: [&str; 2] = ["geo", libraries::OLDER_ARROW];
const TARGET: &str = "target/plugins-nightly";

/// Builds the plugins, runs `swath plugin check` on them, and sends every type through one; says so and does nothing where that
/// compiler is not installed.
///
/// # Errors
/// When a build fails, or a plugin does not load or keep what it promises.
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
    for plugin in PLUGINS {
        let cargo = of_toolchain("cargo").arg("rustc");
        libraries::command(cargo, plugin, "debug", TARGET).run()?;
        CommandLine::built("debug", "swath")
            .args(["plugin", "check"])
            .arg(libraries::path_in(TARGET, plugin, "debug"))
            .run()?;
    }
    libraries::every_type(&libraries::path_in(TARGET, libraries::OLDER_ARROW, "debug")).run()?;
    let ours = version(CommandLine::new("rustc")).unwrap_or_default();
    say::line(&format!("plugins of {theirs} in a host of {ours}"));
    Ok(())
}
