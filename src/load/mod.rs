//! Disk and git → typed text with places. Reads, never writes; nothing is decided here.

pub(crate) mod age_keys;
pub(crate) mod app_file;
pub(crate) mod app_folder;
pub(crate) mod app_name;
pub(crate) mod catalog;
pub(crate) mod current;
mod decode;
pub(crate) mod dotenv;
pub(crate) mod environments;
pub(crate) mod gitops;
pub(crate) mod inputs;
pub(crate) mod known_apps;
pub(crate) mod known_names;
pub(crate) mod platform;
pub(crate) mod query;
pub(crate) mod recipe;
pub(crate) mod records;
pub(crate) mod registered;
pub(crate) mod release_file;
pub(crate) mod released;
pub(crate) mod requires;
pub(crate) mod scalars;
pub(crate) mod secret_entry;
pub(crate) mod secret_like;
pub(crate) mod secret_value;
pub(crate) mod start_rule;
pub(crate) mod variable;
