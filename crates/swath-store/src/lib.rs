//! Held results under the memory budget.
