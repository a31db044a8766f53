//! Types are told apart by the package that they are of, which a macro asks the environment for: those here are of a later
//! `swath-plugin-abi`.

use std::env;

fn main() {
    println!("cargo::rustc-env=CARGO_PKG_NAME=swath-plugin-abi");
    println!("cargo::rustc-env=CARGO_PKG_VERSION=1.7.0");
    let [arch, system] = ["ARCH", "OS"].map(|of| {
        env::var(format!("CARGO_CFG_TARGET_{of}")).expect("cargo says what it builds for")
    });
    println!("cargo::rustc-env=SWATH_ROOTS_TARGET={arch}-{system}");
}
