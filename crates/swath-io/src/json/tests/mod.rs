//! Lines of JSON, written and damaged here.

mod cuts;
mod fixture;
mod messages;
mod reading;
mod writing;
