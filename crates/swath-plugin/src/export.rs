//! What `plugin!` makes of a list of functions: a manifest, made while compiling, and a table.

use swath_plugin_abi::abi_stable::library::{
    __call_root_module_loader, CheckTypeLayout, LibHeader, RootModuleResult,
};
use swath_plugin_abi::abi_stable::prefix_type::WithMetadata;
use swath_plugin_abi::abi_stable::std_types::{RSlice, RStr};
use swath_plugin_abi::{
    Function as Table, FunctionRef, Host, Plugin, PluginRef, Status, VERSION, kind,
};

use crate::shim::{
    bind_aggregate, bind_frames, bind_partition, bind_partitioner, bind_scalar, bind_sink,
    bind_source, guard, take_over_logs, take_over_panics,
};
use crate::{Aggregate, Example, FramesFn, PartitionFn, Partitioner, Scalar, Sink, Source};

/// Any function of a plugin. `K` is its kind, which the compiler finds: each type has one.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no function of a plugin",
    note = "it is one by `#[scalar]`, or by an `impl` of `PartitionFn`, `FramesFn`, `Scalar`, `Aggregate`, `Partitioner`, `Source` or `Sink`"
)]
pub trait Function<K> {
    /// Its part of the manifest, in pieces.
    const ENTRY: [&'static str; ENTRY];
    /// Its table.
    const TABLE: &'static WithMetadata<Table>;
}

/// Pieces of an entry.
pub const ENTRY: usize = 16 + FRAMES;

/// Pieces of the names of frames: what stands around and between eight of them.
const FRAMES: usize = 17;

/// Kinds, for the compiler to tell functions by.
pub mod kinds {
    /// A [`PartitionFn`](crate::PartitionFn).
    pub struct Partition;
    /// A [`FramesFn`](crate::FramesFn).
    pub struct Frames<const N: usize>;
    /// A [`Scalar`](crate::Scalar).
    pub struct Scalar;
    /// An [`Aggregate`](crate::Aggregate).
    pub struct Aggregate;
    /// A [`Partitioner`](crate::Partitioner).
    pub struct Partitioner;
    /// A [`Source`](crate::Source).
    pub struct Source;
    /// A [`Sink`](crate::Sink).
    pub struct Sink;
}

macro_rules! kinds {
    ($($kind:ident $trait:ident $text:literal $number:ident $bind:ident;)*) => { $(
        impl<F: $trait> Function<kinds::$kind> for F {
            const ENTRY: [&'static str; ENTRY] = pieces([
                F::NAME, $text, F::DOC, F::DEPRECATED, F::PARAMS,
            ], &[], F::EXAMPLE);
            const TABLE: &'static WithMetadata<Table> = &WithMetadata::new(Table {
                name: RStr::from_str(F::NAME),
                kind: kind::$number,
                bind: $bind::<F>,
            });
        }
    )* };
}

kinds! {
    Partition PartitionFn "partition" PARTITION bind_partition;
    Scalar Scalar "scalar" SCALAR bind_scalar;
    Aggregate Aggregate "aggregate" AGGREGATE bind_aggregate;
    Partitioner Partitioner "partitioner" PARTITIONER bind_partitioner;
    Source Source "source" SOURCE bind_source;
    Sink Sink "sink" SINK bind_sink;
}

impl<F: FramesFn<N>, const N: usize> Function<kinds::Frames<N>> for F {
    const ENTRY: [&'static str; ENTRY] = pieces(
        [F::NAME, "partition", F::DOC, F::DEPRECATED, F::PARAMS],
        &frames(F::FRAMES),
        F::EXAMPLE,
    );
    const TABLE: &'static WithMetadata<Table> = &WithMetadata::new(Table {
        name: RStr::from_str(F::NAME),
        kind: kind::PARTITION,
        bind: bind_frames::<F, N>,
    });
}

