//! Features of the processor by their names in Rust.

/// Whether this machine's processor has a feature; `None` for a name that is not known on its architecture.
pub(super) fn has(feature: &str) -> Option<bool> {
    lookup(feature)
}

/// Looks a name up among literals, which is all that the macros of the standard library take.
#[cfg(any(target_arch = "x86", target_arch = "x86_64", target_arch = "aarch64"))]
macro_rules! lookup {
    ($detected:ident: $($name:tt)*) => {
        fn lookup(feature: &str) -> Option<bool> {
            match feature {
                $($name => Some(std::arch::$detected!($name)),)*
                _ => None,
            }
        }
    };
}

#[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
lookup! { is_x86_feature_detected:
    "fxsr" "sse" "sse2" "sse3" "ssse3" "sse4.1" "sse4.2" "sse4a" "popcnt" "lzcnt" "abm" "bmi1" "bmi2" "tbm" "movbe" "adx"
    "cmpxchg16b" "rdrand" "rdseed" "rtm" "xsave" "xsavec" "xsaveopt" "xsaves" "aes" "vaes" "pclmulqdq" "vpclmulqdq" "sha" "gfni"
    "f16c" "fma" "avx" "avx2" "avx512f" "avx512cd" "avx512er" "avx512pf" "avx512bw" "avx512dq" "avx512vl" "avx512ifma"
    "avx512vbmi" "avx512vbmi2" "avx512vnni" "avx512bitalg" "avx512vpopcntdq" "avx512bf16" "avx512vp2intersect"
}

#[cfg(target_arch = "aarch64")]
lookup! { is_aarch64_feature_detected:
    "neon" "fp" "asimd" "aes" "pmull" "sha2" "sha3" "sm4" "crc" "lse" "rdm" "rcpc" "rcpc2" "dotprod" "fp16" "fhm" "fcma" "jsconv"
    "frintts" "flagm" "bf16" "i8mm" "f32mm" "f64mm" "dit" "dpb" "dpb2" "bti" "mte" "paca" "pacg" "rand" "sb" "ssbs" "tme"
    "sve" "sve2" "sve2-aes" "sve2-bitperm" "sve2-sha3" "sve2-sm4"
}

#[cfg(not(any(target_arch = "x86", target_arch = "x86_64", target_arch = "aarch64")))]
fn lookup(_feature: &str) -> Option<bool> {
    None
}

#[cfg(all(test, target_arch = "x86_64"))]
mod tests {
    use super::has;

    #[test]
    fn features_by_name() {
        assert_eq!(has("sse2"), Some(true), "part of the architecture");
        assert_eq!(
            has("avx2"),
            Some(std::arch::is_x86_feature_detected!("avx2"))
        );
        assert_eq!(has("avx513"), None);
        assert_eq!(has(""), None);
    }
}
