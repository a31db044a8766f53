//! Arrow IPC files, written and damaged here.

mod fixture;
mod messages;
mod reading;
mod writing;
