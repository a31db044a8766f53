//! What functions of rows declared before.

use std::sync::{Mutex, PoisonError};

use swath_expr::{Params, Returns};
use swath_meta::Meta;

/// What a function returned for the last arguments and parameters, since a plan asks again at each of its rewrites.
#[derive(Default)]
pub(super) struct Remembered(Mutex<Vec<Inferred>>);

/// What a function returns for arguments and parameters.
struct Inferred {
    args: Meta,
    params: Params,
    returns: Returns,
}

impl Remembered {
    /// How many answers there are at most.
    const MOST: usize = 16;

    pub(super) fn find(&self, args: &Meta, params: &Params) -> Option<Returns> {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let known = all.iter().find(|known| known.is_of(args, params))?;
        Some(known.returns.clone())
    }

    pub(super) fn add(&self, args: &Meta, params: &Params, returns: &Returns) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() == Self::MOST {
            all.remove(0);
        }
        all.push(Inferred {
            args: args.clone(),
            params: params.clone(),
            returns: returns.clone(),
        });
    }

    pub(super) fn forget(&self, args: &Meta, params: &Params) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(|known| !known.is_of(args, params));
    }
}

impl Inferred {
    fn is_of(&self, args: &Meta, params: &Params) -> bool {
        self.args == *args && self.params == *params
    }
}