/// The pieces of an entry, in their order: of words about the function, of its frames, and of an example.
const fn pieces(
    [name, kind, doc, deprecated, params]: [&'static str; 5],
    frames: &[&'static str],
    shown: Option<Example>,
) -> [&'static str; ENTRY] {
    let words = [
        r#"{"name":""#,
        word(name),
        r#"","kind":""#,
        kind,
        r#"","doc":"#,
        doc,
        r#","deprecated":"#,
        deprecated,
        r#","params":"#,
        params,
    ];
    let example = example(shown);
    let (mut all, mut filled) = ([""; ENTRY], 0);
    let groups: [&[&'static str]; 4] = [&words, frames, &example, &["}"]];
    let mut group = 0;
    while group < groups.len() {
        let mut at = 0;
        while at < groups[group].len() {
            all[filled] = groups[group][at];
            filled += 1;
            at += 1;
        }
        group += 1;
    }
    all
}

/// The names of frames as they stand in an entry.
const fn frames<const N: usize>(names: [&'static str; N]) -> [&'static str; FRAMES] {
    assert!(
        N > 1,
        "a function of one frame is a `PartitionFn`, and one of none is a `Source`"
    );
    assert!(2 * N < FRAMES, "a function takes eight frames at most");
    let mut pieces = [""; FRAMES];
    let mut at = 0;
    while at < N {
        pieces[2 * at] = if at == 0 { r#","frames":[""# } else { r#"",""# };
        pieces[2 * at + 1] = word(names[at]);
        at += 1;
    }
    pieces[2 * N] = r#""]"#;
    pieces
}

/// An example as it stands in an entry.
const fn example(example: Option<Example>) -> [&'static str; 5] {
    match example {
        None => [""; 5],
        Some(Example { params, input }) => {
            let bytes = input.as_bytes();
            let mut at = 0;
            while at < bytes.len() {
                assert!(
                    bytes[at] != b'"' && bytes[at] != b'\\' && bytes[at] >= b' ',
                    "columns of an example are names and dtypes: `x: float64, y: string?`"
                );
                at += 1;
            }
            let params = if params.is_empty() { "{}" } else { params };
            [
                r#","example":{"params":"#,
                params,
                r#","input":""#,
                input,
                "\"}",
            ]
        }
    }
}

/// A name, if it is one: anything else does not compile.
const fn word(name: &'static str) -> &'static str {
    let bytes = name.as_bytes();
    assert!(!bytes.is_empty(), "a function of a plugin needs a name");
    let mut at = 0;
    while at < bytes.len() {
        assert!(
            bytes[at].is_ascii_alphanumeric() || bytes[at] == b'_',
            "the name of a function may have letters, digits and `_`"
        );
        at += 1;
    }
    name
}

/// The entry of a function.
pub const fn entry<K, F: Function<K>>() -> [&'static str; ENTRY] {
    F::ENTRY
}

/// The table of a function.
pub const fn table<K, F: Function<K>>() -> FunctionRef {
    FunctionRef(F::TABLE.static_as_prefix())
}

/// What stands in a manifest before the plugin's own words.
pub const HEAD: [&str; 9] = [
    r#"{"abi":""#,
    VERSION,
    r#"","sdk":""#,
    env!("CARGO_PKG_VERSION"),
    r#"","target":""#,
    std::env::consts::ARCH,
    "-",
    std::env::consts::OS,
    r#"","panic":"unwind","cpu":["#,
];

/// Features of the processor that the crate that says this is compiled for, as the elements of a JSON array. A macro: the last crate
/// may be compiled for others than those below it.
#[doc(hidden)]
#[macro_export]
macro_rules! __compiled_for {
    () => {
        $crate::__compiled_for! {
            "sse3" "ssse3" "sse4.1" "sse4.2" "popcnt" "lzcnt" "bmi1" "bmi2" "aes" "pclmulqdq" "vaes" "vpclmulqdq" "gfni" "sha" "adx"
            "movbe" "f16c" "fma" "avx" "avx2" "avx512f" "avx512cd" "avx512bw" "avx512dq" "avx512vl" "avx512ifma" "avx512vbmi"
            "avx512vbmi2" "avx512vnni" "avx512bitalg" "avx512vpopcntdq" "avx512bf16" "lse" "dotprod" "fp16" "i8mm" "sve" "sve2"
        }
    };
    ($($name:tt)*) => {{
        let on = [$(cfg!(target_feature = $name)),*];
        let first = [$(concat!("\"", $name, "\"")),*];
        let next = [$(concat!(",\"", $name, "\"")),*];
        let (mut all, mut any, mut at) = ([""; [$($name),*].len()], false, 0);
        while at < on.len() {
            if on[at] {
                all[at] = if any { next[at] } else { first[at] };
                any = true;
            }
            at += 1;
        }
        all
    }};
}

/// How long these texts are together.
pub const fn length(texts: &[&[&str]]) -> usize {
    let (mut sum, mut i) = (0, 0);
    while i < texts.len() {
        let mut j = 0;
        while j < texts[i].len() {
            sum += texts[i][j].len();
            j += 1;
        }
        i += 1;
    }
    sum
}

/// These texts as one, `N` bytes long.
pub const fn join<const N: usize>(texts: &[&[&str]]) -> [u8; N] {
    let (mut joined, mut filled, mut i) = ([0; N], 0, 0);
    while i < texts.len() {
        let mut j = 0;
        while j < texts[i].len() {
            let (bytes, mut at) = (texts[i][j].as_bytes(), 0);
            while at < bytes.len() {
                joined[filled] = bytes[at];
                filled += 1;
                at += 1;
            }
            j += 1;
        }
        i += 1;
    }
    joined
}

/// Joined texts as a text.
#[expect(
    clippy::panic,
    reason = "it is called while compiling: then it is an error of the compiler"
)]
pub const fn text(bytes: &'static [u8]) -> &'static str {
    match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(_) => panic!("texts joined are a text"),
    }
}

/// The root of a plugin that is part of the program: panics and logs are the program's.
pub const fn linked(
    manifest: &'static str,
    functions: &'static [FunctionRef],
) -> WithMetadata<Plugin> {
    unsafe extern "C" fn init(_: Host) -> Status {
        Status::ok()
    }
    WithMetadata::new(Plugin {
        manifest: RStr::from_str(manifest),
        init,
        functions: RSlice::from_slice(functions),
    })
}

/// The root of a plugin that is a library of its own.
pub const fn exported(
    manifest: &'static str,
    functions: &'static [FunctionRef],
) -> WithMetadata<Plugin> {
    unsafe extern "C" fn init(host: Host) -> Status {
        let made = guard(|| {
            take_over_logs(host);
            take_over_panics();
            Ok(())
        });
        made.into()
    }
    WithMetadata::new(Plugin {
        manifest: RStr::from_str(manifest),
        init,
        functions: RSlice::from_slice(functions),
    })
}

/// The header by which a host finds the root.
///
/// # Safety
/// `root` is made by [`root_of`] of the function that gives a [`PluginRef`].
pub const unsafe fn header(root: extern "C" fn() -> RootModuleResult) -> LibHeader {
    // SAFETY: the caller's word: the function answers with a `PluginRef`.
    unsafe { LibHeader::from_constructor::<PluginRef>(root, CheckTypeLayout::Yes) }
}

/// Calls a plugin's root, for its header.
pub fn root_of(root: fn() -> PluginRef) -> RootModuleResult {
    __call_root_module_loader(root)
}

pub use swath_plugin_abi::abi_stable::library::{
    LibHeader as Header, RootModuleResult as RootResult,
};
pub use swath_plugin_abi::abi_stable::prefix_type::WithMetadata as Static;
pub use swath_plugin_abi::{FunctionRef as FunctionTable, Plugin as Root, PluginRef as RootRef};
