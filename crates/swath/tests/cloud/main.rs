//! Files of web servers and of buckets, by URLs alone, from a server that this test starts.

#![expect(
    clippy::format_push_string,
    reason = "a server of a test is not in a hurry"
)]

mod azure;
mod bucket;
mod buckets;
mod files;
mod said;
mod server;
mod web;
