//! What a rule looks at.

use crate::schema::node::Version;
use crate::schema::rules::syntax::Syntax;

/// What the cluster is that objects are for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ClusterTarget {
    /// Its Kubernetes version.
    pub(crate) version: Version,
    /// Whether its namespaces enforce the restricted Pod Security Standard.
    pub(crate) restricted: bool,
}

impl ClusterTarget {
    /// The form of a Service's name, which need not begin with a letter from 1.36 on.
    pub(crate) fn service_name(self) -> Syntax {
        if self.version < (1, 36) { Syntax::LetterLabel } else { Syntax::Label }
    }
}
