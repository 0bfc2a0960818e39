//! Disk and git → typed text with places. Reads, never writes; nothing is decided here.

pub mod age_keys;
pub mod app_file;
pub mod app_folder;
pub mod app_name;
pub mod catalog;
pub mod current;
mod decode;
pub mod dotenv;
pub mod environments;
pub mod gitops;
pub mod inputs;
pub mod known_apps;
pub mod known_names;
pub mod platform;
pub mod query;
pub mod recipe;
pub mod records;
pub mod registered;
pub mod release_file;
pub mod released;
pub mod requires;
pub mod scalars;
pub mod secret_entry;
pub mod secret_value;
pub mod variable;
