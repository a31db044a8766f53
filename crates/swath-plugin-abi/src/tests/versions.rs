//! Later versions meet earlier ones as was promised, and nothing else does.
//!
//! Each module has one table as another version might have it; `abi_stable` tells types by their name and their crate.

use crate::{BoundTableRef, LayoutMismatch, RunTableRef};
use abi_stable::StableAbi;
use abi_stable::type_layout::TypeLayout;
use insta::assert_snapshot;

/// Makes a table of runs as a version might have it.
macro_rules! version {
    ($name:ident, { $($field:ident: $type:ty),* $(,)? }, $last:ident: $last_type:ty $(, $more:ident: $more_type:ty)*) => {
        #[expect(dead_code, reason = "only its layout is looked at")]
        mod $name {
            use abi_stable::StableAbi;

            #[repr(C)]
            #[derive(StableAbi)]
            #[sabi(kind(Prefix(prefix_ref = RunTableRef)))]
            #[sabi(missing_field(option))]
            pub(super) struct RunTable {
                $(pub(super) $field: $type,)*
                #[sabi(last_prefix_field)]
                pub(super) $last: $last_type,
                $(pub(super) $more: $more_type,)*
            }
        }
    };
}

version!(appended, { drop: unsafe extern "C" fn(*mut std::ffi::c_void) },
    step: unsafe extern "C" fn(*mut std::ffi::c_void, u32, crate::ArrowArray, *mut crate::Step) -> crate::Status, can_rewind: bool);
version!(retyped, { drop: unsafe extern "C" fn(*mut std::ffi::c_void) },
    step: unsafe extern "C" fn(*mut std::ffi::c_void, u64, crate::ArrowArray, *mut crate::Step) -> crate::Status);
version!(renamed, { drop: unsafe extern "C" fn(*mut std::ffi::c_void) },
    advance: unsafe extern "C" fn(*mut std::ffi::c_void, u32, crate::ArrowArray, *mut crate::Step) -> crate::Status);
version!(reordered, { step: unsafe extern "C" fn(*mut std::ffi::c_void, u32, crate::ArrowArray, *mut crate::Step) -> crate::Status },
    drop: unsafe extern "C" fn(*mut std::ffi::c_void));
version!(inserted, { drop: unsafe extern "C" fn(*mut std::ffi::c_void), reset: unsafe extern "C" fn(*mut std::ffi::c_void) },
    step: unsafe extern "C" fn(*mut std::ffi::c_void, u32, crate::ArrowArray, *mut crate::Step) -> crate::Status);
version!(removed, {}, drop: unsafe extern "C" fn(*mut std::ffi::c_void));
version!(retyped_inside, { drop: unsafe extern "C" fn(*mut std::ffi::c_void) },
    step: unsafe extern "C" fn(*mut std::ffi::c_void, u32, crate::ArrowArray, *mut u64) -> crate::Status);

/// The table of bound functions as 1.0 had it.
#[expect(
    dead_code,
    clippy::trivially_copy_pass_by_ref,
    reason = "only its layout is looked at, and a macro writes what would look into it"
)]
mod of_1_0 {
    use crate::{AggregateRun, ArrowArray, Host, Place, Run, Status};
    use abi_stable::StableAbi;
    use std::ffi::c_void;

    #[repr(C)]
    #[derive(StableAbi)]
    #[sabi(kind(Prefix(prefix_ref = BoundTableRef)))]
    #[sabi(missing_field(option))]
    pub(super) struct BoundTable {
        pub(super) drop: unsafe extern "C" fn(*mut c_void),
        pub(super) call: unsafe extern "C" fn(
            *const c_void,
            Host,
            Place<'_>,
            ArrowArray,
            *mut ArrowArray,
        ) -> Status,
        pub(super) open:
            unsafe extern "C" fn(*const c_void, Host, Place<'_>, ArrowArray, *mut Run) -> Status,
        #[sabi(last_prefix_field)]
        pub(super) open_aggregate:
            unsafe extern "C" fn(*const c_void, Host, Place<'_>, *mut AggregateRun) -> Status,
    }
}

/// Both ways: a newer plugin in this host, and this plugin in a newer host.
fn met(theirs: &'static TypeLayout) -> [Result<(), LayoutMismatch>; 2] {
    met_with(RunTableRef::LAYOUT, theirs)
}

fn met_with(
    ours: &'static TypeLayout,
    theirs: &'static TypeLayout,
) -> [Result<(), LayoutMismatch>; 2] {
    [
        LayoutMismatch::check(ours, theirs),
        LayoutMismatch::check(theirs, ours),
    ]
}

#[test]
fn a_table_may_grow_at_its_end() {
    assert_eq!(met(appended::RunTableRef::LAYOUT), [Ok(()), Ok(())]);
    assert_eq!(met(RunTableRef::LAYOUT), [Ok(()), Ok(())]);
}

/// What came after 1.0 stands at the end of its table: plugins that were built before are taken, and take part in hosts of that time.
#[test]
fn the_table_of_1_0_is_the_beginning_of_this_one() {
    let before = of_1_0::BoundTableRef::LAYOUT;
    assert_eq!(met_with(BoundTableRef::LAYOUT, before), [Ok(()), Ok(())]);
}

#[test]
fn nothing_else_may_change() {
    let said = |theirs: &'static TypeLayout| {
        let both = met(theirs).map(|met| met.expect_err("another contract").to_string());
        both.join("\n")
    };
    assert_snapshot!(said(retyped::RunTableRef::LAYOUT), @r"
    at `step / param_1`: the type `u64` where `u32` was expected
    at `step / param_1`: the type `u32` where `u64` was expected
    ");
    assert_snapshot!(said(retyped_inside::RunTableRef::LAYOUT), @r"
    at `step / param_3`: the type `u64` where `Step` was expected
    at `step / param_3`: the type `Step` where `u64` was expected
    ");
    assert_snapshot!(said(renamed::RunTableRef::LAYOUT), @r"
    the field `advance` where `step` was expected
    the field `step` where `advance` was expected
    ");
    assert_snapshot!(said(reordered::RunTableRef::LAYOUT), @r"
    the field `step` where `drop` was expected
    the field `drop` where `step` was expected
    ");
    assert_snapshot!(said(inserted::RunTableRef::LAYOUT), @r"
    3 entries of the first version where 2 were expected
    16 bytes where 24 were expected
    ");
    assert_snapshot!(said(removed::RunTableRef::LAYOUT), @r"
    8 bytes where 16 were expected
    2 entries of the first version where 1 were expected
    ");
}
