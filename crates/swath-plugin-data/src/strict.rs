//! A look at every value, for those who search for a fault.

use std::sync::LazyLock;

/// The variable that asks for it.
const VARIABLE: &str = "SWATH_PLUGIN_STRICT";

/// Whether whoever started this process wants every value looked at that crosses. Asked for once.
pub(crate) fn is_strict() -> bool {
    static IS_STRICT: LazyLock<bool> =
        LazyLock::new(|| std::env::var_os(VARIABLE).is_some_and(|value| value == "1"));
    *IS_STRICT
}
