//! Fingerprints of the standard library's types.

use super::{Canon, Fingerprint};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

impl Fingerprint for str {
    fn feed(&self, out: &mut Canon) {
        out.str(self);
    }
}

impl Fingerprint for String {
    fn feed(&self, out: &mut Canon) {
        out.str(self);
    }
}

impl Fingerprint for char {
    fn feed(&self, out: &mut Canon) {
        out.str(self.encode_utf8(&mut [0; 4]));
    }
}

impl Fingerprint for bool {
    fn feed(&self, out: &mut Canon) {
        out.bool(*self);
    }
}

impl Fingerprint for f32 {
    fn feed(&self, out: &mut Canon) {
        out.f32(*self);
    }
}

impl Fingerprint for f64 {
    fn feed(&self, out: &mut Canon) {
        out.f64(*self);
    }
}

impl Fingerprint for u128 {
    fn feed(&self, out: &mut Canon) {
        out.u128(*self);
    }
}

impl Fingerprint for i128 {
    fn feed(&self, out: &mut Canon) {
        out.i128(*self);
    }
}

/// Implements it for numbers that widen to the one that is fed, `usize` included (64 bits at most on every target).
macro_rules! widening {
    ($($method:ident as $wide:ty: $($number:ty),*;)*) => { $($(
        impl Fingerprint for $number {
            fn feed(&self, out: &mut Canon) {
                out.$method(*self as $wide);
            }
        }
    )*)* };
}

widening! {
    u64 as u64: u8, u16, u32, u64, usize;
    i64 as i64: i8, i16, i32, i64, isize;
}

/// By text; a path that is not Unicode by its bytes.
impl Fingerprint for Path {
    fn feed(&self, out: &mut Canon) {
        match self.to_str() {
            Some(text) => out.str(text),
            None => out.bytes(self.as_os_str().as_encoded_bytes()),
        };
    }
}

impl Fingerprint for PathBuf {
    fn feed(&self, out: &mut Canon) {
        self.as_path().feed(out);
    }
}

impl Fingerprint for Duration {
    fn feed(&self, out: &mut Canon) {
        out.object("duration", 1)
            .u64(self.as_secs())
            .u64(u64::from(self.subsec_nanos()));
    }
}

/// As nanoseconds since 1970, so that a file's modification time can be part of its identity.
impl Fingerprint for SystemTime {
    fn feed(&self, out: &mut Canon) {
        out.object("time", 1);
        match self.duration_since(Self::UNIX_EPOCH) {
            Ok(after) => after.feed(out),
            Err(before) => {
                out.none();
                before.duration().feed(out);
            }
        }
    }
}

impl<T: Fingerprint> Fingerprint for Option<T> {
    fn feed(&self, out: &mut Canon) {
        match self {
            None => out.none(),
            Some(value) => out.some().feed(value),
        };
    }
}

impl<T: Fingerprint> Fingerprint for [T] {
    fn feed(&self, out: &mut Canon) {
        out.seq(self.len());
        for value in self {
            value.feed(out);
        }
    }
}

impl<T: Fingerprint, const N: usize> Fingerprint for [T; N] {
    fn feed(&self, out: &mut Canon) {
        self.as_slice().feed(out);
    }
}

impl<T: Fingerprint> Fingerprint for Vec<T> {
    fn feed(&self, out: &mut Canon) {
        self.as_slice().feed(out);
    }
}

/// In the order of its keys, each before its value.
impl<K: Fingerprint, V: Fingerprint> Fingerprint for BTreeMap<K, V> {
    fn feed(&self, out: &mut Canon) {
        out.object("map", 1).seq(self.len());
        for (key, value) in self {
            out.feed(key).feed(value);
        }
    }
}

/// In order.
impl<T: Fingerprint> Fingerprint for BTreeSet<T> {
    fn feed(&self, out: &mut Canon) {
        out.object("set", 1).seq(self.len());
        for value in self {
            value.feed(out);
        }
    }
}

impl<T: Fingerprint + ?Sized> Fingerprint for &T {
    fn feed(&self, out: &mut Canon) {
        (**self).feed(out);
    }
}

impl<T: Fingerprint + ?Sized> Fingerprint for &mut T {
    fn feed(&self, out: &mut Canon) {
        (**self).feed(out);
    }
}

