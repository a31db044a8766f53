//! What `swath plugin build` sets for the crate that becomes the library is a word that the compiler knows.

fn main() {
    println!("cargo::rustc-check-cfg=cfg(swath_plugin_export)");
}
