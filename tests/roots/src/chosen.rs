//! Which root a host finds.

use std::cell::UnsafeCell;
use std::mem::MaybeUninit;

use abi_stable::library::{CheckTypeLayout, LibHeader, RootModule, RootModuleResult};

use crate::{later, others, root};

/// What a host looks for, written before it does.
pub struct Chosen(UnsafeCell<MaybeUninit<LibHeader>>);

// SAFETY: it is written while the library is opened, by one thread, and read after that.
unsafe impl Sync for Chosen {}

/// The header of the root that was chosen.
// SAFETY: no other symbol of the program has this name.
#[unsafe(export_name = "_1as_0lib_1header_0root_bmodule_bloader")]
pub static HEADER: Chosen = Chosen(UnsafeCell::new(MaybeUninit::uninit()));

/// Runs while the library is opened.
#[used]
// SAFETY: what stands there is called, and needs no argument.
#[cfg_attr(target_os = "linux", unsafe(link_section = ".init_array"))]
#[cfg_attr(
    target_vendor = "apple",
    unsafe(link_section = "__DATA,__mod_init_func")
)]
static CHOOSE: extern "C" fn() = choose;

extern "C" fn choose() {
    let chosen = std::env::var("SWATH_ROOT").unwrap_or_default();
    let header = match chosen.as_str() {
        "" => of::<later::PluginRef>(root::whole),
        "panics" => of::<later::PluginRef>(root::panics),
        "panics unguarded" => of::<later::PluginRef>(root::unguarded),
        "init panics" => of::<later::PluginRef>(root::of_init_that_panics),
        "init panics unguarded" => of::<later::PluginRef>(root::of_unguarded_init),
        "exits" => std::process::exit(0),
        "init exits" => of::<later::PluginRef>(root::of_init_that_exits),
        "retyped" => of::<others::retyped::PluginRef>(root::unguarded),
        "renamed" => of::<others::renamed::PluginRef>(root::unguarded),
        "reordered" => of::<others::reordered::PluginRef>(root::unguarded),
        other => unreachable!("there is no root `{other}`"),
    };
    let place = HEADER.0.get();
    // SAFETY: nobody reads it yet: the library is not open.
    unsafe { *place = MaybeUninit::new(header) };
}

/// What says that a function makes a root of this type.
fn of<Root: RootModule>(made: extern "C" fn() -> RootModuleResult) -> LibHeader {
    // SAFETY: each of the functions above makes a root of the type beside it, or none.
    unsafe { LibHeader::from_constructor::<Root>(made, CheckTypeLayout::Yes) }
}
