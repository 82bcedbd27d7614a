//! Why there are no types.

/// An error of this folder.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TypesError {
    /// A schema that was asked for is not there.
    #[error("there is no schema {}", crate::sql::quote::ident(.0))]
    NoSchema(String),
    /// The order of names cannot be had, which is a bug.
    #[error("names cannot be put in order: {0}")]
    Order(String),
}

impl TypesError {
    /// What to do about it.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::NoSchema(_) => {
                Some("give --schemas names of the source's schemas, with commas".to_owned())
            }
            Self::Order(_) => None,
        }
    }
}
