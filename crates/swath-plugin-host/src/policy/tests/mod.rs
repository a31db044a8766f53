//! What `plugins.toml` says, and what is refused for it.

mod allowed;
mod toml;
