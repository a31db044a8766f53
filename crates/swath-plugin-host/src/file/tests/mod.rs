//! What is found in files, and what is refused.

mod compiled;
mod cuts;
mod messages;
mod reading;
