//! The services that are tried, and what is known of each.

/// A service, and what its own documentation says that it can do.
pub(crate) struct Kind {
    /// The recipe's name.
    pub(crate) name: &'static str,
    /// The version that is tried, which an image of `tests/e2e/servers` is there for.
    pub(crate) version: &'static str,
    /// The variable by which the app finds it.
    pub(crate) variable: &'static str,
    /// The key of its Secret that is a password.
    pub(crate) password: &'static str,
    /// Whether it has a password, which can be changed.
    pub(crate) rotates: bool,
    /// Whether that can be done without a lost request, since both passwords are good for a time.
    pub(crate) gapless: bool,
    /// Two versions, of which the second one starts on the data of the first.
    pub(crate) allowed: Option<(&'static str, &'static str)>,
    /// Two versions, of which the second one does not start on the data of the first.
    pub(crate) refused: Option<(&'static str, &'static str)>,
}

/// All that are tried. MongoDB is FerretDB here, which says nothing of the versions of MongoDB's data.
pub(crate) const KINDS: [Kind; 8] = [
    Kind {
        name: "kafka",
        version: "4.3",
        variable: "KAFKA_BOOTSTRAP_SERVERS",
        password: "password",
        rotates: false,
        gapless: false,
        allowed: Some(("4.1", "4.3")),
        refused: None,
    },
    Kind {
        name: "postgresql",
        version: "17",
        variable: "DATABASE_URL",
        password: "password",
        rotates: true,
        gapless: false,
        allowed: None,
        refused: Some(("15", "17")),
    },
    Kind {
        name: "redis",
        version: "8.2",
        variable: "REDIS_URL",
        password: "password",
        rotates: true,
        gapless: true,
        allowed: Some(("7.2", "8.2")),
        refused: Some(("8.2", "7.2")),
    },
    Kind {
        name: "valkey",
        version: "8.1",
        variable: "REDIS_URL",
        password: "password",
        rotates: true,
        gapless: true,
        allowed: None,
        refused: None,
    },
    Kind {
        name: "mongodb",
        version: "8.0",
        variable: "MONGODB_URL",
        password: "password",
        rotates: true,
        gapless: false,
        allowed: None,
        refused: None,
    },
    Kind {
        name: "nats",
        version: "2.15",
        variable: "NATS_URL",
        password: "password",
        rotates: true,
        gapless: false,
        allowed: Some(("2.14", "2.15")),
        refused: None,
    },
    Kind {
        name: "opensearch",
        version: "3",
        variable: "OPENSEARCH_URL",
        password: "password",
        rotates: false,
        gapless: false,
        allowed: Some(("2", "3")),
        refused: Some(("3", "2")),
    },
    Kind {
        name: "seaweedfs",
        version: "4.48",
        variable: "S3_ENDPOINT",
        password: "secret-key",
        rotates: true,
        gapless: false,
        allowed: None,
        refused: None,
    },
];
