//! The functions that delayed calls take.

use std::borrow::Borrow;

use swath_batch::Cx;

/// A function or closure with one reference for each input of a [delayed call](crate::Session::delayed), and, if it wants one, a
/// [`&Cx`](Cx) behind them, which says whether to go on. `M` is its signature, which the compiler finds; closures have to write the
/// types of their arguments out.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no function of what the inputs of this call give",
    label = "takes other arguments",
    note = "it gets a reference for each input, in their order, and may take a `&Cx` behind them: a frame arrives as `&Table`, a lazy value as \
            `&Value`, a delayed call as a reference to what it returns, several in a `Vec` as a slice of `Arc`s"
)]
pub trait DelayedFunction<Inputs, M> {
    /// What it returns.
    type Answer;

    /// Calls it.
    #[doc(hidden)]
    fn call(&self, inputs: &Inputs, cx: &Cx) -> Self::Answer;
}

impl<Function: Fn() -> R, R> DelayedFunction<(), fn() -> R> for Function {
    type Answer = R;

    fn call(&self, (): &(), _: &Cx) -> R {
        self()
    }
}

impl<Function: Fn(&Cx) -> R, R> DelayedFunction<(), fn(&Cx) -> R> for Function {
    type Answer = R;

    fn call(&self, (): &(), cx: &Cx) -> R {
        self(cx)
    }
}

macro_rules! functions {
    ($($($input:ident $holds:ident)+;)+) => {$(
        impl<Function, R, $($input: ?Sized, $holds: Borrow<$input>),+>
            DelayedFunction<($($holds,)+), fn($(&$input),+) -> R> for Function
        where
            Function: Fn($(&$input),+) -> R,
        {
            type Answer = R;

            #[expect(non_snake_case, reason = "the type parameters name the fields")]
            fn call(&self, inputs: &($($holds,)+), _: &Cx) -> R {
                let ($($holds,)+) = inputs;
                self($($holds.borrow()),+)
            }
        }

        impl<Function, R, $($input: ?Sized, $holds: Borrow<$input>),+>
            DelayedFunction<($($holds,)+), fn($(&$input,)+ &Cx) -> R> for Function
        where
            Function: Fn($(&$input,)+ &Cx) -> R,
        {
            type Answer = R;

            #[expect(non_snake_case, reason = "the type parameters name the fields")]
            fn call(&self, inputs: &($($holds,)+), cx: &Cx) -> R {
                let ($($holds,)+) = inputs;
                self($($holds.borrow(),)+ cx)
            }
        }
    )+};
}

functions! {
    A HoldsA;
    A HoldsA B HoldsB;
    A HoldsA B HoldsB C HoldsC;
    A HoldsA B HoldsB C HoldsC D HoldsD;
    A HoldsA B HoldsB C HoldsC D HoldsD E HoldsE;
    A HoldsA B HoldsB C HoldsC D HoldsD E HoldsE F HoldsF;
    A HoldsA B HoldsB C HoldsC D HoldsD E HoldsE F HoldsF G HoldsG;
    A HoldsA B HoldsB C HoldsC D HoldsD E HoldsE F HoldsF G HoldsG H HoldsH;
}
