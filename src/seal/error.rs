//! Why nothing was encrypted.

/// Why nothing was sealed; the texts name keys and fields, never a value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    /// No public key to encrypt for.
    #[error("no age recipient to encrypt for")]
    NoRecipient,
    /// The text is a private key.
    #[error(
        "this is a private age key; use the public one, which starts with `age1`, and treat this one as leaked"
    )]
    PrivateKey,
    /// The text is a key of a kind that is not supported.
    #[error("{0} recipients are not supported; use an age X25519 one (`age1…`, as `age-keygen` prints)")]
    ForeignRecipient(&'static str),
    /// The text is no recipient at all, or was damaged.
    #[error("not an age recipient: it must start with `age1` and have 62 characters")]
    NotRecipient,
    /// The plain part is not that of a Kubernetes Secret.
    #[error("the plain part is not a Kubernetes Secret: {0}")]
    NotSecret(&'static str),
    /// The plain part holds a key that SOPS would take for an encrypted one.
    #[error("the plain part contains the key `{0}`, which sops would take for encrypted data")]
    PlainHoldsData(String),
    /// A name that Kubernetes does not take as a key of a Secret.
    #[error("{0:?} is not a valid key of a Secret: use 1 to 253 letters, digits, `-`, `_` and `.`")]
    BadKey(String),
    /// More than a Secret holds.
    #[error("the value has {0} bytes; a Kubernetes Secret holds at most 1048576 (1 MiB)")]
    TooLarge(usize),
    /// The system gave no random numbers.
    #[error("the operating system provided no random numbers")]
    Random,
    /// A cipher refused its input.
    #[error("encryption failed: {0}")]
    Cipher(&'static str),
    /// Seconds outside the years 1970 to 9999.
    #[error("the time is outside the years 1970 to 9999")]
    Time,
    /// A text that should be a SOPS file is not one.
    #[error("not a SOPS file of one Secret: {0}")]
    NotSealed(&'static str),
    /// Its MAC covers the plain part too, so that nothing of it may be rewritten without the private key.
    #[error(
        "the file's MAC also covers its labels (no `mac_only_encrypted: true`); only `sops edit` can change them"
    )]
    MacCoversAll,
    /// A file should get a new reader, and nobody here can open it.
    #[error("no private age key is available that decrypts this file")]
    NoKey,
    /// The private key of a recipient does not open what should be for it.
    #[error("the private key of {0} does not decrypt its `enc`, which was changed")]
    NotOpened(String),
    /// A value does not decrypt where it stands.
    #[error("{0} cannot be decrypted: it was changed, or copied from another place")]
    Value(String),
    /// The MAC is not that of the values.
    #[error("MAC mismatch: the file was changed without sops, and no cluster can decrypt it")]
    Mac,
    /// The YAML writer failed.
    #[error("cannot write the encrypted Secret as YAML")]
    Emit,
}