impl<T: Fingerprint + ?Sized> Fingerprint for Box<T> {
    fn feed(&self, out: &mut Canon) {
        (**self).feed(out);
    }
}

impl<T: Fingerprint + ?Sized> Fingerprint for Arc<T> {
    fn feed(&self, out: &mut Canon) {
        (**self).feed(out);
    }
}

impl<T: Fingerprint + ToOwned + ?Sized> Fingerprint for Cow<'_, T> {
    fn feed(&self, out: &mut Canon) {
        (**self).feed(out);
    }
}

impl Fingerprint for () {
    fn feed(&self, out: &mut Canon) {
        out.tuple(0);
    }
}

/// Implements it for tuples.
macro_rules! tuples {
    ($($arity:literal: $($T:ident $field:tt),*;)*) => { $(
        impl<$($T: Fingerprint),*> Fingerprint for ($($T,)*) {
            fn feed(&self, out: &mut Canon) {
                out.tuple($arity);
                $(self.$field.feed(out);)*
            }
        }
    )* };
}

tuples! {
    1: A 0;
    2: A 0, B 1;
    3: A 0, B 1, C 2;
    4: A 0, B 1, C 2, D 3;
    5: A 0, B 1, C 2, D 3, E 4;
    6: A 0, B 1, C 2, D 3, E 4, F 5;
    7: A 0, B 1, C 2, D 3, E 4, F 5, G 6;
    8: A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7;
}

#[cfg(test)]
mod tests {
    use super::*;

    fn print(value: &(impl Fingerprint + ?Sized)) -> u128 {
        Canon::new("test", 1).feed(value).finish()
    }

    #[test]
    fn wrappers_and_widths_do_not_count() {
        assert_eq!(print("a"), print(&String::from("a")));
        assert_eq!(print("a"), print(&Arc::<str>::from("a")));
        assert_eq!(print("a"), print(&Box::<str>::from("a")));
        assert_eq!(print("a"), print(&Cow::Borrowed("a")));
        assert_eq!(print("a"), print(&'a'));
        assert_eq!(print("a"), print(Path::new("a")));
        assert_eq!(print(&1_u8), print(&1_usize));
        assert_eq!(print(&-1_i8), print(&-1_isize));
        assert_eq!(print(&[1, 2]), print(&vec![1, 2]));
        assert_eq!(print(&&1), print(&1));
    }

    #[test]
    fn what_differs_differs() {
        assert_ne!(print(&1_u8), print(&1_i8));
        assert_ne!(print(&1_f32), print(&1_f64));
        assert_ne!(print(&(1, 2)), print(&[1, 2]));
        assert_ne!(print(&()), print(&None::<u8>));
        assert_ne!(print(&Some(())), print(&()));
        assert_ne!(print(&(("a", "b"), "c")), print(&("a", ("b", "c"))));
        assert_ne!(
            print(&BTreeMap::from([(1, 2)])),
            print(&BTreeSet::from([1]))
        );
        assert_ne!(
            print(&Duration::from_nanos(1)),
            print(&Duration::from_secs(1))
        );
        let epoch = SystemTime::UNIX_EPOCH;
        assert_ne!(
            print(&(epoch + Duration::from_secs(1))),
            print(&(epoch - Duration::from_secs(1)))
        );
    }

    #[test]
    fn tuples_reach_eight() {
        let eight = (1_u8, 2_u8, 3_u8, 4_u8, 5_u8, 6_u8, 7_u8, 8_u8);
        assert_ne!(
            print(&eight),
            print(&(1_u8, 2_u8, 3_u8, 4_u8, 5_u8, 6_u8, 7_u8))
        );
        assert_eq!(print(&eight), print(&eight.clone()));
    }

    #[cfg(unix)]
    #[test]
    fn paths_that_are_not_unicode_keep_their_bytes() {
        use std::ffi::OsStr;
        use std::os::unix::ffi::OsStrExt;
        let (a, b) = (
            Path::new(OsStr::from_bytes(b"\xff")),
            Path::new(OsStr::from_bytes(b"\xfe")),
        );
        assert_ne!(print(a), print(b));
    }
}
