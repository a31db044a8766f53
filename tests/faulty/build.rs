//! Always a plugin: what `swath plugin build` says with `--cfg` when it builds one.

fn main() {
    println!("cargo::rustc-check-cfg=cfg(swath_plugin_export)");
    println!("cargo::rustc-cfg=swath_plugin_export");
}
