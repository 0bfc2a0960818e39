//! cupaas reads a `.cupaas` file from an app's repository and the platform's settings from a GitOps
//! repository, renders final Kubernetes YAML, and commits it there in one safe commit.

pub mod diagnostic;
pub mod plan;
pub mod publish;
pub mod schema;
pub mod seal;
pub mod tree;
