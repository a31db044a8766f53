//! Tuples of items.

use swath_plan::Plan;

use super::{Collector, Compute, Persist, sealed};
use crate::{DataFrame, Result, Session};

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

            fn frames(&self, out: &mut Vec<DataFrame>) {
                let ($($item,)+) = self;
                $($item.frames(out);)+
            }

            fn shape(&self, persisted: &mut std::vec::IntoIter<DataFrame>) -> Self::Output {
                let ($($item,)+) = self;
                ($($item.shape(persisted),)+)
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
