//! Arrow IPC files, written and damaged here.

mod fixture;
mod memory;
mod messages;
mod reading;
mod writing;
