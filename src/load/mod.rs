//! Disk and git → typed text with places. Reads, never writes; nothing is decided here.

pub mod age_keys;
pub mod app_file;
pub mod app_folder;
pub mod app_name;
pub mod catalog;
mod decode;
pub mod document;
pub mod dotenv;
pub mod gitops;
pub mod inputs;
pub mod known;
mod lenient;
pub mod meant;
pub mod platform;
pub mod recipe;
pub mod registered;
pub mod release_file;
pub mod released;
pub mod requires;
pub mod secret_entry;
pub mod secret_value;
pub mod state;
pub mod words;
pub mod yaml;
