//! Why a row is neither an object nor a line of the ledger.

/// The reason; what a query's own condition leaves out is named beside that query.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Exclusion {
    /// It stands in a schema that no user makes, or in a session's temporary one. What somebody
    /// granted on it is compared all the same, against `pg_init_privs`.
    System,
    /// An extension's script made it: the extension with its version stands for it.
    Member,
    /// Another object makes and drops it, as a range its constructors and its multirange, or a
    /// composite type its relation.
    Part,
    /// The kind that it would belong to says why.
    Kind(&'static str),
}

impl Exclusion {
    /// The reason in words.
    pub(super) const fn reason(self) -> &'static str {
        match self {
            Self::System => "it stands in a system schema or in a temporary one",
            Self::Member => "it is a member of an extension",
            Self::Part => "it is made and dropped with another object",
            Self::Kind(reason) => reason,
        }
    }
}
