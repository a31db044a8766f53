//! Tuples of items.

use swath_plan::Plan;

use super::persist::{NowHeld, ToHold};
use super::{Collector, Compute, Persist, sealed};
use crate::{Result, Session};

macro_rules! tuples {
    ($($($item:ident)+;)+) => {$(
        impl<$($item: Compute),+> sealed::Sealed for ($($item,)+) {}

        #[expect(non_snake_case, reason = "the type parameters name the fields")]
        impl<$($item: Compute),+> Compute for ($($item,)+) {
            type Output = ($($item::Output,)+);

            fn plans(&self, out: &mut Vec<Plan>) -> Result<()> {
                let ($($item,)+) = self;
                $($item.plans(out)?;)+
                Ok(())
            }

            fn sessions(&self, out: &mut Vec<Session>) {
                let ($($item,)+) = self;
                $($item.sessions(out);)+
            }

            fn collector(&self) -> Collector<Self::Output> {
                let ($($item,)+) = self;
                $(let $item = $item.collector();)+
                Box::new(move |rows| Ok(($($item(rows)?,)+)))
            }
        }

        #[expect(non_snake_case, reason = "the type parameters name the fields")]
        impl<$($item: Persist + Compute),+> Persist for ($($item,)+) {
            type Output = ($(<$item as Persist>::Output,)+);

            fn to_hold(&self, out: &mut Vec<ToHold>) -> Result<()> {
                let ($($item,)+) = self;
                $($item.to_hold(out)?;)+
                Ok(())
            }

            fn shape(&self, held: &mut NowHeld) -> Self::Output {
                let ($($item,)+) = self;
                ($($item.shape(held),)+)
            }
        }
    )+};
}

tuples! {
    A;
    A B;
    A B C;
    A B C D;
    A B C D E;
    A B C D E F;
    A B C D E F G;
    A B C D E F G H;
}
