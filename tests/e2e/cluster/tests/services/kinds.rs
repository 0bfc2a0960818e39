//! The services that are tried, and what is known of each.

/// A service, and what its own documentation says that it can do.
pub(crate) struct Kind {
    /// The recipe's name.
    pub(crate) name: &'static str,
    /// The version that is tried, which an image of `tests/e2e/servers` is there for.
    pub(crate) version: &'static str,
    /// The variable by which the app finds it.
    pub(crate) variable: &'static str,
    /// Whether it has a password, which can be changed.
    pub(crate) rotates: bool,
    /// Whether that can be done without a lost request, since both passwords are good for a time.
    pub(crate) gapless: bool,
    /// Whether it has what was written after a restart.
    pub(crate) keeps: bool,
    /// Two versions, of which the second one starts on the data of the first.
    pub(crate) allowed: Option<(&'static str, &'static str)>,
    /// Two versions, of which the second one does not start on the data of the first.
    pub(crate) refused: Option<(&'static str, &'static str)>,
}

/// All that are tried. MongoDB is FerretDB here, which says nothing of the versions of MongoDB's data; what is behind
/// RabbitMQ 4.2 is 4.0, which keeps its data in another database than 4.3.
pub(crate) const KINDS: [Kind; 9] = [
    Kind {
        name: "kafka",
        version: "4.3",
        variable: "KAFKA_BOOTSTRAP_SERVERS",
        rotates: false,
        gapless: false,
        keeps: true,
        allowed: Some(("4.1", "4.3")),
        refused: None,
    },
    Kind {
        name: "postgresql",
        version: "17",
        variable: "DATABASE_URL",
        rotates: true,
        gapless: false,
        keeps: true,
        allowed: None,
        refused: Some(("15", "17")),
    },
    Kind {
        name: "redis",
        version: "8.2",
        variable: "REDIS_URL",
        rotates: true,
        gapless: true,
        keeps: true,
        allowed: Some(("7.2", "8.2")),
        refused: Some(("8.2", "7.2")),
    },
    Kind {
        name: "valkey",
        version: "8.1",
        variable: "REDIS_URL",
        rotates: true,
        gapless: true,
        keeps: true,
        allowed: None,
        refused: None,
    },
    Kind {
        name: "mongodb",
        version: "8.0",
        variable: "MONGODB_URL",
        rotates: true,
        gapless: false,
        keeps: true,
        allowed: None,
        refused: None,
    },
    Kind {
        name: "mysql",
        version: "9.7",
        variable: "DATABASE_URL",
        rotates: true,
        gapless: true,
        keeps: true,
        allowed: None,
        refused: None,
    },
    Kind {
        name: "mariadb",
        version: "11.8",
        variable: "DATABASE_URL",
        rotates: true,
        gapless: true,
        keeps: true,
        allowed: Some(("10.11", "11.8")),
        refused: None,
    },
    Kind {
        name: "rabbitmq",
        version: "4.3",
        variable: "RABBITMQ_URL",
        rotates: true,
        gapless: false,
        keeps: true,
        allowed: Some(("4.2", "4.3")),
        refused: None,
    },
    Kind {
        name: "memcached",
        version: "1.6",
        variable: "MEMCACHED_SERVERS",
        rotates: false,
        gapless: false,
        keeps: false,
        allowed: None,
        refused: None,
    },
];
